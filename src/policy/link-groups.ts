import { complain, type Entry, mergeSection, type PolicyPart } from './policy-part.ts';
import type { BotFile } from './policy-schema.ts';
import { type KnownNames, readCaller } from './rule-fields.ts';

/** The chat services that may say who is in a group. */
const SERVICES = ['slack', 'mattermost'] as const;

/** Each one is a question to a chat service, again and again. */
const MAX_CHAT_GROUPS = 200;

type Group = NonNullable<BotFile['groups']>[string];

/** Where the rules will be used. */
export type Side = 'bot' | 'node';

/** The groups of all files by name. */
export function mergeGroups(parts: readonly PolicyPart<BotFile>[]): ReadonlyMap<string, Entry<Group>> {
  return mergeSection<BotFile, Group>(parts, 'groups', 'group');
}

/**
 * Group name -> the callers that are listed.
 *
 * @throws McoError `usage/bad-file`
 */
export function linkMembers(
  groups: ReadonlyMap<string, Entry<Group>>,
  known: KnownNames,
  side: Side,
): ReadonlyMap<string, ReadonlySet<string>> {
  const callers = new Map<string, ReadonlySet<string>>();
  for (const [name, { value, at, atField }] of groups) {
    const service = SERVICES.find((one) => value[one] !== undefined);
    if (side === 'node' && service !== undefined) {
      const hint = 'leave it out and list `members`: only the bot can ask the chat who is in a group';
      throw complain(atField([service]), `\`${service}\` decides nothing on a node`, hint);
    }
    if (value.members === undefined && service === undefined) {
      const keys = side === 'node' ? ['members'] : ['members', ...SERVICES];
      throw complain(at, `nobody is in the group \`${name}\``, `give it \`${keys.join('`, `')}\``);
    }
    const members = value.members ?? [];
    callers.set(name, new Set(members.map((word, index) => readCaller(word, known, atField(['members', index])))));
  }
  return callers;
}

/**
 * Group name -> the chat services' groups that belong to it, named as the services name their accounts.
 *
 * @throws McoError `usage/bad-file`
 */
export function linkChatGroups(parts: readonly PolicyPart<BotFile>[]): ReadonlyMap<string, readonly string[]> {
  const chatGroups = new Map<string, readonly string[]>();
  const all = new Set<string>();
  for (const [name, { value, at }] of mergeGroups(parts)) {
    const ids = new Set(SERVICES.flatMap((service) => (value[service] ?? []).map((id) => `${service}:${id}`)));
    for (const id of ids) all.add(id);
    if (all.size > MAX_CHAT_GROUPS) {
      throw complain(at, `there are more than ${MAX_CHAT_GROUPS} groups of chat services`);
    }
    if (ids.size > 0) chatGroups.set(name, [...ids]);
  }
  return chatGroups;
}
