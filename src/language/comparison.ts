import type { Comparison } from '../core/filter.ts';
import { failAt, quoteInput, type SourceWord } from './source-word.ts';

/** A run of these characters is an operator, or an error: it never continues into the value. */
export const OPERATOR_CHARACTERS = '=<>!~';

const SPELLINGS: ReadonlyMap<string, Comparison> = new Map([
  ['=', '='],
  ['==', '='],
  ['!=', '!='],
  ['<', '<'],
  ['>', '>'],
  ['<=', '<='],
  ['=<', '<='],
  ['>=', '>='],
  ['=>', '>='],
  ['=~', '=~'],
  ['!~', '!~'],
]);

/** What people mean who come from another language, or slip. */
const MEANT: ReadonlyMap<string, string> = new Map([
  ['===', '='],
  ['!==', '!='],
  ['=!', '!='],
  ['!', '!='],
  ['<>', '!='],
  ['><', '!='],
  ['~', '=~'],
  ['~=', '=~'],
  ['==~', '=~'],
  ['=~=', '=~'],
  ['~!', '!~'],
  ['!=~', '!~'],
  ['<<', '<'],
  ['>>', '>'],
  ['<==', '<='],
  ['>==', '>='],
]);

/** @throws McoError `usage/bad-operator` with the nearest one */
export function parseOperator(word: SourceWord): Comparison {
  const op = SPELLINGS.get(word.text);
  if (op !== undefined) return op;
  const meant = MEANT.get(word.text);
  const hint =
    meant === undefined
      ? 'known: =, !=, <, >, <=, >=, =~; quote a value that begins with one'
      : `did you mean \`${meant}\`?`;
  throw failAt(word, 'usage/bad-operator', { message: `${quoteInput(word.text)} is not a comparison`, hint });
}

/** Where the first operator of a text begins and ends; undefined when there is none. */
export function findOperator(text: string): { readonly start: number; readonly end: number } | undefined {
  const found = /[=<>!~]+/.exec(text);
  return found === null ? undefined : { start: found.index, end: found.index + found[0].length };
}
