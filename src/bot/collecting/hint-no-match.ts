import type { ResultView } from '../../core/command.ts';
import { listDataTests } from '../../core/data-functions.ts';
import type { Expression, FactTest, Filter, NameTest } from '../../core/filter.ts';

/** More would be a lecture. */
const MAX_HINTS = 2;

/** Names that are repeated in a hint. */
const PLAIN = /^[\w.:-]{1,80}$/;

/**
 * What to do about a filter that no node matches, by what it holds: each kind of condition has its own way to fail.
 *
 * @param filter with the agent that is asked, which every filter implies
 */
export function hintNoMatch(
  filter: Filter,
  { view, agent }: { readonly view: ResultView; readonly agent: string },
): string {
  const facts = [...filter.facts, ...filter.where.flatMap(listFacts)];
  const classes = [...filter.classes, ...filter.where.flatMap(listClasses)];
  const data = listDataTests(filter);
  const others = filter.agents.filter((test) => !('is' in test && test.is === agent));
  const hints = [
    ...(data.some(({ field }) => field === 'version')
      ? ['versions compare as the package manager orders them, and where there is none nothing matches']
      : data.length > 0
        ? ['what a node does not have matches nothing, not even `!=`']
        : []),
    ...hintFacts(facts),
    ...(classes.length > 0 ? ['a class is compared exactly, or is a pattern, such as `-C /web/`'] : []),
    ...(others.length > 0 ? ['`agents` lists what can be asked'] : []),
  ].slice(0, MAX_HINTS);
  const count = facts.length + classes.length + data.length + others.length;
  if (count === 0) {
    const who = agent === 'rpcutil' ? 'nobody answers' : `nobody who has \`${agent}\` answers`;
    return filter.identities.length > 0
      ? '`find` without a filter names the nodes'
      : `${who}: \`ping\` shows who is there`;
  }
  if (count > 1) return [...hints, 'try one condition at a time'].join('; ');
  return [...hints, ...(view === 'names' ? [] : ['`find` tries a filter alone'])].join('; ');
}

/** About the first of them. */
function hintFacts([first]: readonly FactTest[]): string[] {
  if (first === undefined) return [];
  const show = PLAIN.test(first.fact)
    ? `\`facts ${first.fact}\` shows its values`
    : '`facts NAME` shows the values of a fact';
  switch (first.op) {
    case '=':
    case '!=':
      return [`${show}, which are compared exactly`];
    case '=~':
    case '!~':
      return [`${show}; a node without it matches no pattern`];
    default:
      return [`${show}; two numbers compare as numbers, versions do not compare as such`];
  }
}

const listFacts = (expression: Expression): readonly FactTest[] =>
  'fact' in expression ? [expression.fact] : partsOf(expression).flatMap(listFacts);

const listClasses = (expression: Expression): readonly NameTest[] =>
  'class' in expression ? [expression.class] : partsOf(expression).flatMap(listClasses);

function partsOf(expression: Expression): readonly Expression[] {
  if ('all' in expression) return expression.all;
  if ('any' in expression) return expression.any;
  return 'not' in expression ? [expression.not] : [];
}
