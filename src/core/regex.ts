import { RE2JS } from 're2js';
import { McoError } from './errors.ts';
import { LIMITS } from './limits.ts';

/** `/re/` or `/re/i`, unanchored. Kept as text so that it can travel. */
export interface Pattern {
  readonly pattern: string;
  readonly ignoreCase?: boolean | undefined;
}

export interface CompiledPattern {
  /** The length of the compiled program: matching takes at most this much work for each character. */
  readonly steps: number;
  matches(text: string): boolean;
}

/**
 * A pattern that people write for a name or a fact has some dozens of steps. `(?:.?){960}` has 2,000, and takes as many
 * for each character it is tried on.
 */
const MAX_PROGRAM_STEPS = 250;
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
export function compilePattern(pattern: Pattern): (text: string) => boolean {
  return measurePattern(pattern).matches;
}

/**
 * As `compilePattern`, for those who have to know beforehand what a match may cost.
 *
 * @throws McoError `usage/bad-pattern`
 */
export function measurePattern({ pattern, ignoreCase }: Pattern): CompiledPattern {
  if (pattern.length > LIMITS.patternLength) {
    throw new McoError('usage/bad-pattern', `the regular expression is longer than ${LIMITS.patternLength} characters`);
  }
  if (countSteps(pattern) > MAX_UNROLLED_STEPS) throw tooCostlyError(pattern);
  const compiled = compile(pattern, ignoreCase === true);
  const steps = compiled.programSize();
  if (steps > MAX_PROGRAM_STEPS) throw tooCostlyError(pattern);
  return { steps, matches: (text) => compiled.matcher(text).find() };
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
  return new McoError('usage/bad-pattern', `\`/${pattern}/\` is too large`, {
    hint: 'use fewer alternatives and smaller counts in `{}`, or `*` and `+`',
  });
}
