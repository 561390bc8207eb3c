import type { AgentDescription } from '../core/agent-description.ts';
import type { CommandWorld } from '../core/command.ts';
import type { IncomingMessage } from '../core/surface.ts';
import type { Memberships } from '../policy/policy.ts';
import { decideAction } from './authority/decide-action.ts';
import type { Bot } from './bot.ts';

/** Who asks, and where: what every decision about a message starts from. */
export interface Asker {
  /** `person:ana`. */
  readonly caller: string;
  /** The chat account, whoever it belongs to. */
  readonly account: string;
  /** The chat and channel, as policies name them. */
  readonly place: string;
  /** The groups of chat services that their account is in. */
  readonly memberships: Memberships;
}

/** Where a command was typed, as policies name it: `slack:TEAM/CHANNEL`, `console`. */
export function placeOf({ origin }: Pick<IncomingMessage, 'origin'>): string {
  return origin.channel === '' ? origin.chat : `${origin.chat}:${origin.channel}`;
}

/** @throws McoError `untrusted/malformed-account` */
export async function findAsker({ authority }: Bot, message: IncomingMessage): Promise<Asker> {
  const caller = authority.identify(message.account);
  const { account } = message;
  return { caller, account, place: placeOf(message), memberships: await authority.findMemberships(account) };
}

const NO_MEMBERSHIPS: Memberships = { of: new Set(), unresolved: [] };

/** Whether somebody has some right where they are by their account alone: no chat service is asked. */
export function isKnownByAccount(bot: Bot, message: IncomingMessage): boolean {
  const { account } = message;
  try {
    const caller = bot.authority.identify(account);
    return mayUseAnything(bot, { caller, account, place: placeOf(message), memberships: NO_MEMBERSHIPS });
  } catch {
    return false;
  }
}

/** Whether somebody has any right where they are. */
export function mayUseAnything(bot: Bot, asker: Asker): boolean {
  const mayUseOwn = OWN_ACTIONS.some((action) => mayUse(bot, asker, { agent: OWN, action }));
  const uses = ({ agent, actions }: AgentDescription): boolean =>
    Object.keys(actions).some((action) => mayUse(bot, asker, { agent, action }));
  return mayUseOwn || bot.agents.some(uses);
}

/** What commands may know of the world when they read their words. */
export function worldOf(bot: Bot, asker: Asker): CommandWorld {
  const { agents, commands, authority } = bot;
  return {
    agents,
    commands,
    caller: asker.caller,
    roles: authority.rolesOf(asker),
    origins: bot.registry?.origins(),
    may: (agent, action) => mayUse(bot, asker, { agent, action }),
  };
}

/** What the bot itself knows goes by this name in policies: `mcobot.audit`, `mcobot.policy`. It only tells. */
const OWN = 'mcobot';
const OWN_ACTIONS = ['audit', 'policy'] as const;

/** Whether somebody may use an action where they are; the effect is the description's. */
export function mayUse(
  bot: Bot,
  asker: Asker,
  { agent, action }: { readonly agent: string; readonly action: string },
): boolean {
  const { agents, authority } = bot;
  if (agent === JOB && action !== 'list') return mayUseJobs(bot, asker);
  const effect = agent === OWN ? 'read' : agents.find((known) => known.agent === agent)?.actions[action]?.effect;
  // INVARIANT: who asks is the asker, whatever else is known of what they ask for.
  return effect !== undefined && decideAction(authority, { ...asker, agent, action, effect }).outcome === 'allow';
}

/** The agent that looks after jobs: whoever may begin one may do that. */
const JOB = 'job';

function mayUseJobs(bot: Bot, asker: Asker): boolean {
  return bot.agents.some(({ agent, actions }) =>
    Object.entries(actions).some(([action, { isJob }]) => isJob === true && mayUse(bot, asker, { agent, action })),
  );
}
