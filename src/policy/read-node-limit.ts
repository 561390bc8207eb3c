import { McoError } from '../core/errors.ts';
import type { Expression } from '../core/filter.ts';
import { dashed, OPTIONS, type OptionName } from '../language/option-table.ts';
import { readFilter } from '../language/read-filter.ts';
import { readOptions } from '../language/read-options.ts';
import { splitWords } from '../language/split-words.ts';
import type { NodeLimit } from './policy.ts';

const MAX_LENGTH = 1000;
const TAKEN: readonly OptionName[] = ['with-fact', 'with-class', 'with-identity', 'with', 'select'];
const HINT = 'such as `-F environment=staging` or `-C web -I db1.example.com`';

/**
 * Reads a policy's `nodes`: filter options of the command language and nothing else. Agents are left out, as every node
 * says for itself which ones it has, and data functions, as they would run before the node has decided anything.
 *
 * @throws McoError `usage/*`
 */
export function readNodeLimit(text: string): NodeLimit {
  if (text.length > MAX_LENGTH) throw new McoError('usage/too-long', `it is longer than ${MAX_LENGTH} characters`);
  const read = readOptions(splitWords(text));
  const [word] = read.words;
  if (word !== undefined) {
    throw new McoError('usage/unexpected-word', `\`${word.text}\` belongs to no option`, { hint: HINT });
  }
  for (const { name, aliases } of OPTIONS) {
    if (TAKEN.includes(name) || read.valuesOf(name).length === 0) continue;
    const spelling = dashed(aliases.find((alias) => alias.length === 1) ?? name);
    throw new McoError('usage/unexpected-option', `\`${spelling}\` can't say which nodes a rule is for`, {
      hint: HINT,
    });
  }
  const { facts, classes, identities, where } = readFilter(read);
  const names = identities.map((identity): Expression => ({ identity }));
  const parts: Expression[] = [
    ...facts.map((fact) => ({ fact })),
    ...classes.map((name) => ({ class: name })),
    ...(names.length > 1 ? [{ any: names }] : names),
    ...where,
  ];
  const [first, second] = parts;
  if (first === undefined) throw new McoError('usage/bad-filter', 'it names no nodes', { hint: HINT });
  const expression = second === undefined ? first : { all: parts };
  if (hasData(expression)) {
    throw new McoError('usage/bad-expression', "data functions can't say which nodes a rule is for", { hint: HINT });
  }
  return { text, expression };
}

function hasData(expression: Expression): boolean {
  if ('data' in expression) return true;
  if ('not' in expression) return hasData(expression.not);
  if ('all' in expression) return expression.all.some(hasData);
  return 'any' in expression && expression.any.some(hasData);
}
