import { McoError } from './errors.ts';
import { type FactValue, lookUpFact, type NodeProfile } from './facts.ts';
import type { Comparison, DataTest, Expression, FactTest, Filter, NameTest } from './filter.ts';
import { measurePattern, type Pattern } from './regex.ts';

/** Decimal numbers as people write them; no hexadecimal, no `Infinity`, no blanks. */
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?$/;

/**
 * What one filter may cost in all: steps of patterns times characters they are tried on. Far more than what people write
 * (a pattern of 20 steps on 300 classes of 35 characters is less than half of it), and two tenths of a second at worst.
 */
const MAX_UNITS = 500_000;
/** Looking up a name or a fact and comparing it. */
const TEST_UNITS = 20;
/** To compile a pattern takes as long as to try it on some text; with classes such as `\pL` it depends on its length. */
const COMPILE_UNITS = 2000;
const COMPILE_UNITS_PER_CHARACTER = 100;

/** A node, and what is left of the work that a filter may cause on it. */
interface Matching {
  readonly node: NodeProfile;
  /** @throws McoError `usage/filter-too-costly` */
  spend(units: number): void;
}

/**
 * Whether a node is meant by a filter.
 *
 * @throws McoError `usage/bad-pattern` for a pattern that does not compile, `unknown/data-function` for a data
 *   function this node does not have: the whole request fails then, as MCollective's silent "no match" hid typing mistakes;
 *   `usage/filter-too-costly` when to find out would keep the node from everything else
 */
export function matchFilter(filter: Filter, node: NodeProfile): boolean {
  const { identities } = filter;
  const matching: Matching = { node, spend: createBudget(MAX_UNITS) };
  const hasName = (names: Names) => (test: NameTest) => matchName(test, names, matching);
  return (
    (identities.length === 0 || identities.some(hasName(new Set([node.identity])))) &&
    filter.agents.every(hasName(node.agents)) &&
    filter.classes.every(hasName(node.classes)) &&
    filter.facts.every((test) => matchFact(test, matching)) &&
    filter.where.every((expression) => matchExpression(expression, matching))
  );
}

/** INVARIANT: work is counted before it is done. One thread does everything on a node, also to refuse the next message. */
function createBudget(units: number): Matching['spend'] {
  let left = units;
  return (wanted) => {
    left -= wanted;
    if (left >= 0) return;
    throw new McoError('usage/filter-too-costly', 'the filter takes too much work to match', {
      hint: 'use fewer and simpler regular expressions',
    });
  };
}

function matchExpression(expression: Expression, matching: Matching): boolean {
  if ('all' in expression) return expression.all.every((part) => matchExpression(part, matching));
  if ('any' in expression) return expression.any.some((part) => matchExpression(part, matching));
  if ('not' in expression) return !matchExpression(expression.not, matching);
  if ('fact' in expression) return matchFact(expression.fact, matching);
  if ('class' in expression) return matchName(expression.class, matching.node.classes, matching);
  if ('identity' in expression) return matchName(expression.identity, new Set([matching.node.identity]), matching);
  return matchData(expression.data);
}

function matchData(test: DataTest): boolean {
  throw new McoError('unknown/data-function', `this node has no data function \`${test.function}\``);
}

type Names = ReadonlySet<string>;

function matchName(test: NameTest, names: Names, { spend }: Matching): boolean {
  spend(TEST_UNITS);
  return 'is' in test ? names.has(test.is) : [...names].some(compileWithin(test.matches, spend));
}

/** A missing fact never matches, not even `!=`; of a list, any element will do. */
function matchFact(test: FactTest, { node, spend }: Matching): boolean {
  spend(TEST_UNITS + test.fact.length);
  const value = lookUpFact(node.facts, test.fact);
  if (value === undefined || value === null) return false;
  const holds = comparer(test.op, test.value, spend);
  return Array.isArray(value) ? value.some(holds) : holds(value);
}

function comparer(op: Comparison, wanted: string | Pattern, spend: Matching['spend']): (value: FactValue) => boolean {
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
function compileWithin(pattern: Pattern, spend: Matching['spend']): (text: string) => boolean {
  spend(COMPILE_UNITS + COMPILE_UNITS_PER_CHARACTER * pattern.pattern.length);
  const { steps, matches } = measurePattern(pattern);
  return (text) => {
    spend(steps * (text.length + 1));
    return matches(text);
  };
}

function isScalar(value: FactValue): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function equals(value: FactValue, wanted: string): boolean {
  if (typeof value === 'number') return NUMBER.test(wanted) && Number(wanted) === value;
  return isScalar(value) && String(value) === wanted;
}

/** Numbers order as numbers, also when the fact is text that reads as one; otherwise text orders by code unit. */
function isOrdered(value: FactValue, op: Comparison, wanted: string): boolean {
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
