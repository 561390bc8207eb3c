import { McoError } from '../../core/errors.ts';
import type { FactTest, NameTest } from '../../core/filter.ts';
import { compilePattern } from '../../core/regex.ts';

const FACT = /^([A-Za-z0-9_.:-]+)=([A-Za-z0-9_.:@%+,/-]+)$/;
const CLASS = /^[A-Za-z0-9_.:-]+$/;

/**
 * `fact=value`, which compares text there. Orders compare text there and numbers here, and `>=`, `<=`, `==`, `!=` and
 * `=~` never match anything there: they are refused rather than given a meaning that they never had.
 *
 * @throws McoError `usage/bad-row`
 */
export function readFact(text: string): FactTest {
  const [, fact, value] = FACT.exec(text) ?? [];
  if (fact !== undefined && value !== undefined) return { fact, op: '=', value };
  const byHand = 'take the row out, and write what it means into the imported policy by hand';
  if (/[<>=!]=|=[~<>]/.test(text)) throw refuse(`\`${text}\` never matches anything in MCollective`, byHand);
  if (/[<>]/.test(text)) throw refuse(`\`${text}\` compares text in MCollective, and numbers here`, byHand);
  if (!text.includes('=')) {
    throw refuse(`\`${text}\` is no fact, and never matches there`, 'classes stand in the fifth column');
  }
  throw refuse(`\`${text}\` can't be read as a fact`, 'such as `environment=staging`');
}

/**
 * A class, exact or as `/re/`.
 *
 * @throws McoError `usage/bad-row`
 */
export function readClass(text: string): NameTest {
  if (text.startsWith('/')) return { matches: readPattern(text) };
  if (CLASS.test(text)) return { is: text };
  if (/[=<>]/.test(text)) {
    throw refuse(`\`${text}\` is a fact, and never matches there`, 'facts stand in the fourth column');
  }
  throw refuse(`\`${text}\` can't be read as a class`, 'such as `role::web` or `/^web/`');
}

/** MCollective deletes every slash: what stands behind the last one would become part of the pattern. */
function readPattern(text: string): { readonly pattern: string } {
  const [, body] = /^\/([^/]+)\/$/.exec(text) ?? [];
  if (body === undefined) throw refuse(`\`${text}\` can't be read as a pattern`, 'such as `/^web/`, without flags');
  const pattern = { pattern: body };
  try {
    compilePattern(pattern);
  } catch (cause) {
    throw refuse(`\`${text}\` is a pattern that is not possible here`, 'use the syntax of RE2', cause);
  }
  return pattern;
}

const refuse = (message: string, hint: string, cause?: unknown): McoError =>
  new McoError('usage/bad-row', message, { hint, cause });
