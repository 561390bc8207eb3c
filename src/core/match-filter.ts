import { compileWithin, createComparer, type Spend, TEST_UNITS } from './compare-value.ts';
import { keyOfCall } from './data-functions.ts';
import { McoError } from './errors.ts';
import { lookUpFact, type NodeProfile } from './facts.ts';
import type { DataTest, Expression, FactTest, Filter, NameTest } from './filter.ts';
import { matchData } from './match-data.ts';

/**
 * What one filter may cost in all: steps of patterns times characters they are tried on. Far more than what people write
 * (a pattern of 20 steps on 300 classes of 35 characters is less than half of it), and two tenths of a second at worst.
 */
const MAX_UNITS = 500_000;

/** A node, and what is left of the work that a filter may cause on it. */
interface Matching {
  readonly node: NodeProfile;
  readonly spend: Spend;
}

/** Whether something holds, or the data tests on which that depends and whose answers are not there. */
type Weighed = boolean | readonly DataTest[];

/**
 * Whether a node is meant by a filter.
 *
 * @throws McoError `usage/bad-pattern` for a pattern that does not compile, `unknown/data-function` for a data
 *   function this node does not have: the whole request fails then, as MCollective's silent "no match" hid typing mistakes;
 *   `usage/filter-too-costly` when to find out would keep the node from everything else
 */
export function matchFilter(filter: Filter, node: NodeProfile): boolean {
  const weighed = weighFilter(filter, node);
  if (typeof weighed === 'boolean') return weighed;
  throw new McoError('unknown/data-function', `this node has no data function \`${weighed[0]?.function}\``);
}

/**
 * As `matchFilter`, for those who have not asked the data functions yet: as far as the answer depends on them, the tests it
 * depends on. What facts, classes and names decide already needs none of them.
 *
 * @throws McoError `usage/bad-pattern`, `usage/filter-too-costly`
 */
export function weighFilter(filter: Filter, node: NodeProfile): Weighed {
  const { identities } = filter;
  const matching: Matching = { node, spend: createBudget(MAX_UNITS) };
  const hasName = (names: Names) => (test: NameTest) => matchName(test, names, matching);
  const isNamed =
    (identities.length === 0 || identities.some(hasName(new Set([node.identity])))) &&
    filter.agents.every(hasName(node.agents)) &&
    filter.classes.every(hasName(node.classes)) &&
    filter.facts.every((test) => matchFact(test, matching));
  return isNamed && weighParts(filter.where, matching, false);
}

/** INVARIANT: work is counted before it is done. One thread does everything on a node, also to refuse the next message. */
function createBudget(units: number): Spend {
  let left = units;
  return (wanted) => {
    left -= wanted;
    if (left >= 0) return;
    throw new McoError('usage/filter-too-costly', 'the filter takes too much work to match', {
      hint: 'use fewer and simpler regular expressions',
    });
  };
}

function weighExpression(expression: Expression, matching: Matching): Weighed {
  if ('all' in expression) return weighParts(expression.all, matching, false);
  if ('any' in expression) return weighParts(expression.any, matching, true);
  if ('not' in expression) {
    const weighed = weighExpression(expression.not, matching);
    return typeof weighed === 'boolean' ? !weighed : weighed;
  }
  if ('fact' in expression) return matchFact(expression.fact, matching);
  if ('class' in expression) return matchName(expression.class, matching.node.classes, matching);
  if ('identity' in expression) return matchName(expression.identity, new Set([matching.node.identity]), matching);
  const { node, spend } = matching;
  const answer = node.data?.get(keyOfCall(expression.data));
  return answer === undefined ? [expression.data] : matchData(expression.data, answer, spend);
}

/** @param decisive what one part needs to be for the whole to be it, whatever the others are */
function weighParts(parts: readonly Expression[], matching: Matching, decisive: boolean): Weighed {
  const open: DataTest[] = [];
  for (const part of parts) {
    const weighed = weighExpression(part, matching);
    if (weighed === decisive) return decisive;
    if (typeof weighed !== 'boolean') open.push(...weighed);
  }
  return open.length > 0 ? open : !decisive;
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
  const holds = createComparer(test.op, test.value, spend);
  return Array.isArray(value) ? value.some(holds) : holds(value);
}
