import type { Filter } from '../../core/filter.ts';
import type { ActionRow } from './action-row.ts';
import { type CallerGroups, expandCallers } from './read-callers.ts';

/** A row of one file in a language in which a denial always wins, and the order means nothing. */
export interface PlacedRow {
  readonly row: ActionRow;
  /** Whether a rule is made of it. A denial that changes nothing is left out. */
  readonly isKept: boolean;
}

/** What can be said of a denial that comes too late: its row, and the earlier allowance. */
export interface LateDenial {
  readonly row: ActionRow;
  readonly after: ActionRow;
}

/**
 * In MCollective the first row that matches wins. It means the same here where no denial overlaps an earlier allowance: then
 * what matches a denial that is kept is denied there by that one or an earlier one.
 *
 * @param rows those of one file, what its default allows as the last one
 */
export function placeRows(
  rows: readonly ActionRow[],
  groups: CallerGroups,
): { readonly placed: readonly PlacedRow[]; readonly late: readonly LateDenial[] } {
  const late: LateDenial[] = [];
  const placed = rows.map((row, index): PlacedRow => {
    if (row.verb === 'allow') return { row, isKept: true };
    const allowances = (some: readonly ActionRow[]) => some.filter(({ verb }) => verb === 'allow');
    // INVARIANT: it is left out only where nothing that follows could allow what it denies, on any node.
    const isNeeded = allowances(rows.slice(index + 1)).some((other) => sharesRequests(row, other, groups));
    if (!isNeeded) return { row, isKept: false };
    const after = allowances(rows.slice(0, index)).find(
      (other) => sharesRequests(row, other, groups) && sharesNodes(row.nodes, other.nodes),
    );
    if (after !== undefined) late.push({ row, after });
    return { row, isKept: true };
  });
  return { placed, late };
}

/** Whether some caller may ask some action that both are for. */
function sharesRequests(one: ActionRow, other: ActionRow, groups: CallerGroups): boolean {
  return (
    intersect(expandCallers(one, groups), expandCallers(other, groups)) &&
    intersect(one.actions && new Set(one.actions), other.actions && new Set(other.actions))
  );
}

/** No node has two values of one fact there; everything else may be true of one node. */
function sharesNodes(one: Filter | undefined, other: Filter | undefined): boolean {
  if (one === undefined || other === undefined) return true;
  return !one.facts.some(({ fact, value }) => other.facts.some((test) => test.fact === fact && test.value !== value));
}

/** Undefined stands for all. */
function intersect(one: ReadonlySet<string> | undefined, other: ReadonlySet<string> | undefined): boolean {
  if (one === undefined || other === undefined) return true;
  return [...one].some((name) => other.has(name));
}
