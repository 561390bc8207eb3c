import type { JsonValue } from '../../core/json.ts';
import type { SummedValue } from '../../core/report.ts';

/** Longer values are one value when they begin alike. */
const MAX_VALUE_LENGTH = 200;

/** So few nodes are named that gave a value which more than they did not give. */
const FEW_NODES = 5;

/** Of so many values, the most frequent first, the nodes are named: nobody reads more of them. */
const MAX_NAMED_VALUES = 50;

/** What one node sent. */
export interface SentValue {
  readonly node: string;
  readonly value: JsonValue;
}

/**
 * Equal values and how often each came, most frequent first, with the names of the few who differ from the most. A list
 * counts once for each of its elements.
 */
export function countValues(sent: readonly SentValue[]): readonly SummedValue[] {
  const found = new Map<string, { count: number; readonly nodes: Set<string> }>();
  for (const { node, value } of sent) {
    for (const one of Array.isArray(value) ? value.flat() : [value]) {
      const name = nameValue(one);
      const entry = found.get(name) ?? { count: 0, nodes: new Set() };
      entry.count += 1;
      // One more tells that there are too many.
      if (entry.nodes.size <= FEW_NODES) entry.nodes.add(node);
      found.set(name, entry);
    }
  }
  const sorted = [...found].sort(([a, { count: x }], [b, { count: y }]) => y - x || compareNames(a, b));
  const most = sorted[0]?.[1].count ?? 0;
  return sorted.map(([value, { count, nodes }], index) => {
    const isRare = count < most && nodes.size <= FEW_NODES && index < MAX_NAMED_VALUES;
    return isRare ? { value, count, nodes: [...nodes] } : { value, count };
  });
}

/** Numbers first, as numbers; the rest as text. */
function compareNames(a: string, b: string): number {
  const [left, right] = [Number(a), Number(b)];
  if (Number.isFinite(left) && Number.isFinite(right) && left !== right) return left - right;
  if (Number.isFinite(left) !== Number.isFinite(right)) return Number.isFinite(left) ? -1 : 1;
  return a < b ? -1 : 1;
}

function nameValue(value: JsonValue): string {
  if (value === null || value === '') return '(none)';
  return (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, MAX_VALUE_LENGTH);
}
