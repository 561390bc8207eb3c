import { McoError } from '../../core/errors.ts';
import type { FileState, HostFiles } from '../../core/host/host-files.ts';
import type { Finished, ProcessRunner } from '../../core/ports.ts';
import { DIGEST_SCRIPT, INSPECT_SCRIPT, REFUSALS, TAIL_SCRIPT } from './open-script.ts';

const MAX_PATH_BYTES = 4095;
const DEFAULT_READ_BYTES = 1024 * 1024;
const TAIL_BYTES = 64 * 1024;
const MAX_NAMES = 10_000;
/** A name has 255 bytes at most; quoted, a byte becomes four characters in the worst case. */
const MAX_LIST_BYTES = MAX_NAMES * 300;
const MAX_REASON_LENGTH = 300;

/** Raw mode (hex), size, permissions, ids, names, and the three times with milliseconds. */
const STAT_FORMAT = '%f\\t%s\\t%a\\t%u\\t%g\\t%U\\t%G\\t%.3Y\\t%.3Z\\t%.3X';
const STAT_FIELDS = STAT_FORMAT.split('\\t').length;
const TYPE_BITS = 0xf000;
const TYPES: ReadonlyMap<number, FileState['type']> = new Map([
  [0x8000, 'file'],
  [0x4000, 'directory'],
  [0xa000, 'link'],
]);

/** The disk by way of GNU coreutils: each call is a child, so that a path that hangs never hangs the agent. */
export function createHostFiles(runner: ProcessRunner): HostFiles {
  const ask = (file: string, args: readonly string[], about: Asked): Promise<string | undefined> =>
    askTool(runner, { file, args }, about);

  return {
    async look(path, signal) {
      const line = await ask('stat', [`--printf=${STAT_FORMAT}`, '--', path], { path, signal });
      if (line === undefined) return undefined;
      const state = parseState(path, line);
      if (state.type !== 'link') return state;
      // Gone in the meantime, or no link any more: it has no target then.
      const target = await ask('readlink', ['--no-newline', '--', path], { path, signal }).catch(orNothing);
      return target === undefined ? state : { ...state, target };
    },
    read(path, { signal, maxBytes = DEFAULT_READ_BYTES }) {
      return ask('head', [`--bytes=${maxBytes}`, '--', path], { path, signal, maxBytes });
    },
    async tail(path, lines, signal) {
      const args = ['-c', TAIL_SCRIPT, 'mco-tail', path, String(TAIL_BYTES)];
      const end = await ask('/bin/sh', args, { path, signal, maxBytes: TAIL_BYTES, refusals: REFUSALS });
      return end === undefined ? undefined : lastLines(end, lines);
    },
    async list(path, signal) {
      // Unlike find(1), this looks at no entry: one of them may be a mount that hangs.
      const args = ['-1', '-A', '-U', '--quoting-style=c', '--', `${path}/`];
      const text = await ask('ls', args, { path, signal, maxBytes: MAX_LIST_BYTES });
      const lines = text?.split('\n').slice(0, -1) ?? [];
      return lines.slice(0, MAX_NAMES).map(unquoteName).sort();
    },
    async digest(path, algorithm, signal) {
      const args = ['-c', DIGEST_SCRIPT, 'mco-digest', path, `${algorithm}sum`];
      const line = await ask('/bin/sh', args, { path, signal, refusals: REFUSALS });
      return line === undefined ? undefined : /^([0-9a-f]{32,64}) /.exec(line)?.[1];
    },
    async inspect(path, signal) {
      // Where the path hangs, this is what hangs, is counted, and says by its arguments where.
      await ask('stat', ['--printf=', '--', path], { path, signal });
      const [directory, name] = splitPath(path);
      const args = ['-c', INSPECT_SCRIPT, 'mco-inspect', directory, name, STAT_FORMAT];
      const told = await ask('/bin/sh', args, { path, signal, refusals: REFUSALS });
      return told === undefined ? undefined : parseInspected(path, told);
    },
    async locate(path, signal) {
      const [directory, name] = splitPath(path);
      const args = ['--canonicalize-missing', '--zero', '--', directory];
      const real = (await ask('realpath', args, { path, signal }))?.replace(/\0$/, '') ?? directory;
      return name === '.' ? real : `${real === '/' ? '' : real}/${name}`;
    },
    async resolve(path, signal) {
      const real = await ask('realpath', ['--canonicalize-existing', '--zero', '--', path], { path, signal });
      return real?.replace(/\0$/, '');
    },
  };
}

interface Asked {
  readonly path: string;
  readonly signal: AbortSignal;
  readonly maxBytes?: number;
  /** What exit codes of its own say. */
  readonly refusals?: ReadonlyMap<number | undefined, string>;
}

/** What a tool prints; undefined when there is no such path. */
async function askTool(
  runner: ProcessRunner,
  { file, args }: { file: string; args: readonly string[] },
  { path, signal, maxBytes = 64 * 1024, refusals }: Asked,
): Promise<string | undefined> {
  requireAbsolute(path);
  const finished = await runner.run({ file, args, signal, maxOutputBytes: maxBytes }).catch((thrown: unknown) => {
    if (!(thrown instanceof McoError) || thrown.code !== 'failed/timeout') throw thrown;
    throw new McoError('failed/timeout', `\`${path}\` did not answer in time`, { cause: thrown });
  });
  if (finished.exitCode === 0) return finished.stdout;
  if (isMissing(finished)) return undefined;
  const reason = refusals?.get(finished.exitCode) ?? tellReason(finished);
  throw new McoError('failed/file', `\`${path}\`: ${reason}`);
}

/** INVARIANT: a path is never taken for an option, and never means something else in another directory. */
function requireAbsolute(path: string): void {
  if (path.startsWith('/') && !path.includes('\0') && Buffer.byteLength(path) <= MAX_PATH_BYTES) return;
  throw new McoError('failed/file', `\`${path.slice(0, MAX_REASON_LENGTH)}\` is not an absolute path`);
}

/**
 * The runner's locale is C, so these are the words, dash's shorter ones too; a part of the path that is no directory
 * counts as missing as well.
 */
const isMissing = ({ stderr }: Finished): boolean =>
  /: (?:No such file(?: or directory)?|Not a directory)\n?$/.test(stderr);

/** The system's own words: what follows the last colon. */
function tellReason({ stderr, signal }: Finished): string {
  if (signal !== undefined) return `the tool that looked was ended by ${signal}`;
  const reason = stderr.trim().split(': ').at(-1) ?? '';
  return reason === '' ? 'it could not be looked at' : reason.slice(0, MAX_REASON_LENGTH);
}

function orNothing(thrown: unknown): undefined {
  if (thrown instanceof McoError && thrown.code === 'failed/file') return undefined;
  throw thrown;
}

function parseState(path: string, line: string): FileState {
  const [raw = '', size = '', mode = '', uid = '', gid = '', user = '', group = '', ...times] = line.split('\t');
  const [modifiedAt = Number.NaN, changedAt = Number.NaN, accessedAt = Number.NaN] = times.map((seconds) =>
    Math.round(Number(seconds) * 1000),
  );
  if (Number.isNaN(accessedAt)) throw new McoError('failed/file', `\`${path}\`: stat did not tell its state`);
  return {
    type: TYPES.get(Number.parseInt(raw, 16) & TYPE_BITS) ?? 'other',
    size: Number(size),
    mode: mode.padStart(4, '0'),
    uid: Number(uid),
    gid: Number(gid),
    user,
    group,
    modifiedAt,
    changedAt,
    accessedAt,
  };
}

/** What stands after the fields is where a link leads, which may hold anything. */
function parseInspected(path: string, told: string): FileState {
  const parts = told.split('\t');
  const state = parseState(path, parts.slice(0, STAT_FIELDS).join('\t'));
  return parts.length > STAT_FIELDS ? { ...state, target: parts.slice(STAT_FIELDS).join('\t') } : state;
}

/** The directory and the name in it. */
function splitPath(path: string): readonly [directory: string, name: string] {
  const slash = path.lastIndexOf('/');
  return [path.slice(0, slash) || '/', path.slice(slash + 1) || '.'];
}

function lastLines(end: string, lines: number): string {
  const all = end.split('\n');
  const hasLastNewline = all.at(-1) === '';
  const kept = all.slice(-(lines + (hasLastNewline ? 1 : 0))).join('\n');
  // It may begin in the middle of a character.
  return kept.length === end.length ? kept.replace(/^\uFFFD+/, '') : kept;
}

const ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 };

/** A name as `ls --quoting-style=c` quotes it: in double quotes, with the escapes of a C string. */
function unquoteName(quoted: string): string {
  const inner = quoted.replace(/^"|"$/g, '');
  if (!inner.includes('\\')) return inner;
  const bytes = inner.split(/(\\(?:[0-7]{3}|.))/u).flatMap((part) => {
    if (!part.startsWith('\\')) return [Buffer.from(part)];
    const escaped = part.slice(1);
    const code = escaped.length === 3 ? Number.parseInt(escaped, 8) : ESCAPES[escaped];
    return [code === undefined ? Buffer.from(escaped) : Buffer.of(code)];
  });
  return Buffer.concat(bytes).toString('utf8');
}
