import type { McoError } from '../core/errors.ts';
import { escapeText } from '../core/escape-text.ts';

const MAX_LINE_LENGTH = 2000;

/** One line on standard error: time, level, text. Whatever the text holds, it stays one line and steers no terminal. */
function writeLine(level: 'info' | 'warn', text: string): void {
  process.stderr.write(`${new Date().toISOString()} ${level} ${escapeText(text, MAX_LINE_LENGTH)}\n`);
}

export const logInfo = (text: string): void => writeLine('info', text);

export const logWarning = (text: string): void => writeLine('warn', text);

/** Something went wrong that does not end the program. A mistake of ours comes with where it happened. */
export function logProblem(problem: McoError): void {
  const cause = problem.cause instanceof Error ? problem.cause : undefined;
  const where = problem.family === 'bug' ? ` at ${findOrigin(cause ?? problem)}` : '';
  const hint = problem.hint === undefined ? '' : ` (${problem.hint})`;
  logWarning(`${problem.code}: ${problem.message}${hint}${where}`);
}

/** The innermost place in the code. */
function findOrigin({ stack }: Error): string {
  const frame = stack?.split('\n').find((line) => /^\s+at /.test(line));
  return frame?.trim().slice('at '.length) ?? 'an unknown place';
}

/** A file changed on disk: it is in force now, or it is broken and the old one stays. */
export function logReload(what: string, problem?: McoError): void {
  if (problem === undefined) return logInfo(`${what} was read again`);
  logWarning(`${what} changed but can't be used, the old one stays: ${problem.message}`);
}
