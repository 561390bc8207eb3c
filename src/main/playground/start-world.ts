import { layoutFleet } from '../../adapters/simulation/layout-fleet.ts';
import type { Bot } from '../../bot/bot.ts';
import type { McoError } from '../../core/errors.ts';
import { createBot } from '../create-bot.ts';
import { createPolicyAuthority } from '../policy-authority.ts';
import { makeKey } from './make-keys.ts';
import { COLLECTIVE, openSite } from './open-site.ts';
import { startVirtualNode } from './start-virtual-node.ts';
import { describeThisMachine, startThisMachine } from './this-machine.ts';

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
  const thisMachine = describeThisMachine(new Set(hosts.map(({ identity }) => identity)));
  const hostKeys = new Map([...hosts, thisMachine].map(({ identity }) => [identity, makeKey(identity)]));
  const botKeys = { read: makeKey('mco-read'), write: makeKey('mco-write') };
  const site = await openSite({ hostKeys, botKeys: Object.values(botKeys), onProblem });
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
  const bot = await createBot({
    auditName: 'bot:playground',
    name: 'playground',
    collectives: [COLLECTIVE],
    authority: createPolicyAuthority(policies.bot.current),
    signers: { read: botKeys.read.signer, write: botKeys.write.signer },
    verifier: site.knownHosts,
    bus: connect(),
    audit: site.botAudit,
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
    },
  };
}
