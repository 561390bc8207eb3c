import { listFiles, readFile } from '../../adapters/policy-files/read-files.ts';
import { warnOfPerson } from '../../bot/control/check-search.ts';
import { type McoError, toMcoError } from '../../core/errors.ts';
import type { BotPolicy } from '../../policy/policy.ts';
import { readBotPolicy } from '../../policy/read-policy.ts';

/** Whose records are looked for. */
export interface WantedPeople {
  /** As records name them. */
  readonly callers: readonly string[];
  /** The policy has nobody of that name; undefined where it has, or can't be read. */
  readonly hint: string | undefined;
}

/**
 * Whom `--who` means: a person of the policy with all of its accounts, or one account. Somebody whom the policy does not
 * list any more is looked for all the same.
 *
 * @param policies the directory of the bot's policy
 * @param onProblem told when the policy can't be read: the accounts are not known then
 */
export function findPeople(who: string, policies: string, onProblem: (problem: McoError) => void): WantedPeople {
  if (who.includes(':') && !who.startsWith('person:')) return { callers: [who], hint: undefined };
  const person = `person:${who.replace(/^person:/, '')}`;
  const accounts = readAccounts(policies, onProblem);
  const own = [...accounts].filter(([, owner]) => owner === person).map(([account]) => account);
  const names = [...new Set(accounts.values())].map((owner) => owner.replace(/^person:/, ''));
  const hint = own.length > 0 || names.length === 0 ? undefined : warnOfPerson(who, names);
  return { callers: [person, ...own], hint };
}

function readAccounts(policies: string, onProblem: (problem: McoError) => void): BotPolicy['accounts'] {
  try {
    return readBotPolicy(listFiles(policies).map(readFile)).accounts;
  } catch (thrown) {
    onProblem(toMcoError(thrown));
    return new Map();
  }
}
