import { gatherCalls, listDataTests, MAX_DATA_CALLS } from '../core/data-functions.ts';
import type { Expression, Filter } from '../core/filter.ts';
import { findOperator } from './comparison.ts';
import { MAX_PARTS, parseExpression } from './parse-expression.ts';
import { parseFactTest } from './parse-fact-test.ts';
import { parseNameTest } from './parse-name-test.ts';
import type { ReadOptions } from './read-options.ts';
import { failAt, type SourceWord, sliceWord } from './source-word.ts';

/**
 * The filter from `-F -C -A -I -W -S`. Each word of `-W` is a fact test where it compares something, else a class.
 *
 * @throws McoError what the parsers of the parts throw; `usage/bad-fact` for an empty `-W`; `usage/too-many`
 */
export function readFilter({ valuesOf }: ReadOptions): Filter {
  const mixed = valuesOf('with').flatMap(splitMixed);
  const isFact = ({ text }: SourceWord) => !text.startsWith('/') && findOperator(text) !== undefined;
  const parts = {
    facts: [...valuesOf('with-fact'), ...mixed.filter(isFact)],
    classes: [...valuesOf('with-class'), ...mixed.filter((word) => !isFact(word))],
    agents: valuesOf('with-agent'),
    identities: valuesOf('with-identity'),
    where: valuesOf('select'),
  };
  for (const words of Object.values(parts)) {
    const extra = words[MAX_PARTS];
    if (extra !== undefined)
      throw failAt(extra, 'usage/too-many', { message: `more than ${MAX_PARTS} filters of one kind` });
  }
  return {
    facts: parts.facts.map(parseFactTest),
    classes: parts.classes.map((word) => parseNameTest(word, 'class')),
    agents: parts.agents.map((word) => parseNameTest(word, 'agent')),
    identities: parts.identities.map((word) => parseNameTest(word, 'node')),
    where: parts.where.reduce<readonly Expression[]>(addExpression, []),
  };
}

/** Each different call of a data function is work for every node, so there may be only so many. */
function addExpression(before: readonly Expression[], word: SourceWord): readonly Expression[] {
  const where = [...before, parseExpression(word)];
  if (gatherCalls(listDataTests({ where })).length <= MAX_DATA_CALLS) return where;
  throw failAt(word, 'usage/too-many', { message: `more than ${MAX_DATA_CALLS} different data functions are asked` });
}

function splitMixed(word: SourceWord): SourceWord[] {
  const parts = [...word.text.matchAll(/\S+/g)].map(({ 0: text, index }) =>
    sliceWord(word, index, index + text.length),
  );
  if (parts.length === 0)
    throw failAt(word, 'usage/bad-fact', {
      message: '`-W` names no fact and no class',
      hint: 'such as `-W "osfamily=Debian webserver"`',
    });
  return parts;
}
