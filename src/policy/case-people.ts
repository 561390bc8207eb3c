import { CALLER } from '../core/names.ts';
import { identify } from './identify.ts';
import type { BotPolicy } from './policy.ts';
import { complain, complainUnknown, quote } from './policy-part.ts';

/**
 * The caller that a case for the bot names: a person (`ana`, `person:ana`) or an account (`console:ana`). A name that
 * nobody has would be denied everything, which is what a case may well expect.
 *
 * @param at where the case stands, `FILE:LINE`
 * @throws McoError `usage/bad-file`
 */
export function requireCaller(policy: BotPolicy, as: string, at: string): string {
  const name = as.startsWith('person:') ? as.slice('person:'.length) : as;
  if (!name.includes(':')) {
    if (policy.people.has(name)) return `person:${name}`;
    throw complainUnknown(at, { kind: 'person', name, known: policy.people });
  }
  try {
    return identify(policy, as);
  } catch {
    throw complain(at, `${quote(as)} is no account`, 'a name such as `ana`, or such as `slack:T024BE7LD/U2147483697`');
  }
}

/**
 * On a node cases name callers as the bot calls them.
 *
 * @param at where the case stands, `FILE:LINE`
 * @throws McoError `usage/bad-file`
 */
export function refuseNonCallers(words: readonly string[], at: string): void {
  const wrong = words.find((word) => !CALLER.test(word));
  if (wrong !== undefined) throw complain(at, `${quote(wrong)} is not a caller`, 'such as `person:ana`');
}
