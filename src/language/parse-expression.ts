import type { Expression } from '../core/filter.ts';
import { LIMITS } from '../core/limits.ts';
import { parseOperator } from './comparison.ts';
import { type Cursor, expected, KEYWORDS, nest, peek, strayToken, take, tooDeep } from './expression-cursor.ts';
import { type Token, tokenise } from './expression-tokens.ts';
import { parseComparison, parseData } from './parse-comparison.ts';
import { checkFactName } from './parse-fact-test.ts';
import { parseNameTest } from './parse-name-test.ts';
import { failAt, type SourceWord } from './source-word.ts';

/** How many parts one `and` or `or` may join, as the filter's schema says. */
export const MAX_PARTS = 200;

/**
 * An expression as after `-S`: `and`, `or`, `not` or `!`, parentheses (`not` binds closest, then `and`), facts,
 * classes, `/re/` for classes, and data functions: `fstat('/etc/hosts').md5 = /ab/`. Joined joins are flattened.
 *
 * @throws McoError `usage/bad-expression`, `usage/too-deep`, `usage/too-many`, and what its parts throw
 */
export function parseExpression(word: SourceWord): Expression {
  const cursor: Cursor = { tokens: tokenise(word), next: 0, depth: 0 };
  const expression = parseJoined(cursor, 'or');
  const stray = peek(cursor);
  if (stray.kind !== 'end') throw strayToken(stray);
  if (depthOf(expression) > LIMITS.expressionDepth) throw tooDeep(word);
  return expression;
}

function parseJoined(cursor: Cursor, joint: 'and' | 'or'): Expression {
  const key = joint === 'and' ? 'all' : 'any';
  const parts: Expression[] = [];
  do {
    const part = joint === 'or' ? parseJoined(cursor, 'and') : parseNegated(cursor);
    parts.push(...(partsOf(part, key) ?? [part]));
    if (parts.length > MAX_PARTS) {
      const message = `more than ${MAX_PARTS} parts are joined by \`${joint}\``;
      throw failAt(peek(cursor).word, 'usage/too-many', { message });
    }
  } while (takeWord(cursor, joint));
  if (parts.length === 1) return parts[0] as Expression;
  return joint === 'and' ? { all: parts } : { any: parts };
}

function partsOf(expression: Expression, key: 'all' | 'any'): readonly Expression[] | undefined {
  if (key === 'all') return 'all' in expression ? expression.all : undefined;
  return 'any' in expression ? expression.any : undefined;
}

function parseNegated(cursor: Cursor): Expression {
  const token = peek(cursor);
  if (token.kind !== 'not' && !isWord(token, 'not')) return parseOperand(cursor);
  cursor.next += 1;
  return { not: nest(cursor, token, () => parseNegated(cursor)) };
}

function parseOperand(cursor: Cursor): Expression {
  const token = take(cursor);
  switch (token.kind) {
    case 'open': {
      const inner = nest(cursor, token, () => parseJoined(cursor, 'or'));
      const close = take(cursor);
      if (close.kind === 'close') return inner;
      throw close.kind === 'end'
        ? failAt(token.word, 'usage/bad-expression', { message: 'the parenthesis is not closed' })
        : strayToken(close);
    }
    case 'pattern':
      return { class: parseNameTest(token.word, 'class') };
    case 'word':
      return parseNamed(cursor, token);
    default:
      throw expected('a class, a fact or a data function', token);
  }
}

function parseNamed(cursor: Cursor, name: Token): Expression {
  if (KEYWORDS.includes(name.text.toLowerCase())) throw expected('a class, a fact or a data function', name);
  const following = peek(cursor);
  if (following.kind === 'open' && following.start === name.end) return { data: parseData(cursor, name) };
  if (following.kind === 'not') parseOperator(following.word);
  if (following.kind !== 'operator') return { class: parseNameTest(name.word, 'class') };
  const fact = checkFactName(name.word, name.word);
  return { fact: { fact, ...parseComparison(cursor) } };
}

/** How deep the joins and negations are nested once parsed: that is what travels. */
function depthOf(expression: Expression): number {
  if ('not' in expression) return 1 + depthOf(expression.not);
  const parts = partsOf(expression, 'all') ?? partsOf(expression, 'any');
  return parts === undefined ? 0 : 1 + Math.max(...parts.map(depthOf));
}

function isWord(token: Token, text: string): boolean {
  return token.kind === 'word' && token.text === text;
}

function takeWord(cursor: Cursor, text: string): boolean {
  const found = isWord(peek(cursor), text);
  if (found) cursor.next += 1;
  return found;
}
