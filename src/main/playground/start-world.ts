import { join } from 'node:path';
import { systemClock } from '../../adapters/clock/system-clock.ts';
import { layoutFleet } from '../../adapters/simulation/layout-fleet.ts';
import { openStore } from '../../adapters/store/open-store.ts';
import { createMembershipFinder } from '../../bot/authority/find-memberships.ts';
import type { Chat } from '../../core/chat.ts';
import type { McoError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { createBot, type RunningBot } from '../create-bot.ts';
import { createPolicyAuthority } from '../policy/policy-authority.ts';
import { findAuditDir } from './audit-dir.ts';
import { keepKey, makeKey } from './make-keys.ts';
import { COLLECTIVE, openSite } from './open-site.ts';
import { startVirtualNode } from './start-virtual-node.ts';
import { describeThisMachine, startThisMachine } from './this-machine.ts';

/** A whole site in one process: broker, nodes and bot, with keys that were made a moment ago. */
export interface World {
  readonly bot: RunningBot;
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
  readonly chats: readonly Chat[];
  /** A directory of policies; default: those of this repository. */
  readonly policies?: string | undefined;
  /** False: it ends with one command. Default: true. */
  readonly tellsOfJobs?: boolean | undefined;
  /** The bot's. Default: the machine's. */
  readonly clock?: Clock | undefined;
  onProblem(problem: McoError): void;
}

/** Starts everything and resolves when every node listens. */
export async function startWorld({
  nodes,
  chats,
  policies: policyDir,
  tellsOfJobs,
  clock = systemClock,
  onProblem,
}: WorldOptions): Promise<World> {
  const hosts = layoutFleet(nodes);
  const thisMachine = describeThisMachine(new Set(hosts.map(({ identity }) => identity)));
  const hostKeys = new Map([...hosts, thisMachine].map(({ identity }) => [identity, makeKey(identity)]));
  const auditDir = findAuditDir();
  // The same at each start: the trail goes on, and so do the checkpoints that are signed with it.
  const botKeys = { read: keepKey('mco-read', join(auditDir, 'mco-read.pem')), write: makeKey('mco-write') };
  const site = await openSite({ hostKeys, botKeys, auditDir, policies: policyDir, onProblem });
  const { connect, buses } = site;
  const signerOf = (identity: string) => (hostKeys.get(identity) ?? makeKey(identity)).signer;

  const { policies, fleet } = site;
  const agents = await Promise.all([
    ...hosts.map((host) =>
      startVirtualNode(host, fleet, { bus: connect(), signer: signerOf(host.identity), policy: policies.node.current }),
    ),
    startThisMachine(thisMachine, fleet, {
      bus: connect(),
      signer: signerOf(thisMachine.identity),
      policy: policies.readOnlyNode.current,
    }),
  ]);
  const store = await openStore({ path: ':memory:' });
  const bot = await createBot({
    auditName: 'bot:playground',
    name: 'playground',
    collectives: [COLLECTIVE],
    authority: createPolicyAuthority(policies.bot.current, createMembershipFinder({ chats, clock }), site.readPolicies),
    signers: { read: botKeys.read.signer, write: botKeys.write.signer },
    verifier: site.knownHosts,
    bus: connect(),
    audit: site.botTrail,
    trail: site.botTrail,
    store,
    chats,
    tellsOfJobs,
    clock,
    onProblem,
  });
  await Promise.all(buses.map((bus) => bus.whenUp(30_000)));
  return {
    bot,
    nodes: hosts.length,
    thisMachine: thisMachine.identity,
    guineaPig: hosts[0]?.identity ?? thisMachine.identity,
    auditLogs: site.auditLogs,
    async close() {
      await Promise.all([bot.close(), ...agents.map((agent) => agent.stop())]);
      await site.close();
      store.close();
    },
  };
}
