import { constants } from 'node:fs';
import { lstat, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { inputSchema } from '../../../core/agent-description.ts';
import { McoError } from '../../../core/errors.ts';
import type { JobExit, JobRecord, JobResult } from '../../../core/jobs.ts';
import type { JsonValue } from '../../../core/json.ts';
import { decodeRequest, type Request, timestampSchema } from '../../../core/request.ts';

/** Request, memory and result are each bounded where they are made; this is for what somebody else put there. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;
const MAX_RECORD_BYTES = 2 * 1024 * 1024;

const OPEN = 'job.json';
const CONCLUDED = 'concluded.json';
/** One empty file; its new name says what there may be no room to write. */
const UNANSWERED = 'unanswered';
const UNAWAITED = 'unawaited';
const ANSWERED = 'answered';

/** A job as its directory holds it. */
export interface KeptJob {
  readonly record: JobRecord;
  /** There was nothing to run. */
  readonly isIdle: boolean;
  readonly end?: { readonly exit: JobExit; readonly result: JobResult } | undefined;
}

const exitSchema: v.GenericSchema<unknown, JobExit> = v.variant('state', [
  v.strictObject({ state: v.literal('exited'), exitCode: v.pipe(v.number(), v.safeInteger()) }),
  v.strictObject({ state: v.literal('killed'), signal: v.string() }),
  v.strictObject({ state: v.literal('lost') }),
  v.strictObject({ state: v.literal('nothing to do') }),
]);

const jsonObject = v.custom<Readonly<Record<string, JsonValue>>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);

const resultSchema: v.GenericSchema<unknown, JobResult> = v.strictObject({
  status: v.string(),
  message: v.string(),
  data: jsonObject,
  endedAt: timestampSchema,
});

const requestSchema: v.GenericSchema<unknown, Request> = v.pipe(
  jsonObject,
  v.transform((value) => decodeRequest(new TextEncoder().encode(JSON.stringify(value)))),
);

const recordSchema: v.GenericSchema<unknown, JobRecord> = v.strictObject({
  id: v.string(),
  request: requestSchema,
  rules: v.array(v.string()),
  input: inputSchema,
  isDryRun: v.boolean(),
  memory: v.custom<JsonValue>((value) => value !== undefined),
  startedAt: timestampSchema,
  dangerOfKill: v.optional(v.string()),
});

const keptSchema: v.GenericSchema<unknown, KeptJob> = v.strictObject({
  record: recordSchema,
  isIdle: v.boolean(),
  end: v.optional(v.strictObject({ exit: exitSchema, result: resultSchema })),
});

/**
 * Writes a job down, whole or not at all, so that it survives the machine.
 *
 * @throws McoError `failed/spool`
 */
export async function writeJob(directory: string, job: KeptJob): Promise<void> {
  const text = JSON.stringify(job);
  if (text.length > MAX_RECORD_BYTES) throw new McoError('failed/spool', 'the job is too large to be written down');
  const path = join(directory, job.end === undefined ? OPEN : CONCLUDED);
  try {
    await writeWhole(path, text);
  } catch (cause) {
    throw new McoError('failed/spool', `a job can't be written down: ${describe(cause)}`, { cause });
  }
  // INVARIANT: secrets go when the job is concluded; what was written last has none.
  if (job.end !== undefined) await forgetSecrets(directory);
}

async function writeWhole(path: string, text: string): Promise<void> {
  const next = `${path}.new`;
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;
  const file = await open(next, flags, 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(next, path);
}

/**
 * Reads a job's directory, which must be ours alone.
 *
 * @throws McoError `failed/spool` for what is none: planted, garbage, half-written
 */
export async function readJob(directory: string, id: string): Promise<KeptJob> {
  await requireOwn(directory);
  const concluded = await readOwn(join(directory, CONCLUDED));
  const text = concluded ?? (await readOwn(join(directory, OPEN)));
  if (text === undefined) throw new McoError('failed/spool', `${directory} holds no job`);
  const job = parseJob(text, directory);
  if (job.record.id !== id || job.record.request.id !== id)
    throw new McoError('failed/spool', `${directory} holds another job than its name says`);
  if (job.end !== undefined) await forgetSecrets(directory);
  return job;
}

function parseJob(text: string, directory: string): KeptJob {
  try {
    return v.parse(keptSchema, JSON.parse(text));
  } catch (cause) {
    throw new McoError('failed/spool', `${directory} holds something that is not a job`, { cause });
  }
}

/** Prepares `noteUnawaited` and `noteAnswered`. @throws the file system's error */
export async function prepareNote(directory: string): Promise<void> {
  await (await open(join(directory, UNANSWERED), 'wx', 0o600)).close();
}

/** Notes that a job's request was answered and the job goes on: nobody waits for its end. Needs no room. Never rejects. */
export async function noteUnawaited(directory: string): Promise<void> {
  await rename(join(directory, UNANSWERED), join(directory, UNAWAITED)).catch(() => {});
}

/** Whether that was noted. */
export async function isUnawaited(directory: string): Promise<boolean> {
  const stat = await lstat(join(directory, UNAWAITED)).catch(() => undefined);
  return stat?.isFile() === true;
}

/** Notes that a job was answered and recorded, where what came of it can't be written down. Needs no room. */
export async function noteAnswered(directory: string): Promise<void> {
  // In this order: the one may become the other meanwhile.
  for (const name of [UNANSWERED, UNAWAITED]) {
    await rename(join(directory, name), join(directory, ANSWERED)).catch(() => {});
  }
}

/** When that was noted, ms since the epoch; undefined: it was not. */
export async function findAnswered(directory: string): Promise<number | undefined> {
  const stat = await lstat(join(directory, ANSWERED)).catch(() => undefined);
  return stat?.isFile() ? Math.floor(stat.ctimeMs) : undefined;
}

async function forgetSecrets(directory: string): Promise<void> {
  for (const name of [OPEN, `${OPEN}.new`, 'input']) await rm(join(directory, name), { force: true });
}

/**
 * INVARIANT: what somebody else could have put there decides nothing.
 *
 * @throws McoError `failed/spool`
 */
export async function requireOwn(directory: string): Promise<void> {
  const stat = await lstat(directory).catch((cause: unknown) => {
    throw new McoError('failed/spool', `${directory} can't be read: ${describe(cause)}`, { cause });
  });
  const owner = process.geteuid?.();
  if (!stat.isDirectory()) throw new McoError('failed/spool', `${directory} is not a directory`);
  if (stat.uid === owner && (stat.mode & 0o077) === 0) return;
  throw new McoError('failed/spool', `${directory} is not for this agent's account alone`, {
    hint: `chown it to the agent's account and \`chmod 700\` it, or remove it`,
  });
}

/** A file's text; undefined where there is none. */
export async function readOwn(path: string): Promise<string | undefined> {
  try {
    // Neither a link nor a pipe: the one leads elsewhere, the other is waited for.
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const stat = await file.stat();
      if (!stat.isFile() || stat.uid !== process.geteuid?.() || stat.size > MAX_FILE_BYTES)
        throw new McoError('failed/spool', `${path} is not as this agent writes it`);
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (thrown instanceof McoError) throw thrown;
    throw new McoError('failed/spool', `${path} can't be read: ${describe(thrown)}`, { cause: thrown });
  }
}

const describe = (cause: unknown): string => (cause as NodeJS.ErrnoException | undefined)?.code ?? String(cause);
