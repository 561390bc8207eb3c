import assert from 'node:assert/strict';
import { McoError } from '../../../src/core/errors.ts';
import { parseCommandLine } from '../../../src/language/parse-command-line.ts';

/** What is wrong with a command: the code, the part of the text that the caret marks, and the hint. */
export function usageErrorOf(text: string): {
  code: string;
  marked: string | undefined;
  hint: string | undefined;
  message: string;
} {
  try {
    parseCommandLine(text);
  } catch (error) {
    if (!(error instanceof McoError)) throw error;
    const { code, at, hint, message } = error;
    return { code, marked: at?.text.slice(at.start, at.end), hint, message };
  }
  assert.fail(`\`${text}\` was accepted`);
}

/** Asserts the code, what the caret marks, and part of the hint. */
export function assertUsageError(text: string, code: string, expected: { marked?: string; hint?: string } = {}): void {
  const error = usageErrorOf(text);
  assert.equal(error.code, `usage/${code}`, error.message);
  if (expected.marked !== undefined) assert.equal(error.marked, expected.marked);
  if (expected.hint !== undefined)
    assert.ok(error.hint?.includes(expected.hint), `${error.hint} includes ${expected.hint}`);
}
