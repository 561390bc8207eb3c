import type { McoError } from '../core/errors.ts';
import { escapeLines, escapeText } from '../core/escape-text.ts';

/** An error's message as anybody may know it, not escaped. A bug's own words are for the log: they may name what is inside. */
export const publicMessage = (error: McoError): string =>
  error.family === 'bug' ? `internal error (${error.code})` : error.message;

/** An error's message for people. */
export const describeProblem = (error: McoError): string => escapeText(publicMessage(error), 600);

/** What to do about it, by lines; empty when there is no advice. */
export const describeHint = ({ hint }: McoError): string[] => (hint ? escapeLines(hint, 6, 200) : []);
