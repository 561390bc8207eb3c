import { McoError } from '../../core/errors.ts';
import { suggest } from '../../core/nearest.ts';
import type { PolicyFile } from '../policy.ts';
import type { ActionRow } from './action-row.ts';
import { nameApart } from './name-apart.ts';
import { describeProblem } from './read-action-file.ts';

/** Group name -> caller ids, as in the `groups` file. */
export type CallerGroups = ReadonlyMap<string, readonly string[]>;

const CALLER_ID = /^([A-Za-z][A-Za-z0-9_-]*)=([!-~]+)$/;
const GROUP = /^[A-Za-z0-9_.-]+$/;

/** Reads `NAME CALLER CALLER...`, one group a line. */
export function readCallerGroups(file: PolicyFile | undefined): {
  readonly groups: CallerGroups;
  readonly problems: readonly string[];
} {
  const groups = new Map<string, readonly string[]>();
  const problems: string[] = [];
  for (const [index, source] of (file?.text ?? '').split('\n').entries()) {
    if (/^\s*(?:#.*)?$/.test(source)) continue;
    try {
      const [name = '', ...ids] = source.trim().split(/\s+/);
      if (!GROUP.test(name)) throw refuse(`\`${printable(name)}\` can't be the name of a group`);
      if (groups.has(name)) throw refuse(`the group \`${name}\` is given twice`);
      if (ids.length === 0) throw refuse(`nobody is in the group \`${name}\``, 'take it out, here and in the rows');
      const wrong = ids.find((id) => !CALLER_ID.test(id) || isPattern(id));
      if (wrong !== undefined && isPattern(wrong)) throw refusePattern(printable(wrong));
      if (wrong !== undefined) {
        throw refuse(`\`${printable(wrong)}\` is no caller; groups have no groups in them`, 'such as `cert=ana`');
      }
      groups.set(name, [...new Set(ids)]);
    } catch (thrown) {
      problems.push(describeProblem(`${file?.name}:${index + 1}`, thrown));
    }
  }
  return { groups, problems };
}

/**
 * Each one of a row's callers is a caller id or a group.
 *
 * @throws McoError `usage/bad-row`
 */
export function checkCallers({ callers = [] }: ActionRow, groups: CallerGroups): void {
  const wrong = callers.find((word) => !groups.has(word) && (!CALLER_ID.test(word) || isPattern(word)));
  if (wrong === undefined) return;
  if (isPattern(wrong)) throw refusePattern(wrong);
  throw refuse(`\`${wrong}\` is neither a group nor a caller such as \`cert=ana\``, suggest(wrong, [...groups.keys()]));
}

/** The caller ids that a row is for; undefined: all. */
export function expandCallers(
  { callers }: Pick<ActionRow, 'callers'>,
  groups: CallerGroups,
): ReadonlySet<string> | undefined {
  return callers === undefined ? undefined : new Set(callers.flatMap((word) => groups.get(word) ?? [word]));
}

/** Caller id -> person. `cert=ana` is `ana`, unless another id would be, too. */
export function namePeople(ids: readonly string[]): ReadonlyMap<string, string> {
  return nameApart(
    ids.map((id) => {
      const [, kind = '', name = ''] = CALLER_ID.exec(id) ?? [];
      return { id, wish: name, otherwise: `${kind}-${name}` };
    }),
  );
}

export function nameGroups(groups: CallerGroups): ReadonlyMap<string, string> {
  return nameApart([...groups.keys()].map((id) => ({ id, wish: id, otherwise: `group-${id}` })));
}

/** `cert=/^ops-/` and `/^cert=ops-/`, with flags or without. */
const isPattern = (id: string): boolean => /^(?:[^=/]*=)?\/.*\/[a-z]*$/.test(id);

const refusePattern = (id: string): McoError =>
  refuse(
    `\`${id}\` is a pattern, and patterns for callers are not imported`,
    'name each caller, or put them in a group',
  );

const printable = (text: string): string => text.replace(/[^ -~]/g, '?');

const refuse = (message: string, hint?: string): McoError => new McoError('usage/bad-row', message, { hint });
