import { linkMembers, mergeGroups, type Side } from './link-groups.ts';
import { linkRoles } from './link-roles.ts';
import type { Binding, DenyRule, Role, RuleSet } from './policy.ts';
import { complain, complainUnknown, type PolicyPart } from './policy-part.ts';
import type { BotFile } from './policy-schema.ts';
import { readExtent } from './read-conditions.ts';
import { type KnownNames, readActions, readPlaces, readWho } from './rule-fields.ts';

type Parts = readonly PolicyPart<BotFile>[];

/**
 * Resolves every name in the rules of all files.
 *
 * @throws McoError `usage/bad-file` with file, line and, for an unknown name, the nearest known one
 */
export function linkRules(parts: Parts, side: Side): RuleSet {
  const people = new Set(parts.flatMap((part) => Object.keys(part.sections.people ?? {})));
  const entries = mergeGroups(parts);
  const known: KnownNames = { people, groups: new Set(entries.keys()), callers: side === 'node' };
  const groups = linkMembers(entries, known, side);
  if (side === 'node') refusePlaces(parts);
  const sizeOf = (group: string): number | undefined => {
    const { slack, mattermost } = entries.get(group)?.value ?? {};
    return slack === undefined && mattermost === undefined ? groups.get(group)?.size : undefined;
  };
  const roles = linkRoles(parts, { names: known.groups, sizeOf });
  const bindings = linkBindings(parts, roles, known);
  return { roles: [...roles.values()], people, groups, bindings, deny: linkDeny(parts, known) };
}

function linkBindings(parts: Parts, roles: ReadonlyMap<string, Role>, known: KnownNames): Binding[] {
  return parts.flatMap(({ sections, at }) =>
    (sections.bindings ?? []).map((binding, n): Binding => {
      const role = roles.get(binding.role);
      if (role === undefined) {
        throw complainUnknown(at(['bindings', n, 'role']), { kind: 'role', name: binding.role, known: roles.keys() });
      }
      return {
        role,
        who: readWho(binding.who, known, (i) => at(['bindings', n, 'who', i])),
        places: readPlaces(binding.in, (i) => at(['bindings', n, 'in', i])),
        at: at(['bindings', n]),
      };
    }),
  );
}

function linkDeny(parts: Parts, known: KnownNames): DenyRule[] {
  return parts.flatMap(({ sections, at }) =>
    (sections.deny ?? []).map(
      (rule, n): DenyRule => ({
        actions: readActions(rule.actions, (i) => at(['deny', n, 'actions', i])),
        who: readWho(rule.who, known, (i) => at(['deny', n, 'who', i])),
        places: readPlaces(rule.in, (i) => at(['deny', n, 'in', i])),
        ...readExtent(rule, (path) => at(['deny', n, ...path])),
        reason: rule.reason,
        at: at(['deny', n]),
      }),
    ),
  );
}

/** A node can't check where a command was typed. Ignoring `in` would give a role in more places than was written. */
function refusePlaces(parts: Parts): void {
  for (const { sections, at } of parts) {
    for (const section of ['bindings', 'deny'] as const) {
      const index = (sections[section] ?? []).findIndex((rule) => rule.in !== undefined);
      if (index === -1) continue;
      throw complain(
        at([section, index, 'in']),
        '`in` decides nothing on a node',
        'leave it out: only the bot knows the channel',
      );
    }
  }
}
