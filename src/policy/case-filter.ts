import { McoError } from '../core/errors.ts';
import type { Filter } from '../core/filter.ts';
import { parseCommandLine } from '../language/parse-command-line.ts';
import { complain, quote } from './policy-part.ts';

/** What somebody typed to say which nodes are meant. */
export interface TypedFilter {
  readonly filter: Filter;
  /** `--nodes` was typed. */
  readonly isList: boolean;
}

/**
 * Reads what a case says was typed, by the grammar of commands.
 *
 * @param at where the case stands, `FILE:LINE`
 * @throws McoError `usage/bad-file`
 */
export function readTypedFilter(text: string, at: string): TypedFilter {
  try {
    const { words, filter, options } = parseCommandLine(text);
    const [word] = words;
    if (word === undefined) return { filter, isList: options.nodes !== undefined };
    throw complain(at, `\`filter\`: ${quote(word.text)} belongs to no option`, 'such as `-F environment=staging`');
  } catch (thrown) {
    if (!(thrown instanceof McoError) || thrown.code === 'usage/bad-file') throw thrown;
    throw complain(at, `\`filter\`: ${thrown.message}`, thrown.hint);
  }
}
