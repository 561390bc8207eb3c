import { compareTruth, createComparer, type Spend, TEST_UNITS } from './compare-value.ts';
import type { DataAnswer, DataValue } from './data-functions.ts';
import type { Comparison, DataTest } from './filter.ts';
import { compareVersions } from './version-order.ts';

/** Of what was found, any value will do; a field that has none matches nothing, not even `!=`. */
export function matchData({ field, op, value: wanted }: DataTest, answer: DataAnswer, spend: Spend): boolean {
  spend(TEST_UNITS);
  const found = Object.hasOwn(answer, field) ? answer[field] : undefined;
  if (found === undefined) return false;
  const values: readonly DataValue[] = Array.isArray(found) ? found : [found as DataValue];
  const holds = createComparer(op, wanted, spend);
  return values.some((value) => {
    if (typeof wanted === 'string' && typeof value === 'boolean') return compareTruth(value, op, wanted);
    if (typeof value !== 'object') return holds(value);
    if (typeof wanted !== 'string') return holds(value.version);
    spend(TEST_UNITS + value.version.length + wanted.length);
    return isInOrder(compareVersions(value.order, value.version, wanted), op);
  });
}

/** @param sign below, at or above zero, as a sorting function returns it */
function isInOrder(sign: number, op: Comparison): boolean {
  switch (op) {
    case '=':
      return sign === 0;
    case '!=':
      return sign !== 0;
    case '<':
      return sign < 0;
    case '>':
      return sign > 0;
    case '<=':
      return sign <= 0;
    case '>=':
      return sign >= 0;
    default:
      return false;
  }
}
