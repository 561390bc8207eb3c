import type { AuditSearch, TimeMark } from '../../core/command.ts';
import { McoError } from '../../core/errors.ts';
import { IDENTITY } from '../../core/names.ts';
import { suggest } from '../../core/nearest.ts';
import { RUN_END } from '../../core/read-call.ts';
import { parseId } from '../../language/audit-search.ts';
import { quoteInput, type SourceWord } from '../../language/source-word.ts';
import { parseTimeMark } from '../../language/time-mark.ts';
import { DEFAULT_BOT_CONFIG } from '../bot-args.ts';
import { readProgramArgs, refuseStrayWord } from '../program-args.ts';

const DEFAULT_MAX = 100;
const MAX_MAX = 10_000;

export const AUDIT_HELP = `mcobot audit reads the bot's audit trail, also while the bot runs.

  mcobot audit --since 2h                          the newest records, oldest first
  mcobot audit --who ana --action package.update --since 7d
  mcobot audit --run 7f3a --json
  mcobot audit verify                              look at every record and every checkpoint; exit code 1: not whole
  mcobot audit verify --checkpoint kept.json       also against a checkpoint that was kept elsewhere, with kept.json.sig
  mcobot audit checkpoint --out kept.json          sign the end of the trail; kept.json and kept.json.sig are written
  mcobot audit export --since 2026-11-01 > audit.jsonl
  mcobot audit compare 7f3a                        hold the nodes' own records of a run against the bot's

  --config FILE   default ${DEFAULT_BOT_CONFIG}
  --help

Which records:
  --who PERSON    a name of the policy's people, with all of its accounts, or one account
  --node NODE     it was asked, or it answered; without it the answers of nodes are left out, and counted
  --action NAME   package.update, or package for all of its actions
  --run RUN       the end of a run's id
  --since TIME    2h, 90m, 7d before now; 2026-11-22 or 2026-11-22T10:00Z, in UTC
  --until TIME
  --max N         1 to ${MAX_MAX}, default ${DEFAULT_MAX}
  --json          one JSON document a line, with seq and hash, and the answers of nodes

Anybody else can check a checkpoint with the bot's public key in an allowed_signers file:
  ssh-keygen -Y verify -f allowed_signers -I PRINCIPAL -n mco-audit@v1 -s kept.json.sig < kept.json
`;

const OPTIONS = {
  config: { type: 'string', default: DEFAULT_BOT_CONFIG },
  who: { type: 'string' },
  node: { type: 'string' },
  action: { type: 'string' },
  run: { type: 'string' },
  since: { type: 'string' },
  until: { type: 'string' },
  max: { type: 'string' },
  json: { type: 'boolean' },
  checkpoint: { type: 'string' },
  out: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

const COMMANDS = ['verify', 'checkpoint', 'export', 'compare'] as const;

/** Which options belong to which command, besides `--config`. */
const TAKEN: Readonly<Record<(typeof COMMANDS)[number] | 'find', readonly (keyof typeof OPTIONS)[]>> = {
  find: ['who', 'node', 'action', 'run', 'since', 'until', 'max', 'json'],
  verify: ['checkpoint'],
  checkpoint: ['out'],
  export: ['since', 'until'],
  compare: [],
};

export type AuditArgs =
  | { readonly command: 'help' }
  | {
      readonly command: 'find';
      readonly config: string;
      readonly search: AuditSearch;
      readonly max: number;
      readonly json: boolean;
    }
  /** `checkpoint`: a file with a statement, beside which the signature is. */
  | { readonly command: 'verify'; readonly config: string; readonly checkpoint: string | undefined }
  | { readonly command: 'checkpoint'; readonly config: string; readonly out: string | undefined }
  | { readonly command: 'export'; readonly config: string; readonly search: Pick<AuditSearch, 'since' | 'until'> }
  | { readonly command: 'compare'; readonly config: string; readonly run: string };

/** @throws McoError `usage/*`, `unknown/command` */
export function readAuditArgs(args: readonly string[]): AuditArgs {
  const { values, positionals } = readProgramArgs(args, OPTIONS, { program: 'mcobot audit', allowWords: true });
  const { config, help, ...given } = values;
  if (help === true) return { command: 'help' };
  const [word, ...words] = positionals;
  const command = readCommand(word);
  refuseForeign(command, Object.keys(given));
  if (command === 'compare') return { command, config, run: readRunWord(words) };
  refuseStrayWord(words, 'see mcobot audit --help');
  switch (command) {
    case 'verify':
      return { command, config, checkpoint: given.checkpoint };
    case 'checkpoint':
      return { command, config, out: given.out };
    case 'export':
      return { command, config, search: readSearch(given) };
    case 'find':
      return { command, config, search: readSearch(given), max: readMax(given.max), json: given.json === true };
  }
}

function readCommand(word: string | undefined): (typeof COMMANDS)[number] | 'find' {
  const command = word === undefined ? 'find' : COMMANDS.find((one) => one === word);
  if (command !== undefined) return command;
  throw new McoError('unknown/command', `mcobot audit has no command ${quoteInput(word ?? '')}`, {
    hint: suggest(word ?? '', COMMANDS),
  });
}

function refuseForeign(command: keyof typeof TAKEN, given: readonly string[]): void {
  const foreign = given.find((name) => !TAKEN[command].some((taken) => taken === name));
  if (foreign === undefined) return;
  const said = command === 'find' ? 'without a command' : `with \`${command}\``;
  throw new McoError('usage/unexpected-option', `\`--${foreign}\` says nothing ${said}`, {
    hint: 'see mcobot audit --help',
  });
}

function readRunWord(words: readonly string[]): string {
  const [word, ...stray] = words;
  const hint = 'mcobot audit compare RUN: the end of its id, such as `7f3a`';
  refuseStrayWord(stray, hint);
  if (word === undefined) throw new McoError('usage/missing-value', 'which run is meant?', { hint });
  return readRun(word);
}

type Given = Readonly<Partial<Record<'who' | 'node' | 'action' | 'run' | 'since' | 'until', string | undefined>>>;

function readSearch({ who, node, action, run, since, until }: Given): AuditSearch {
  return {
    who: who === undefined ? undefined : parseId(toWord(who)),
    node: node === undefined ? undefined : readNode(node),
    action: action === undefined ? undefined : readAction(action),
    run: run === undefined ? undefined : readRun(run),
    since: since === undefined ? undefined : readTime(since),
    until: until === undefined ? undefined : readTime(until),
  };
}

function readNode(text: string): string {
  const name = text.toLowerCase();
  if (IDENTITY.test(name)) return name;
  throw new McoError('usage/bad-name', `${quoteInput(text)} is no node's name`, { hint: 'such as `web1.example.com`' });
}

function readAction(text: string): string {
  if (/^[a-z][a-z0-9_]{0,63}(?:\.[a-z][a-z0-9_]{0,63})?$/.test(text)) return text;
  const hint = 'such as `package.update`, or `package` for all of its actions';
  throw new McoError('usage/bad-name', `${quoteInput(text)} is no action's name`, { hint });
}

function readRun(text: string): string {
  const end = text.toLowerCase();
  if (RUN_END.test(end)) return end;
  throw new McoError('usage/bad-run', `${quoteInput(text)} is no run`, { hint: 'the end of its id, such as `7f3a`' });
}

const readTime = (text: string): TimeMark => parseTimeMark(toWord(text));

function readMax(text: string | undefined): number {
  if (text === undefined) return DEFAULT_MAX;
  const max = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (max >= 1 && max <= MAX_MAX) return max;
  throw new McoError('usage/bad-number', `\`--max\` takes a number from 1 to ${MAX_MAX}, not ${quoteInput(text)}`);
}

/** The shell has split the words already. */
function toWord(text: string): SourceWord {
  const offsets = Array.from({ length: text.length }, (_, index) => index);
  return { text, start: 0, end: text.length, source: text, offsets };
}
