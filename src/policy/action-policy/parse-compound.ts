import { McoError } from '../../core/errors.ts';
import type { Expression } from '../../core/filter.ts';
import { readClass, readFact } from './read-tests.ts';

/** A parenthesis, `!`, a class in slashes, or a word with the comparison that may follow it. */
const TOKEN = /\s*(?:([()!])|(\/[^\s/()]*\/)|([A-Za-z0-9_.:-]+)(?:\s*=\s*([^\s()=<>!~]+))?)/y;

const JOINTS: readonly string[] = ['and', 'or', 'not'];

type Token =
  | { readonly kind: '(' | ')' | '!' | 'and' | 'or' }
  | { readonly kind: 'test'; readonly expression: Expression };

interface Cursor {
  readonly tokens: readonly Token[];
  next: number;
}

/** Whether a column is an expression, not a list, as ActionPolicy 2.2.0 tells them apart. */
export function isCompound(column: string): boolean {
  return column.split(' ').some((word) => /^[!(]|^(?:not|or|and)$|[()]/i.test(word));
}

/**
 * An expression over facts and classes: `and`, `or`, `not` or `!`, parentheses. There `and` and `or` bind equally, here
 * they don't: an expression that mixes them without parentheses is refused.
 *
 * @throws McoError `usage/bad-row`
 */
export function parseCompound(column: string): Expression {
  const cursor: Cursor = { tokens: tokenise(column), next: 0 };
  const expression = parseJoined(cursor);
  if (cursor.next < cursor.tokens.length) throw refuse('the expression does not end where it should');
  return expression;
}

function tokenise(column: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < column.length) {
    const start = TOKEN.lastIndex;
    const found = TOKEN.exec(column);
    if (found === null) throw refuse(`\`${column.slice(start).trim()}\` can't be read in an expression`);
    tokens.push(readToken(found, column.charAt(TOKEN.lastIndex)));
  }
  return tokens;
}

function readToken([, mark, pattern, word = '', value]: RegExpExecArray, following: string): Token {
  if (mark !== undefined) return { kind: mark as '(' | ')' | '!' };
  if (pattern !== undefined) return { kind: 'test', expression: { class: readClass(pattern) } };
  if (following === '(' && !JOINTS.includes(word)) {
    throw refuse(`data functions such as \`${word}\` can't be imported`, 'say the same with facts and classes');
  }
  if (value !== undefined) return { kind: 'test', expression: { fact: readFact(`${word}=${value}`) } };
  if (word === 'not') return { kind: '!' };
  if (word === 'and' || word === 'or') return { kind: word };
  if (JOINTS.includes(word.toLowerCase())) throw refuse(`\`${word}\` is a class there`, 'write it in lower case');
  return { kind: 'test', expression: { class: readClass(word) } };
}

function parseJoined(cursor: Cursor): Expression {
  const parts = [parseNegated(cursor)];
  let joint: 'and' | 'or' | undefined;
  for (;;) {
    const kind = cursor.tokens[cursor.next]?.kind;
    if (kind !== 'and' && kind !== 'or') break;
    if (joint !== undefined && joint !== kind) {
      throw refuse(
        '`and` and `or` bind equally there, and `and` binds closer here',
        'put parentheses round what belongs together',
      );
    }
    joint = kind;
    cursor.next += 1;
    parts.push(parseNegated(cursor));
  }
  if (joint === undefined) return parts[0] as Expression;
  return joint === 'and' ? { all: parts } : { any: parts };
}

function parseNegated(cursor: Cursor): Expression {
  const token = cursor.tokens[cursor.next];
  cursor.next += 1;
  switch (token?.kind) {
    case '!':
      return { not: parseNegated(cursor) };
    case 'test':
      return token.expression;
    case '(': {
      const inner = parseJoined(cursor);
      if (cursor.tokens[cursor.next]?.kind !== ')') throw refuse('a parenthesis is not closed');
      cursor.next += 1;
      return inner;
    }
    default:
      throw refuse('a fact or a class is missing in the expression');
  }
}

const refuse = (message: string, hint?: string): McoError => new McoError('usage/bad-row', message, { hint });
