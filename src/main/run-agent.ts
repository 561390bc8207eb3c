import { dirname, join } from 'node:path';
import { findStart } from '../../agent/find-start.ts';
import { startAgent } from '../../agent/start-agent.ts';
import { openAuditLog } from '../adapters/audit-log/audit-log.ts';
import { systemClock } from '../adapters/clock/system-clock.ts';
import { openHighWaterMark } from '../adapters/high-water-mark/high-water-mark.ts';
import { broadcastDestination, nodeDestination } from '../core/destinations.ts';
import { escapeText } from '../core/escape-text.ts';
import { AGENT_HELP, readAgentArgs } from './agent-args.ts';
import { type AgentConfig, agentConfigSchema, resolveAgentConfig } from './agent-config.ts';
import { createLoggedBus, readBrokerOptions } from './broker-config.ts';
import { createNode, type NodeParts } from './create-node.ts';
import { loadConfig, requireWritableDirectory } from './load-config.ts';
import { logInfo, logProblem } from './log.ts';
import { createReloads } from './reloads.ts';
import { receiveStopSignal } from './stop-signal.ts';
import { VERSION } from './version.ts';

/** The program mco-agent, from its arguments to the end of the process. */
export async function runAgent(argv: readonly string[]): Promise<void> {
  const args = readAgentArgs(argv);
  if (args.help) return print(AGENT_HELP);
  if (args.version) return print(`mco-agent ${VERSION}\n`);
  const file = await loadConfig(agentConfigSchema, args.config);
  const config = resolveAgentConfig(file);
  const broker = await readBrokerOptions(config.broker, file.resolvePath);
  if (args.check) {
    const checked = await createNode(config);
    await requireWritableDirectory(config.audit.path, '`audit`');
    checked.close();
    return print(describeNode(config, checked));
  }
  const audit = await openAuditLog({ ...config.audit, onProblem: logProblem });
  const reloads = createReloads();
  reloads.recordIn({ audit, by: `node:${config.identity}`, clock: systemClock });
  const node = await createNode(config, reloads.note);
  const highWaterMark = await openHighWaterMark(join(dirname(config.audit.path), 'high-water-mark'));
  const now = systemClock.now();
  const startedAt = await findStart({ now, lastAt: audit.lastAt, highWaterMark });
  if (startedAt > now)
    logInfo(`the clock was set back: nothing from before ${new Date(startedAt).toISOString()} is run`);
  const bus = createLoggedBus(broker);
  const agent = await startAgent({ ...node, bus, audit, highWaterMark, startedAt });
  logInfo(`mco-agent ${VERSION} answers as ${config.identity} in ${config.collectives.join(', ')}`);

  await receiveStopSignal();
  logInfo('stopping');
  await agent.stop();
  await bus.close();
  await audit.close();
  node.close();
}

function describeNode(config: AgentConfig, { signer, agents, profile }: NodeParts): string {
  const { facts, classes } = profile();
  const { identity, collectives, broker } = config;
  const destinations = collectives.flatMap((name) => [broadcastDestination(name), nodeDestination(name, identity)]);
  const servers = broker.servers.map(({ host, port, tls }) => `${host}:${port} ${tls === undefined ? 'plain' : 'tls'}`);
  const rows = [
    ['identity', identity],
    ['host key', `${config.hostKey} ${signer.fingerprint}`],
    ['brokers', servers.join(', ')],
    ['listens on', destinations.join(', ')],
    ['agents', agents.map(({ description }) => description.agent).join(', ')],
    ['signers', config.allowedSigners],
    ['policy', config.policy],
    ['facts', `${Object.keys(facts).length} from ${config.factFiles.join(', ') || 'no file'}`],
    ['classes', `${classes.size} from ${config.classesFile ?? 'no file'}`],
    ['audit', describeAudit(config)],
  ];
  return `${rows.map(([name = '', value = '']) => `${name.padEnd(12)}${escapeText(value)}`).join('\n')}\n`;
}

function describeAudit({ audit: { path, rotate } }: AgentConfig): string {
  return `${path}, a new file after ${rotate.maxBytes / 1_000_000} MB, ${rotate.keep} older ones kept`;
}

function print(text: string): void {
  process.stdout.write(text);
}
