import { dirname, join } from 'node:path';
import { findStart } from '../../agent/find-start.ts';
import { startAgent } from '../../agent/start-agent.ts';
import { openAuditLog } from '../adapters/audit-log/audit-log.ts';
import { systemClock } from '../adapters/clock/system-clock.ts';
import { lockSpool } from '../adapters/exec/spool/lock-spool.ts';
import { openHighWaterMark } from '../adapters/high-water-mark/high-water-mark.ts';
import { broadcastDestination, nodeDestination } from '../core/destinations.ts';
import { McoError, toMcoError } from '../core/errors.ts';
import { escapeText } from '../core/escape-text.ts';
import { limitTime } from '../core/waiting.ts';
import { AGENT_HELP, readAgentArgs } from './agent-args.ts';
import { type AgentConfig, agentConfigSchema, resolveAgentConfig } from './agent-config.ts';
import { createLoggedBus, readBrokerOptions } from './broker-config.ts';
import { createNode, type NodeParts } from './create-node.ts';
import { loadConfig, requireWritableDirectory } from './load-config.ts';
import { logInfo, logProblem } from './log.ts';
import { createReloads } from './reloads.ts';
import { receiveStopSignal } from './stop-signal.ts';
import { VERSION } from './version.ts';

/** What each part gets to close. */
const CLOSE_MS = 3000;

/** The program mco-agent, from its arguments to the end of the process. */
export async function runAgent(argv: readonly string[]): Promise<void> {
  if (argv[0] === 'new') return await makeNewAgent(argv.slice(1));
  const args = readAgentArgs(argv);
  if (args.help) return print(AGENT_HELP);
  if (args.version) return print(`mco-agent ${VERSION}\n`);
  const file = await loadConfig(agentConfigSchema, args.config);
  const config = resolveAgentConfig(file);
  const broker = await readBrokerOptions(config.broker, file.resolvePath);
  if (args.check) {
    const checked = await createNode(config);
    await requireWritableDirectory(config.audit.path, '`audit`');
    await checked.close();
    return print(describeNode(config, checked));
  }
  await lockJobs(config);
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
  try {
    await agent.stop();
  } finally {
    await closeEach({ 'the node': node, 'the connection': bus, 'the audit log': audit });
  }
}

/** One that fails or hangs, as a disk may, keeps neither the others nor the end of the process. */
async function closeEach(parts: Readonly<Record<string, { close(): Promise<void> }>>): Promise<void> {
  for (const [name, part] of Object.entries(parts)) {
    const describeLate = (): McoError =>
      new McoError('failed/timeout', `${name} did not close within ${CLOSE_MS / 1000} s: it is left`);
    await limitTime(systemClock, part.close(), { limitMs: CLOSE_MS, describeLate }).catch((thrown: unknown) =>
      logProblem(toMcoError(thrown)),
    );
  }
}

/** Loaded for this alone: templates, and every command of the bot's, are nothing that a node needs in memory. */
async function makeNewAgent(argv: readonly string[]): Promise<void> {
  const { runNewAgent } = await import('./new-agent/run-new-agent.ts');
  print(await runNewAgent(argv));
}

/** Two agents would both answer for a job. A place for jobs that can't be used at all keeps nobody from starting. */
async function lockJobs({ jobs: { directory } }: AgentConfig): Promise<void> {
  await lockSpool(directory).catch((thrown: unknown) => {
    const problem = toMcoError(thrown);
    if (problem.code !== 'failed/spool') throw problem;
    logProblem(problem);
  });
}

function describeNode(config: AgentConfig, node: NodeParts): string {
  const { signer, agents, profile } = node;
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
    ['own agents', describeExternal(config, node)],
    ...node.externalProblems().map((problem) => ['', `not used: ${describeProblem(problem)}`]),
    ['signers', config.allowedSigners],
    ['policy', config.policy],
    ['facts', `${Object.keys(facts).length} from ${config.factFiles.join(', ') || 'no file'}`],
    ['classes', `${classes.size} from ${config.classesFile ?? 'no file'}`],
    ['audit', describeAudit(config)],
    ['jobs', `${config.jobs.directory}, ${config.jobs.running} at once, ${config.jobs.kept} older ones kept`],
  ];
  return `${rows.map(([name = '', value = '']) => `${name.padEnd(12)}${escapeText(value)}`).join('\n')}\n`;
}

/** Agents in other languages, and what keeps some of them from being used. */
function describeExternal({ agents: { path, user } }: AgentConfig, { externalAgents }: NodeParts): string {
  const names = (externalAgents?.() ?? []).map(({ description: { agent, version } }) => `${agent} ${version}`);
  return `${names.join(', ') || 'none'} in ${path}${user === undefined ? '' : `, run as ${user}`}`;
}

const describeProblem = ({ message, hint }: McoError): string =>
  hint === undefined ? message : `${message} (${hint})`;

function describeAudit({ audit: { path, rotate } }: AgentConfig): string {
  return `${path}, a new file after ${rotate.maxBytes / 1_000_000} MB, ${rotate.keep} older ones kept`;
}

function print(text: string): void {
  process.stdout.write(text);
}
