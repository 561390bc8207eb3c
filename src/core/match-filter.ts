import { McoError } from './errors.ts';
import { type FactValue, lookUpFact, type NodeProfile } from './facts.ts';
import type { Comparison, DataTest, Expression, FactTest, Filter, NameTest } from './filter.ts';
import { compilePattern, type Pattern } from './regex.ts';

/** Decimal numbers as people write them; no hexadecimal, no `Infinity`, no blanks. */
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?$/;

/**
 * Whether a node is meant by a filter.
 *
 * @throws McoError `usage/bad-pattern` for a pattern that does not compile, `unknown/data-function` for a data
 *   function this node does not have: the whole request fails then, as MCollective's silent "no match" hid typing mistakes
 */
export function matchFilter(filter: Filter, node: NodeProfile): boolean {
  const { identities } = filter;
  return (
    (identities.length === 0 || identities.some((test) => matchName(test, [node.identity]))) &&
    filter.agents.every((test) => matchName(test, node.agents)) &&
    filter.classes.every((test) => matchName(test, node.classes)) &&
    filter.facts.every((test) => matchFact(test, node)) &&
    filter.where.every((expression) => matchExpression(expression, node))
  );
}

function matchExpression(expression: Expression, node: NodeProfile): boolean {
  if ('all' in expression) return expression.all.every((part) => matchExpression(part, node));
  if ('any' in expression) return expression.any.some((part) => matchExpression(part, node));
  if ('not' in expression) return !matchExpression(expression.not, node);
  if ('fact' in expression) return matchFact(expression.fact, node);
  if ('class' in expression) return matchName(expression.class, node.classes);
  return matchData(expression.data);
}

function matchData(test: DataTest): boolean {
  throw new McoError('unknown/data-function', `this node has no data function \`${test.function}\``);
}

function matchName(test: NameTest, names: Iterable<string> & { has?: (name: string) => boolean }): boolean {
  if ('is' in test) return names.has?.(test.is) ?? [...names].includes(test.is);
  const matches = compilePattern(test.matches);
  return [...names].some(matches);
}

/** A missing fact never matches, not even `!=`; of a list, any element will do. */
function matchFact(test: FactTest, node: NodeProfile): boolean {
  const value = lookUpFact(node.facts, test.fact);
  if (value === undefined || value === null) return false;
  const holds = comparer(test.op, test.value);
  return Array.isArray(value) ? value.some(holds) : holds(value);
}

function comparer(op: Comparison, wanted: string | Pattern): (value: FactValue) => boolean {
  if (typeof wanted !== 'string') {
    const matches = compilePattern(wanted);
    return (value) => isScalar(value) && matches(String(value)) === (op === '=~');
  }
  switch (op) {
    case '=':
      return (value) => equals(value, wanted);
    case '!=':
      return (value) => isScalar(value) && !equals(value, wanted);
    default:
      return (value) => isOrdered(value, op, wanted);
  }
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
