import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import type { RunningAgent } from '../../../agent/start-agent.ts';
import { openAuditLog } from '../../adapters/audit-log/audit-log.ts';
import { newUuid } from '../../adapters/clock/new-uuid.ts';
import { systemClock } from '../../adapters/clock/system-clock.ts';
import { createPolicyStore } from '../../adapters/policy-files/create-policy-store.ts';
import { layoutFleet } from '../../adapters/simulation/layout-fleet.ts';
import { createAllowedSigners } from '../../adapters/ssh/allowed-signers-verifier.ts';
import { createKnownHosts } from '../../adapters/ssh/known-hosts-verifier.ts';
import type { StompBus } from '../../adapters/stomp/stomp-bus.ts';
import type { Bot } from '../../bot/bot.ts';
import type { McoError } from '../../core/errors.ts';
import { readBotPolicy, readNodePolicy } from '../../policy/read-policy.ts';
import { createBot } from '../create-bot.ts';
import { createPolicyAuthority } from '../policy-authority.ts';
import { findAuditDir } from './audit-dir.ts';
import { makeKey } from './make-keys.ts';
import { startBroker } from './start-broker.ts';
import { type FleetParts, startVirtualNode } from './start-virtual-node.ts';
import { describeThisMachine, startThisMachine } from './this-machine.ts';
import { writeTrustFiles } from './trust-files.ts';

const COLLECTIVE = 'mcollective';

/** The policy files of this repository; they are compiled nowhere, so they lie above `dist`. */
const POLICIES = fileURLToPath(new URL('../../../../policies', import.meta.url));

/** A whole site in one process: broker, nodes and bot, with keys that were made a moment ago. */
export interface World {
  readonly bot: Bot;
  /** How many virtual nodes there are, and the name of this machine among them. */
  readonly nodes: number;
  readonly thisMachine: string;
  /** One of the virtual nodes, for trying things on. */
  readonly guineaPig: string;
  readonly auditLogs: { readonly bot: string; readonly nodes: string };
  close(): Promise<void>;
}

export interface WorldOptions {
  readonly nodes: number;
  onProblem(problem: McoError): void;
}

/** Starts everything and resolves when every node listens. */
export async function startWorld({ nodes, onProblem }: WorldOptions): Promise<World> {
  const hosts = layoutFleet(nodes);
  const thisMachine = await describeThisMachine(new Set(hosts.map(({ identity }) => identity)));
  const hostKeys = new Map([...hosts, thisMachine].map(({ identity }) => [identity, makeKey(identity)]));
  const botKeys = { read: makeKey('mco-read'), write: makeKey('mco-write') };
  const trust = writeTrustFiles(hostKeys, Object.values(botKeys));
  const auditDir = findAuditDir();
  const auditLogs = { bot: join(auditDir, 'bot-audit.jsonl'), nodes: join(auditDir, 'node-audit.jsonl') };
  const { broker, connect } = await startBroker();
  const nodeAudit = await openAuditLog({ path: auditLogs.nodes });
  const botAudit = await openAuditLog({ path: auditLogs.bot });
  const knownHosts = await createKnownHosts({ path: trust.knownHosts });
  const allowedSigners = await createAllowedSigners({ path: trust.allowedSigners, now: () => systemClock.now() });
  const nodePolicy = openNodePolicy('node.yaml', onProblem);
  const readOnlyPolicy = openNodePolicy('node-read-only.yaml', onProblem);
  const botPolicy = createPolicyStore({ dir: POLICIES, read: readBotPolicy, onReload: () => {}, onError: onProblem });

  const fleet: FleetParts = { collective: COLLECTIVE, verifier: allowedSigners, audit: nodeAudit, clock: systemClock, newId: newUuid };
  const keyOf = (identity: string) => (hostKeys.get(identity) ?? makeKey(identity)).signer;
  const buses: StompBus[] = [];
  const openBus = (): StompBus => {
    const bus = connect();
    buses.push(bus);
    return bus;
  };
  const agents: RunningAgent[] = await Promise.all([
    ...hosts.map((host) =>
      startVirtualNode(host, fleet, { bus: openBus(), signer: keyOf(host.identity), policy: nodePolicy.current }),
    ),
    startThisMachine(thisMachine, fleet, { bus: openBus(), signer: keyOf(thisMachine.identity), policy: readOnlyPolicy.current }),
  ]);
  const bot = await createBot({
    auditName: 'bot:playground',
    name: 'playground',
    collectives: [COLLECTIVE],
    authority: createPolicyAuthority(botPolicy.current),
    signers: { read: botKeys.read.signer, write: botKeys.write.signer },
    verifier: knownHosts,
    bus: openBus(),
    audit: botAudit,
    clock: systemClock,
    newId: newUuid,
    onProblem,
  });
  await Promise.all(buses.map((bus) => bus.whenUp(30_000)));

  return {
    bot,
    nodes: hosts.length,
    thisMachine: thisMachine.identity,
    guineaPig: hosts[0]?.identity ?? thisMachine.identity,
    auditLogs,
    async close() {
      await Promise.all([bot.close(), ...agents.map((agent) => agent.stop())]);
      await Promise.all(buses.map((bus) => bus.close()));
      await broker.close();
      for (const open of [knownHosts, allowedSigners, nodePolicy, readOnlyPolicy, botPolicy]) open.close();
      await Promise.all([nodeAudit.close(), botAudit.close()]);
      trust.remove();
    },
  };
}

function openNodePolicy(name: string, onError: (problem: McoError) => void) {
  return createPolicyStore({
    file: join(POLICIES, 'node', name),
    read: ({ text }) => readNodePolicy(text, name),
    onReload: () => {},
    onError,
  });
}
