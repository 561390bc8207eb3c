import type { Filter } from '../../core/filter.ts';
import { formatCommand } from '../../language/format-command.ts';
import { type ActionRow, NO_LINE } from './action-row.ts';
import type { PlacedRow } from './place-rows.ts';

/** The rows of one file, and the agents that it is for. */
export interface PlacedFile {
  /** `package.policy`. */
  readonly name: string;
  readonly agents: readonly string[];
  readonly placed: readonly PlacedRow[];
}

/** How the two sides write whom a rule is for. */
export type WriteWho = (row: ActionRow) => readonly string[];

/** The text of the roles, one for each allowing row; empty where there is none. */
export function writeRoles(files: readonly PlacedFile[]): string[] {
  return files.flatMap((file) =>
    file.placed
      .filter(({ row }) => row.verb === 'allow')
      .flatMap(({ row }) => [
        `  # ${describeRow(file, row)}`,
        `  ${nameRole(file, row)}:`,
        '    allow:',
        `      - { ${[writeActions(file, row), 'effect: write', ...writeNodes(row), 'require_filter: false'].join(', ')} }`,
      ]),
  );
}

export function writeBindings(files: readonly PlacedFile[], who: WriteWho): string[] {
  return files.flatMap((file) =>
    file.placed
      .filter(({ row }) => row.verb === 'allow')
      .map(({ row }) => `  - { role: ${nameRole(file, row)}, who: ${writeList(who(row))} }`),
  );
}

/** Denials, and in comments those that change nothing. */
export function writeDenials(files: readonly PlacedFile[], who: WriteWho): string[] {
  return files.flatMap((file) =>
    file.placed
      .filter(({ row }) => row.verb === 'deny')
      .flatMap(({ row, isKept }) => {
        if (!isKept) return [`  # left out, as nothing after it allows that: ${describeRow(file, row)}`];
        const fields = [writeActions(file, row), `who: ${writeList(who(row))}`, ...writeNodes(row)];
        const reason = `reason: ${writeText(`${file.name}:${row.line} denies it`)}`;
        return [`  # ${describeRow(file, row)}`, `  - { ${[...fields, reason].join(', ')} }`];
      }),
  );
}

export const writeList = (items: readonly string[]): string => `[${items.map(writeText).join(', ')}]`;

/** JSON's strings are YAML's, and a plain name needs no quotes. */
const writeText = (text: string): string => (/^[a-z][a-z0-9_]*$/.test(text) ? text : JSON.stringify(text));

/** A line of the file itself: its rows hold printable ASCII only. */
const describeRow = ({ name }: PlacedFile, { line, text }: ActionRow): string =>
  line === NO_LINE ? `${name}: ${text}` : `${name}:${line}: ${text}`;

const nameRole = ({ name }: PlacedFile, { line }: ActionRow): string =>
  `${name.replace(/\.policy$/, '')}-${line === NO_LINE ? 'otherwise' : line}`;

function writeActions({ agents }: PlacedFile, { actions = ['*'] }: ActionRow): string {
  return `actions: ${writeList(agents.flatMap((agent) => actions.map((action) => `${agent}.${action}`)))}`;
}

function writeNodes({ nodes }: ActionRow): string[] {
  return nodes === undefined ? [] : [`nodes: ${writeText(formatNodes(nodes))}`];
}

/** The filter options of the command language. */
export const formatNodes = (filter: Filter): string =>
  formatCommand({
    words: [],
    filter,
    options: { format: 'text', noProgress: false, quiet: false, verbose: false },
  });
