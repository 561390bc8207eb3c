import type { AuditSearch } from '../core/command.ts';
import { IDENTITY } from '../core/names.ts';
import { RUN_END } from '../core/read-call.ts';
import type { OptionName } from './option-table.ts';
import type { ReadOptions } from './read-options.ts';
import { failAt, quoteInput, type SourceWord } from './source-word.ts';
import { formatTimeMark, parseTimeMark } from './time-mark.ts';

const ACTION = /^[a-z][a-z0-9_]{0,63}(?:\.[a-z][a-z0-9_]{0,63})?$/;

/** A person's name, an account or a place: `ana`, `slack:T024BE7LD/U2147483697`. */
const ID = /^[A-Za-z0-9][A-Za-z0-9._/:@+-]{0,199}$/;

/**
 * What `audit` looks for; undefined where none of its options was typed.
 *
 * @throws McoError `usage/bad-name`, `usage/bad-run`, `usage/bad-time`
 */
export function readSearch({ valuesOf }: ReadOptions): AuditSearch | undefined {
  const read = <T>(name: OptionName, parse: (word: SourceWord) => T): [string, T][] => {
    const [word] = valuesOf(name);
    return word === undefined ? [] : [[name, parse(word)]];
  };
  const parts = [
    ...read('who', parseId),
    ...read('node', parseNode),
    ...read('action', parseAction),
    ...read('run', parseRun),
    ...read('since', parseTimeMark),
    ...read('until', parseTimeMark),
  ];
  return parts.length === 0 ? undefined : Object.fromEntries(parts);
}

/** The options that `readSearch` reads back. */
export function formatSearch({ who, node, action, run, since, until }: AuditSearch): readonly [string, string][] {
  const parts: readonly (readonly [string, string | undefined])[] = [
    ['--who', who],
    ['--node', node],
    ['--action', action],
    ['--run', run],
    ['--since', since && formatTimeMark(since)],
    ['--until', until && formatTimeMark(until)],
  ];
  return parts.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
}

/**
 * Somebody or a place, by the ids that policies name them by.
 *
 * @throws McoError `usage/bad-name`
 */
export function parseId(word: SourceWord): string {
  if (ID.test(word.text)) return word.text;
  throw badName(word, 'nobody and no place', 'such as `ana`, `slack:T024BE7LD/U2147483697` or `console`');
}

function parseNode(word: SourceWord): string {
  const name = word.text.toLowerCase();
  if (IDENTITY.test(name)) return name;
  throw badName(word, "no node's name", 'such as `web1.example.com`, in full');
}

function parseAction(word: SourceWord): string {
  if (ACTION.test(word.text)) return word.text;
  throw badName(word, "no action's name", 'such as `package.update`, or `package` for all of its actions');
}

function parseRun(word: SourceWord): string {
  const end = word.text.toLowerCase();
  if (RUN_END.test(end)) return end;
  throw failAt(word, 'usage/bad-run', {
    message: `${quoteInput(word.text)} is no run`,
    hint: 'the end of its id, such as `7f3a`; `runs` lists them',
  });
}

const badName = (word: SourceWord, what: string, hint: string) =>
  failAt(word, 'usage/bad-name', { message: `${quoteInput(word.text)} is ${what}`, hint });
