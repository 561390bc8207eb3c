import { DATA_FUNCTIONS } from '../core/data-function-table.ts';
import { type DataFault, findDataFault } from '../core/data-functions.ts';
import type { McoError } from '../core/errors.ts';
import type { Comparison, DataTest } from '../core/filter.ts';
import { WORD } from '../core/names.ts';
import type { Pattern } from '../core/regex.ts';
import { parseOperator } from './comparison.ts';
import { type Cursor, expected, peek, take } from './expression-cursor.ts';
import type { Token } from './expression-tokens.ts';
import { checkLength } from './parse-fact-test.ts';
import { makePattern, parseDelimitedPattern } from './parse-pattern.ts';
import { failAt, quoteInput } from './source-word.ts';

/** An operator and what it compares with. */
type TypedComparison =
  | { readonly op: '=~' | '!~'; readonly value: Pattern }
  | { readonly op: Exclude<Comparison, '=~' | '!~'>; readonly value: string };

/**
 * A data function whose name has been taken: `('/etc/hosts').md5 = /ab/`. It has to make sense to the functions that
 * there are.
 *
 * @throws McoError `usage/unknown-data-function`, `usage/unknown-data-field`, and others of `usage/*`
 */
export function parseData(cursor: Cursor, name: Token): DataTest {
  if (!WORD.test(name.text))
    throw failAt(name.word, 'usage/bad-expression', {
      message: `${quoteInput(name.text)} can't be the name of a data function`,
    });
  const open = take(cursor);
  const quoted = peek(cursor);
  const argument = quoted.kind === 'quoted' ? checkText(take(cursor)) : undefined;
  const close = take(cursor);
  if (close.kind === 'end')
    throw failAt(open.word, 'usage/bad-expression', { message: 'the parenthesis is not closed' });
  if (close.kind !== 'close') throw expected(`one argument in quotes or none for \`${name.text}\``, close);
  const field = peek(cursor);
  const fieldName = field.text.slice(1);
  if (field.kind !== 'word' || field.start !== close.end || !field.text.startsWith('.') || !WORD.test(fieldName)) {
    const at = field.kind === 'word' && field.start === close.end ? field : close;
    throw failAt(at.word, 'usage/bad-expression', {
      message: `\`${name.text}()\` needs the name of a field after it`,
      hint: "such as `fstat('/etc/hosts').md5 = /^ab/`",
    });
  }
  cursor.next += 1;
  const op = peek(cursor);
  const called = { function: name.text, field: fieldName, ...parseComparison(cursor) };
  const test = argument === undefined ? called : { ...called, argument };
  const value = cursor.tokens[cursor.next - 1] ?? op;
  const fault = findDataFault([test], DATA_FUNCTIONS);
  if (fault !== undefined) throw pointAt(fault, { function: name, argument: quoted, field, op, value });
  return test;
}

/** The same error with a caret under the part that is wrong. */
function pointAt({ part, error }: DataFault, tokens: Readonly<Record<DataFault['part'], Token>>): McoError {
  const code = error.code.replace(/^\w+\/(?=data-)/, 'unknown-').replace(/^\w+\//, '');
  return failAt(tokens[part].word, `usage/${code}`, error);
}

/**
 * An operator and its value: a bare word, text in quotes, or a pattern between slashes.
 *
 * @throws McoError `usage/bad-expression`, `usage/bad-operator`, `usage/bad-pattern`, `usage/too-long`
 */
export function parseComparison(cursor: Cursor): TypedComparison {
  const typed = take(cursor);
  if (typed.kind !== 'operator') {
    if (typed.kind === 'not') parseOperator(typed.word);
    throw expected('a comparison', typed, 'such as `= true`');
  }
  const op = parseOperator(typed.word);
  const token = take(cursor);
  if (token.kind === 'pattern') {
    const value = parseDelimitedPattern(token.word);
    if (value === undefined || typed.text === '==' || !['=', '!=', '=~', '!~'].includes(op)) {
      throw failAt(token.word, 'usage/bad-operator', {
        message: `${quoteInput(typed.text)} does not compare with a regular expression`,
        hint: 'put the text in quotes, or use `=~`',
      });
    }
    return { op: op === '=' || op === '=~' ? '=~' : '!~', value };
  }
  if (token.kind !== 'word' && token.kind !== 'quoted')
    throw expected('a value', token, 'quote a value that has blanks or special characters');
  if (op === '=~' || op === '!~') return { op, value: makePattern(token.word, token.text) };
  return { op, value: checkText(token) };
}

function checkText(token: Token): string {
  checkLength({ ...token.word, text: token.text });
  return token.text;
}
