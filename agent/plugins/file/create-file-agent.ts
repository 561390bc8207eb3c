import type { ActionCall } from '../../../src/core/action-call.ts';
import type { Agent } from '../../../src/core/agent.ts';
import type { Input } from '../../../src/core/agent-description.ts';
import { McoError } from '../../../src/core/errors.ts';
import type { FileChanges } from '../../../src/core/host/file-changes.ts';
import type { FileState, HostFiles } from '../../../src/core/host/host-files.ts';
import { locatePath, requireSafe } from '../../../src/core/host/path-fault.ts';
import { coversPath } from '../../../src/core/host/path-glob.ts';
import type { Clock } from '../../../src/core/ports.ts';
import type { ReplyData } from '../../../src/core/reply.ts';
import { FILE_DESCRIPTION } from './description.ts';
import { requireWritable } from './require-writable.ts';

export interface FileAgentParts {
  readonly files: HostFiles;
  readonly changes: FileChanges;
  readonly clock: Clock;
  /** Globs of `file: {write: [...], tail: [...]}`; without any nothing is written, and nothing shown. */
  readonly write: readonly string[];
  readonly tail: readonly string[];
}

/** The agent `file`. What it writes and shows is bounded by the node's configuration, whatever the policies say. */
export function createFileAgent(parts: FileAgentParts): Agent {
  return {
    description: FILE_DESCRIPTION,
    actions: {
      status: (call) => tellStatus(parts, call),
      tail: (call) => tellEnd(parts, call),
      create: (call) => create(parts, call),
      touch: (call) => touch(parts, call),
      remove: (call) => remove(parts, call),
    },
  };
}

/** INVARIANT: what is looked at, or is not there, was decided by where it stands, not by a link on the way to it. */
async function tellStatus({ files, clock }: FileAgentParts, call: ActionCall): Promise<ReplyData> {
  const { input, signal } = call;
  const path = String(input.path);
  const real = await locatePath(files, path, signal);
  if (real !== path) await call.permit({ ...input, path: real });
  const state = await files.inspect(real, signal);
  if (state === undefined) return { path, type: 'absent', detail: 'absent' };
  const sum = await sumUp(files, { path: real, state, algorithm: input.checksum }, signal);
  return {
    path,
    type: state.type,
    size: state.size,
    mode: state.mode,
    owner: state.user,
    group: state.group,
    ...tellTime('modified', state.modifiedAt, clock),
    ...tellTime('changed', state.changedAt, clock),
    ...tellTime('accessed', state.accessedAt, clock),
    ...(state.target === undefined ? {} : { target: state.target }),
    ...sum,
    detail: describe(state, sum),
  };
}

/** `file, 0644 root:root, 45 bytes, modified 2026-05-25 17:43:48 UTC`. */
function describe(state: FileState, { checksum }: ReplyData): string {
  const { type, target, mode, user, group, size, modifiedAt } = state;
  const modified = new Date(modifiedAt)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');
  const kind = target === undefined ? type : `${type} to ${target}`;
  const sum = typeof checksum === 'string' ? `, ${checksum}` : '';
  return `${kind}, ${mode} ${user}:${group}, ${size} bytes, modified ${modified}${sum}`;
}

function tellTime(name: string, at: number, clock: Clock): ReplyData {
  return { [name]: new Date(at).toISOString(), [`${name}_age`]: Math.round((clock.now() - at) / 1000) };
}

interface Summed {
  readonly path: string;
  readonly state: FileState;
  readonly algorithm: Input[string] | undefined;
}

/** Of files only: to open a named pipe waits for its writer, and takes what was meant for its reader. */
async function sumUp(files: HostFiles, { path, state, algorithm }: Summed, signal: AbortSignal): Promise<ReplyData> {
  if (algorithm === undefined || state.type !== 'file') return {};
  const digits = await files.digest(path, algorithm === 'md5' ? 'md5' : 'sha256', signal);
  return digits === undefined ? {} : { checksum: digits };
}

async function tellEnd({ files, tail }: FileAgentParts, call: ActionCall): Promise<ReplyData> {
  const { input, signal } = call;
  const path = String(input.path);
  requireConfigured(tail, path, 'tail');
  // A link in a directory of logs may point anywhere.
  const real = await files.resolve(path, signal);
  if (real !== undefined && real !== path) {
    requireConfigured(tail, real, 'tail');
    requireSafe(real, path);
    await call.permit({ ...input, path: real });
  }
  // INVARIANT: only what stands at `real` itself is shown: `tail` refuses a link that was put there after this look.
  const text = real === undefined ? undefined : await files.tail(real, Number(input.lines), signal);
  if (text === undefined) throw new McoError('failed/no-such-file', `there is no file \`${path}\``);
  return { text };
}

/** Of a path that the system told. */
const MAX_SHOWN = 300;

function requireConfigured(globs: readonly string[], path: string, use: 'tail' | 'write'): void {
  if (coversPath(globs, path)) return;
  const why = use === 'tail' ? 'shows nothing of' : 'does not write to';
  throw new McoError('failed/not-configured', `this node ${why} \`${path.slice(0, MAX_SHOWN)}\``, {
    hint: `its configuration opens paths by \`file: {${use}: [...]}\``,
  });
}

/** What is at a path that may be written, links not followed. INVARIANT: every change asks this first. */
async function lookBefore(parts: FileAgentParts, path: string, signal: AbortSignal): Promise<FileState | undefined> {
  requireConfigured(parts.write, path, 'write');
  await requireWritable(parts.files, path, signal);
  const state = await parts.files.look(path, signal);
  if (state === undefined || state.type === 'file' || state.type === 'directory') return state;
  throw new McoError('failed/not-a-file', `\`${path}\` is neither file nor directory`);
}

async function create(parts: FileAgentParts, { input, signal, isDryRun }: ActionCall): Promise<ReplyData> {
  const path = String(input.path);
  const before = await lookBefore(parts, path, signal);
  const replace = input.replace === true;
  if (before?.type === 'directory') throw new McoError('failed/exists', `\`${path}\` is a directory`);
  if (before !== undefined && !replace) {
    throw new McoError('failed/exists', `\`${path}\` is there already`, { hint: '`replace=true` replaces it' });
  }
  const file = { content: String(input.content ?? ''), mode: String(input.mode), replace };
  if (!isDryRun) await parts.changes.create(path, file, signal);
  return tellChange(path, before, isDryRun ? 'file' : await lookAfter(parts, path, signal));
}

async function touch(parts: FileAgentParts, { input, signal, isDryRun }: ActionCall): Promise<ReplyData> {
  const path = String(input.path);
  const before = await lookBefore(parts, path, signal);
  if (isDryRun) return tellChange(path, before, before?.type ?? 'file');
  if (before === undefined) await parts.changes.create(path, { content: '', mode: '0644', replace: false }, signal);
  else await parts.changes.touch(path, signal);
  return tellChange(path, before, await lookAfter(parts, path, signal));
}

async function remove(parts: FileAgentParts, { input, signal, isDryRun }: ActionCall): Promise<ReplyData> {
  const path = String(input.path);
  const before = await lookBefore(parts, path, signal);
  if (before === undefined) return tellChange(path, before, 'absent');
  const what = input.directory === true ? 'directory' : 'file';
  if (before.type !== what) {
    const hint = before.type === 'directory' ? '`directory=true` removes an empty directory' : undefined;
    throw new McoError('failed/not-a-file', `\`${path}\` is a ${before.type}`, { hint });
  }
  if (!isDryRun) await parts.changes.remove(path, what, signal);
  return tellChange(path, before, isDryRun ? 'absent' : await lookAfter(parts, path, signal));
}

const lookAfter = async ({ files }: FileAgentParts, path: string, signal: AbortSignal): Promise<string> =>
  (await files.look(path, signal))?.type ?? 'absent';

const tellChange = (path: string, before: FileState | undefined, after: string): ReplyData => ({
  path,
  before: before?.type ?? 'absent',
  after,
});
