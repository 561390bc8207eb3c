import { RE2JS } from 're2js';
import { McoError } from './errors.ts';
import { LIMITS } from './limits.ts';

/** `/re/` or `/re/i`, unanchored. Kept as text so that it can travel. */
export interface Pattern {
  readonly pattern: string;
  readonly ignoreCase?: boolean | undefined;
}

/** Matching takes time in proportion to the compiled program, and `(?:a?){1000}` is a program of 2,000 steps. */
const MAX_PROGRAM_STEPS = 2000;
/** Compiling unrolls counted repeats: more steps than this are not even tried. */
const MAX_UNROLLED_STEPS = 100_000;
/** What RE2 lets nested counts multiply to. */
const MAX_REPEATS = 1000;
const COUNTED_REPEAT = /\{(\d{1,4})(?:,(\d{0,4}))?\}/g;

/**
 * Compiles a pattern to a test that takes time linear in its input (RE2 syntax: no look-around, no back-references),
 * so that a hostile pattern can't stall a node.
 *
 * @throws McoError `usage/bad-pattern`
 */
export function compilePattern({ pattern, ignoreCase }: Pattern): (text: string) => boolean {
  if (pattern.length > LIMITS.patternLength) {
    throw new McoError('usage/bad-pattern', `the regular expression is longer than ${LIMITS.patternLength} characters`);
  }
  if (countSteps(pattern) > MAX_UNROLLED_STEPS) throw tooCostlyError(pattern);
  const compiled = compile(pattern, ignoreCase === true);
  if (compiled.programSize() > MAX_PROGRAM_STEPS) throw tooCostlyError(pattern);
  return (text) => compiled.matcher(text).find();
}

function compile(pattern: string, ignoreCase: boolean): RE2JS {
  try {
    return RE2JS.compile(pattern, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.replace(/^error parsing regexp: /, '') : String(cause);
    throw new McoError('usage/bad-pattern', `\`/${pattern}/\` is not a regular expression: ${why}`, {
      hint: 'RE2 syntax: no look-around and no back-references; write `\\/` for a slash',
      cause,
    });
  }
}

/** No fewer steps than the pattern compiles to: as if all counted repeats were nested round all of it. */
function countSteps(pattern: string): number {
  let repeats = 1;
  for (const [, least, most] of pattern.matchAll(COUNTED_REPEAT)) {
    repeats = Math.min(MAX_REPEATS, repeats * Math.max(1, Number(most || least)));
  }
  return pattern.length * repeats;
}

function tooCostlyError(pattern: string): McoError {
  return new McoError('usage/bad-pattern', `\`/${pattern}/\` repeats too much`, {
    hint: 'use smaller counts in `{}`, or `*` and `+`',
  });
}
