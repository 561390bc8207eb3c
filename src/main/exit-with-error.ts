import { toMcoError } from '../core/errors.ts';
import { escapeText } from '../core/escape-text.ts';

const MAX_LENGTH = 2000;

/**
 * Ends the program with exit code 1 and two lines: what is wrong, and what to do about it. The stack of a mistake of ours
 * is shown with MCO_DEBUG=1.
 */
export function exitWithError(thrown: unknown): never {
  const error = toMcoError(thrown);
  const lines = [`error: ${escapeText(error.message, MAX_LENGTH)}`];
  if (error.hint !== undefined) lines.push(`hint:  ${escapeText(error.hint, MAX_LENGTH)}`);
  if (error.family === 'bug') {
    if (process.env.MCO_DEBUG === undefined) lines.push('hint:  this is a mistake of ours; MCO_DEBUG=1 shows where');
    else lines.push(...describeStack(thrown));
  }
  process.stderr.write(`${lines.join('\n')}\n`);
  process.exit(1);
}

function describeStack(thrown: unknown): string[] {
  const stack = thrown instanceof Error ? thrown.stack : undefined;
  return (stack ?? '').split('\n').map((line) => escapeText(line, MAX_LENGTH));
}
