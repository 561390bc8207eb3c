import type { Comparison } from './filter.ts';
import type { JsonValue } from './json.ts';
import { measurePattern, type Pattern } from './regex.ts';

/** Decimal numbers as people write them; no hexadecimal, no `Infinity`, no blanks. */
export const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?$/;

/** Looking up a name or a fact and comparing it. */
export const TEST_UNITS = 20;
/** To compile a pattern takes as long as to try it on some text; with classes such as `\pL` it depends on its length. */
const COMPILE_UNITS = 2000;
const COMPILE_UNITS_PER_CHARACTER = 100;

const TRUTHS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['1', true],
  ['false', false],
  ['no', false],
  ['0', false],
]);

/**
 * Takes work from what one filter may cost.
 *
 * @throws McoError `usage/filter-too-costly`
 */
export type Spend = (units: number) => void;

/** Whether a text is one of the words for true and false; MCollective's own were 1 and 0. */
export const isTruthWord = (text: string): boolean => TRUTHS.has(text);

/** Compares a boolean with a word for one. Only equality means something. */
export function compareTruth(value: boolean, op: Comparison, wanted: string): boolean {
  const truth = TRUTHS.get(wanted);
  if (truth === undefined) return false;
  if (op === '=') return value === truth;
  return op === '!=' && value !== truth;
}

/** The test that `OP wanted` is for one value. Each use is paid for first. */
export function createComparer(op: Comparison, wanted: string | Pattern, spend: Spend): (value: JsonValue) => boolean {
  if (typeof wanted !== 'string') {
    const matches = compileWithin(wanted, spend);
    return (value) => isScalar(value) && matches(String(value)) === (op === '=~');
  }
  return (value) => {
    spend(TEST_UNITS + (typeof value === 'string' ? value.length : 0));
    switch (op) {
      case '=':
        return equals(value, wanted);
      case '!=':
        return isScalar(value) && !equals(value, wanted);
      default:
        return isOrdered(value, op, wanted);
    }
  };
}

/** A pattern whose every use is paid for first. */
export function compileWithin(pattern: Pattern, spend: Spend): (text: string) => boolean {
  spend(COMPILE_UNITS + COMPILE_UNITS_PER_CHARACTER * pattern.pattern.length);
  const { steps, matches } = measurePattern(pattern);
  return (text) => {
    spend(steps * (text.length + 1));
    return matches(text);
  };
}

function isScalar(value: JsonValue): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function equals(value: JsonValue, wanted: string): boolean {
  if (typeof value === 'number') return NUMBER.test(wanted) && Number(wanted) === value;
  return isScalar(value) && String(value) === wanted;
}

/** Numbers order as numbers, also when the fact is text that reads as one; otherwise text orders by code unit. */
function isOrdered(value: JsonValue, op: Comparison, wanted: string): boolean {
  if (typeof value !== 'string' && typeof value !== 'number') return false;
  const numeric = NUMBER.test(String(value)) && NUMBER.test(wanted);
  if (typeof value === 'number' && !numeric) return false;
  const left = numeric ? Number(value) : String(value);
  const right = numeric ? Number(wanted) : wanted;
  switch (op) {
    case '<':
      return left < right;
    case '>':
      return left > right;
    case '<=':
      return left <= right;
    default:
      return left >= right;
  }
}
