import { McoError } from '../../core/errors.ts';
import { EVERYBODY, type Filter } from '../../core/filter.ts';
import { WORD } from '../../core/names.ts';
import { nearest } from '../../core/nearest.ts';
import { quote } from '../policy-part.ts';
import { isCompound, parseCompound } from './parse-compound.ts';
import { readClass, readFact } from './read-tests.ts';

/** One `allow` or `deny` of an ActionPolicy file; undefined stands for `*`. */
export interface ActionRow {
  readonly verb: 'allow' | 'deny';
  /** Groups and caller ids, as they are written. */
  readonly callers: readonly string[] | undefined;
  readonly actions: readonly string[] | undefined;
  readonly nodes: Filter | undefined;
  /** As it is written, its tabs as single blanks. */
  readonly text: string;
  readonly line: number;
}

/** The line of a row that stands in no file. */
export const NO_LINE = 0;

const PRINTABLE = /^[\t -~]*$/;
const FIRST_WORDS = ['allow', 'deny', 'policy'];

/**
 * Reads `allow|deny CALLERS ACTIONS FACTS [CLASSES]`, columns between hard tabs.
 *
 * @throws McoError `usage/bad-row` for what MCollective would skip or understand otherwise than it looks
 */
export function readActionRow(source: string, line: number): ActionRow {
  if (!PRINTABLE.test(source)) throw refuse('there are characters in it that no row can have', describeOdd(source));
  const [first = ''] = source.split(/[\t ]/, 1);
  if (first !== 'allow' && first !== 'deny') throw refuseFirst(first);
  const columns = source.split(/\t+/);
  if (columns.at(-1) === '') throw refuse('the row ends in a tab, and never matches there', 'remove it');
  if (columns.length < 4 || columns.length > 5) throw refuseColumns(source, columns.length);
  const [, callers = '', actions = '', facts = '', classes] = columns;
  for (const column of columns) {
    if (column !== '*' && column.trim() === '*') {
      throw refuse('a blank beside a `*` keeps it from matching there', 'remove the blank');
    }
  }
  refuseBlanks(columns);
  return {
    verb: first,
    callers: readList(callers, 'callers'),
    actions: readActions(actions),
    nodes: classes === undefined ? readOnlyColumn(facts) : readColumns(facts, classes),
    text: columns.join(' '),
    line,
  };
}

function readActions(column: string): readonly string[] | undefined {
  const actions = readList(column, 'actions');
  const wrong = actions?.find((action) => !WORD.test(action));
  if (wrong === undefined) return actions;
  throw refuse(`\`${wrong}\` can't be an action here`, 'an action is a lower-case word such as `status`');
}

function readList(column: string, kind: string): readonly string[] | undefined {
  if (column === '*') return undefined;
  const words = column.split(' ').filter((word) => word !== '');
  if (words.length === 0) throw refuse(`a column is empty where ${kind} are expected`, 'write `*` for all');
  if (words.includes('*')) throw refuse(`\`*\` in a list of ${kind} means nothing there`, 'write `*` alone');
  return [...new Set(words)];
}

function readColumns(facts: string, classes: string): Filter | undefined {
  const both = [readColumn(facts, 'facts'), readColumn(classes, 'classes')].filter((part) => part !== undefined);
  if (both.length === 0) return undefined;
  return {
    ...EVERYBODY,
    facts: both.flatMap((part) => part.facts),
    classes: both.flatMap((part) => part.classes),
    where: both.flatMap((part) => part.where),
  };
}

function readColumn(column: string, kind: 'facts' | 'classes'): Filter | undefined {
  if (isCompound(column)) return { ...EVERYBODY, where: [parseCompound(column)] };
  const words = readList(column, kind);
  if (words === undefined) return undefined;
  return kind === 'facts'
    ? { ...EVERYBODY, facts: words.map(readFact) }
    : { ...EVERYBODY, classes: words.map(readClass) };
}

/** Without a fifth column the fourth may have classes, too. */
function readOnlyColumn(column: string): Filter | undefined {
  const words = isCompound(column) || column === '*' ? [] : column.split(' ').filter((word) => word !== '');
  const [only] = words;
  if (words.length === 1 && only !== undefined && !/[=<>]/.test(only)) {
    return { ...EVERYBODY, classes: [readClass(only)] };
  }
  return readColumn(column, 'facts');
}

function refuseFirst(first: string): McoError {
  if (first === '') return refuse('the row begins with a blank', 'rows begin with `allow`, `deny` or `policy default`');
  const meant = nearest(first, FIRST_WORDS);
  const hint =
    meant === undefined ? 'rows begin with `allow`, `deny` or `policy default`' : `did you mean \`${meant}\`?`;
  return refuse(`\`${first}\` begins no row`, hint);
}

/** Two blanks may be what became of a tab, and one column is then a list of names too long. */
function refuseBlanks(columns: readonly string[]): void {
  const index = columns.findIndex((column) => / {2}/.test(column) && column.trim() !== '');
  const column = columns[index];
  if (column === undefined) return;
  const shown = `column ${index + 1}, ${quote(column)},`;
  if (/^ {2}| {2}$/.test(column)) {
    throw refuse(`${shown} ${column.startsWith(' ') ? 'begins' : 'ends'} in several blanks`, 'remove them');
  }
  throw refuse(
    `${shown} has several blanks in a row: two columns that are not separated by tabs, or one with too many blanks`,
    'put a tab between columns, and one blank between names within one',
  );
}

function refuseColumns(source: string, found: number): McoError {
  if (!source.includes('\t') || / {2}/.test(source)) {
    const hint = 'put a tab between them, and one blank between names within one';
    return refuse('the columns are not separated by tabs', hint);
  }
  return refuse(
    `there are ${found} columns, and four or five are expected`,
    'allow or deny, callers, actions, facts, classes',
  );
}

const describeOdd = (source: string): string =>
  source.endsWith('\r') ? 'the line ends in a carriage return: convert the file to plain line feeds' : 'plain ASCII';

const refuse = (message: string, hint: string): McoError => new McoError('usage/bad-row', message, { hint });
