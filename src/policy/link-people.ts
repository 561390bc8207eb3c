import { complain, mergeSection, type PolicyPart } from './policy-part.ts';
import type { BotFile } from './policy-schema.ts';

type Person = NonNullable<BotFile['people']>[string];

/**
 * Account -> caller, for all people of all files.
 *
 * @throws McoError `usage/bad-file` when two people claim one account
 */
export function linkPeople(parts: readonly PolicyPart<BotFile>[]): ReadonlyMap<string, string> {
  const accounts = new Map<string, string>();
  for (const [name, { value, atField }] of mergeSection<BotFile, Person>(parts, 'people', 'person')) {
    const caller = `person:${name}`;
    for (const [kind, ids] of Object.entries(value)) {
      for (const [index, id] of (ids ?? []).entries()) {
        const account = `${kind}:${id}`;
        const owner = accounts.get(account) ?? caller;
        if (owner !== caller) {
          const other = owner.slice('person:'.length);
          throw complain(atField([kind, index]), `\`${account}\` belongs to \`${other}\` already`);
        }
        accounts.set(account, caller);
      }
    }
  }
  return accounts;
}
