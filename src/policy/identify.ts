import { McoError } from '../core/errors.ts';
import type { BotPolicy } from './policy.ts';

const ACCOUNT = /^(?:(?:slack|mattermost|console|unix):[!-~]{1,200}|ssh[: ]SHA256:[A-Za-z0-9+/]{43})$/;

/**
 * Who stands behind an account: `person:ana` if the policy lists it, else the account itself, an unknown person.
 *
 * @param account `slack:TEAM/USER`, `mattermost:HOST/USER`, `console:ana`, `unix:ana`, `ssh:SHA256:...` (also written
 *   `ssh SHA256:...`)
 * @throws McoError `untrusted/malformed-account`
 */
export function identify(policy: BotPolicy, account: string): string {
  // INVARIANT: `person:` is no kind of account, so that nobody becomes a person by being called one.
  if (!ACCOUNT.test(account)) {
    throw new McoError('untrusted/malformed-account', 'the sender is not an account such as `slack:TEAM/USER`');
  }
  const known = account.replace(/^ssh /, 'ssh:');
  return policy.accounts.get(known) ?? known;
}

/**
 * All accounts of whoever stands behind one: that one first, then the others that the policy lists for the same person.
 *
 * @throws McoError `untrusted/malformed-account`
 */
export function accountsOf(policy: BotPolicy, account: string): string[] {
  const caller = identify(policy, account);
  const listed = [...policy.accounts].filter(([, owner]) => owner === caller).map(([other]) => other);
  return [...new Set([account, ...listed])];
}
