import type { AgentDescription } from '../../core/agent-description.ts';
import { McoError } from '../../core/errors.ts';
import { nearest } from '../../core/nearest.ts';

/** The bot's own doings, which no agent describes. */
const OWN_ACTIONS = ['mcobot.audit', 'mcobot.policy'];

/**
 * Refuses a range of time in which nothing can be.
 *
 * @param range ms since the epoch
 * @throws McoError `usage/bad-time`
 */
export function requireRange(
  { since, until }: { readonly since?: number | undefined; readonly until?: number | undefined },
  now: number,
): void {
  if (since === undefined) return;
  const [from, to] = [since, until ?? now].map((at) => new Date(at).toISOString().slice(0, 19).replace('T', ' '));
  if (until !== undefined && since > until) {
    throw new McoError('usage/bad-time', `\`--since\` (${from} UTC) is later than \`--until\` (${to} UTC)`, {
      hint: 'the older time goes with `--since`',
    });
  }
  if (since > now) {
    throw new McoError('usage/bad-time', `\`--since\` (${from} UTC) is still to come`, {
      hint: 'times are UTC; `2h` means two hours before now',
    });
  }
}

/**
 * What to say of an action's name that means nothing today. Old records may hold it, so it is looked for all the same.
 *
 * @param name `package.update`, or an agent
 */
export function warnOfAction(name: string, agents: readonly AgentDescription[]): string | undefined {
  const actions = agents.flatMap(({ agent, actions: own }) => Object.keys(own).map((action) => `${agent}.${action}`));
  const known = [...actions, ...OWN_ACTIONS];
  const names = name.includes('.') ? known : [...new Set(known.map((one) => one.slice(0, one.indexOf('.'))))];
  if (names.includes(name)) return undefined;
  const [agent = ''] = name.split('.');
  const ofAgent = names.filter((one) => one.startsWith(`${agent}.`));
  return `no ${name.includes('.') ? 'action' : 'agent'} is called \`${name}\` now${askMeant(name, ofAgent.length > 0 ? ofAgent : names)}`;
}

/**
 * The same of a person's name.
 *
 * @param people those whom the policy names; undefined: nobody knows
 */
export function warnOfPerson(who: string, people: readonly string[] | undefined): string | undefined {
  const name = who.replace(/^@/, '').replace(/^person:/, '');
  if (people === undefined || name.includes(':') || people.includes(name)) return undefined;
  return `the policy names nobody \`${name}\` now${askMeant(name, people)}`;
}

function askMeant(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  return meant === undefined ? '' : `: did you mean \`${meant}\`?`;
}
