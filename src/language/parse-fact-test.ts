import type { FactTest } from '../core/filter.ts';
import { findOperator, parseOperator } from './comparison.ts';
import { makePattern, parseDelimitedPattern } from './parse-pattern.ts';
import { failAt, quoteInput, type SourceWord, sliceWord, trimWord } from './source-word.ts';

/** What the filter's schema takes, characters. */
const MAX_TEXT_LENGTH = 1000;

/**
 * `fact OP value`, as after `-F`. The fact ends at the first operator, the rest is the value, whatever it contains;
 * `=/re/` and `!=/re/` are patterns, and so is everything after `=~`; `==` compares text that looks like a pattern.
 *
 * @throws McoError `usage/bad-fact`, `usage/bad-operator`, `usage/bad-pattern`, `usage/too-long`
 */
export function parseFactTest(word: SourceWord): FactTest {
  const operator = findOperator(word.text);
  if (operator === undefined) {
    throw failAt(word, 'usage/bad-fact', {
      message: `${quoteInput(word.text)} compares nothing`,
      hint: 'such as `osfamily=Debian`',
    });
  }
  const fact = checkFactName(trimWord(sliceWord(word, 0, operator.start)), word);
  const typedOp = sliceWord(word, operator.start, operator.end);
  const op = parseOperator(typedOp);
  const value = trimWord(sliceWord(word, operator.end));
  if (value.text === '')
    throw failAt(word, 'usage/bad-fact', {
      message: `no value to compare \`${fact}\` with`,
      hint: 'such as `osfamily=Debian`',
    });
  if (op === '=~' || op === '!~')
    return { fact, op, value: parseDelimitedPattern(value) ?? makePattern(value, value.text) };
  const pattern = typedOp.text === '=' || typedOp.text === '!=' ? parseDelimitedPattern(value) : undefined;
  if (pattern !== undefined) return { fact, op: op === '=' ? '=~' : '!~', value: pattern };
  return { fact, op, value: checkLength(value) };
}

/** The name of a fact, which has no blanks. `whole` is pointed at when there is no name at all. */
export function checkFactName(name: SourceWord, whole: SourceWord): string {
  if (name.text === '')
    throw failAt(whole, 'usage/bad-fact', {
      message: 'no fact before the comparison',
      hint: 'such as `osfamily=Debian`',
    });
  const blank = name.text.search(/\s/);
  if (blank !== -1)
    throw failAt(name, 'usage/bad-fact', {
      message: `${quoteInput(name.text)} is not one fact's name`,
      hint: 'use `-S` for more than one',
    });
  return checkLength(name);
}

/** @throws McoError `usage/too-long` */
export function checkLength(word: SourceWord): string {
  if (word.text.length <= MAX_TEXT_LENGTH) return word.text;
  throw failAt(word, 'usage/too-long', {
    message: `${quoteInput(word.text)} is longer than ${MAX_TEXT_LENGTH} characters`,
  });
}
