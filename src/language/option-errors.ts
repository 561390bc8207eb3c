import type { McoError } from '../core/errors.ts';
import { FOREIGN_OPTIONS } from '../core/foreign-words.ts';
import { nearest } from '../core/nearest.ts';
import {
  dashed,
  findOption,
  isLaterOption,
  LONG_SPELLINGS,
  type OptionSpec,
  SEARCH_OPTIONS,
  SHORTEST_SPELLINGS,
} from './option-table.ts';
import { failAt, quoteInput, type SourceWord } from './source-word.ts';

const AUDIT_OPTIONS: readonly string[] = [...SEARCH_OPTIONS, 'json'];

/** The error for an option without the value it needs. */
export function missingValue(word: SourceWord, spelling: string, spec: OptionSpec): McoError {
  const name = dashed(spelling);
  const hint = `such as \`${name} ${spec.example ?? ''}\`; a value that begins with a dash is written \`--${spec.name}=-value\``;
  return failAt(word, 'usage/missing-value', { message: `\`${name}\` needs ${spec.takes ?? 'a value'}`, hint });
}

/**
 * The error for an option that does not exist, with what was probably meant.
 *
 * @param command the first word that was typed
 */
export function unknownOption(word: SourceWord, command: string | undefined): McoError {
  const name = word.text.startsWith('--') ? word.text.slice(2) : (word.text.slice(1).split('=', 1)[0] ?? '');
  const hint = isLaterOption(name) ? 'not available yet' : hintForUnknown(name, command);
  return failAt(word, 'usage/unknown-option', { message: `unknown option ${quoteInput(word.text)}`, hint });
}

/** One dash too many or too few, or the wrong case; else the nearest spelling. */
function hintForUnknown(name: string, command: string | undefined): string {
  const foreign = FOREIGN_OPTIONS.get(`${command} ${name}`) ?? FOREIGN_OPTIONS.get(`* ${name}`);
  if (foreign !== undefined) return foreign;
  if (command === 'audit') return hintForAudit(name);
  const swapped = name === name.toUpperCase() ? name.toLowerCase() : name.toUpperCase();
  const exact = [name, swapped].find((spelling) => findOption(spelling) !== undefined);
  const meant = exact ?? (name.length > 1 ? nearest(name, LONG_SPELLINGS) : undefined);
  return meant === undefined ? `known: ${SHORTEST_SPELLINGS.join(', ')}` : `did you mean \`${dashed(meant)}\`?`;
}

/** What asks no node has no use for what most options say. */
function hintForAudit(name: string): string {
  const meant = nearest(name, AUDIT_OPTIONS);
  return meant === undefined ? `known: ${AUDIT_OPTIONS.map(dashed).join(', ')}` : `did you mean \`${dashed(meant)}\`?`;
}
