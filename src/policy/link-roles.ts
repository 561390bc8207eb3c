import type { AllowRule, Role } from './policy.ts';
import { complain, complainUnknown, type Entry, mergeSection, type PolicyPart } from './policy-part.ts';
import type { BotFile } from './policy-schema.ts';
import { type ApprovingGroups, readConditions } from './read-conditions.ts';
import { readActions, readEffect } from './rule-fields.ts';

const MAX_ROLES = 1000;

type RoleEntry = NonNullable<BotFile['roles']>[string];

/**
 * The roles by name, each with the rules of all the roles it includes, every rule once.
 *
 * @throws McoError `usage/bad-file`
 */
export function linkRoles(parts: readonly PolicyPart<BotFile>[], groups: ApprovingGroups): ReadonlyMap<string, Role> {
  const entries = mergeSection<BotFile, RoleEntry>(parts, 'roles', 'role');
  const own = new Map<string, readonly AllowRule[]>();
  for (const [name, entry] of entries) {
    if (own.size >= MAX_ROLES) throw complain(entry.at, `there are more than ${MAX_ROLES} roles`);
    own.set(name, readAllow(name, entry, groups));
    checkIncludes(entry, entries);
  }
  refuseCircles(entries);
  const roles = new Map<string, Role>();
  for (const name of entries.keys()) {
    const allow = [...reachable(name, entries)].flatMap((role) => own.get(role) ?? []);
    roles.set(name, { name, allow });
  }
  return roles;
}

function readAllow(name: string, entry: Entry<RoleEntry>, groups: ApprovingGroups): AllowRule[] {
  const { allow = [], includes = [] } = entry.value;
  if (allow.length + includes.length === 0) {
    throw complain(entry.at, `the role \`${name}\` allows nothing`, 'give it `allow` or `includes`');
  }
  return allow.map((rule, index) => ({
    actions: readActions(rule.actions, (i) => entry.atField(['allow', index, 'actions', i])),
    effect: readEffect(rule.effect, entry.atField(['allow', index, 'effect'])),
    ...readConditions(rule, groups, (path) => entry.atField(['allow', index, ...path])),
    at: entry.atField(['allow', index]),
  }));
}

function checkIncludes(entry: Entry<RoleEntry>, entries: ReadonlyMap<string, unknown>): void {
  for (const [index, name] of (entry.value.includes ?? []).entries()) {
    if (!entries.has(name)) {
      throw complainUnknown(entry.atField(['includes', index]), { kind: 'role', name, known: entries.keys() });
    }
  }
}

/** The role itself and what it includes, directly or not, in the order in which it names them. */
function reachable(start: string, entries: ReadonlyMap<string, Entry<RoleEntry>>): Set<string> {
  const seen = new Set<string>([start]);
  // A set can grow while it is walked: what is added is visited too.
  for (const name of seen) {
    for (const included of entries.get(name)?.value.includes ?? []) seen.add(included);
  }
  return seen;
}

function refuseCircles(entries: ReadonlyMap<string, Entry<RoleEntry>>): void {
  const done = new Set<string>();
  const visit = (name: string, trail: readonly string[]): void => {
    const entry = entries.get(name);
    if (entry === undefined || done.has(name)) return;
    const path = [...trail, name];
    for (const [index, included] of (entry.value.includes ?? []).entries()) {
      if (path.includes(included)) {
        const circle = [...path.slice(path.indexOf(included)), included].join(' -> ');
        throw complain(entry.atField(['includes', index]), `these roles include each other: ${circle}`);
      }
      visit(included, path);
    }
    done.add(name);
  };
  for (const name of entries.keys()) visit(name, []);
}
