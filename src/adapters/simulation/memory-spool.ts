import { McoError, toMcoError } from '../../core/errors.ts';
import type { JobExit, JobOutput, JobPretence, JobRecord, JobResult, JobSpool, StoredJob } from '../../core/jobs.ts';

export interface MemorySpoolLimits {
  /** Jobs that run at once. Default 16. */
  readonly running?: number;
  /** Concluded jobs that are kept. Default 20. */
  readonly kept?: number;
}

interface Entry {
  record: JobRecord;
  exit: JobExit | undefined;
  result: JobResult | undefined;
  stdout: Uint8Array;
  isUnawaited: boolean;
  readonly kill: AbortController;
  ended: Promise<void>;
}

/** Jobs of a machine that is only imagined: nothing outlives the process, and no program is ever started. */
export function createMemorySpool({ running = 16, kept = 20 }: MemorySpoolLimits = {}): JobSpool {
  const entries = new Map<string, Entry>();

  const take = (id: string): Entry => {
    const entry = entries.get(id);
    if (entry === undefined) throw new McoError('failed/spool', `there is no job \`${id}\``);
    return entry;
  };
  const open = (): Entry[] => [...entries.values()].filter(({ exit }) => exit === undefined);

  function forgetOldest(): void {
    const concluded = [...entries].filter(([, { result }]) => result !== undefined);
    for (const [id] of concluded.slice(0, Math.max(0, concluded.length - kept))) entries.delete(id);
  }

  return {
    async start(record, work) {
      if (entries.has(record.id)) throw new McoError('failed/spool', `there is a job \`${record.id}\` already`);
      if (work !== undefined && open().length >= running)
        throw new McoError('failed/busy', `this node runs ${running} jobs already`);
      const kill = new AbortController();
      const entry: Entry = {
        record,
        exit: undefined,
        result: undefined,
        stdout: new Uint8Array(),
        isUnawaited: false,
        kill,
        ended: Promise.resolve(),
      };
      if (work === undefined) entry.exit = { state: 'nothing to do' };
      else if (!('perform' in work))
        throw new McoError('failed/not-installed', `\`${work.file}\` is not installed on this node`);
      else entry.ended = pretend(work, entry);
      entries.set(record.id, entry);
    },
    async list() {
      return [...entries.values()].map(describe).reverse();
    },
    async find(id) {
      const entry = entries.get(id);
      return entry === undefined ? undefined : describe(entry);
    },
    async waitForEnd(id, signal) {
      const entry = take(id);
      await untilAborted(entry.ended, signal);
      return entry.exit ?? { state: 'lost' };
    },
    output: (id) => readFrom(() => entries.get(id)?.stdout ?? new Uint8Array()),
    async kill(id) {
      const entry = take(id);
      entry.kill.abort(new McoError('failed/killed', 'it was killed'));
      await entry.ended;
      return true;
    },
    async noteUnawaited(id) {
      const entry = entries.get(id);
      if (entry !== undefined) entry.isUnawaited = true;
    },
    isUnawaited: async (id) => entries.get(id)?.isUnawaited === true,
    async conclude(id, result, request) {
      const entry = take(id);
      entry.record = { ...entry.record, request, input: request.input, memory: null };
      entry.result = result;
      forgetOldest();
    },
  };
}

async function pretend(work: JobPretence, entry: Entry): Promise<void> {
  const killed = new Promise<never>((_, reject) => {
    entry.kill.signal.addEventListener('abort', () => reject(toMcoError(entry.kill.signal.reason)), { once: true });
  });
  try {
    const { exitCode, stdout = '' } = await Promise.race([work.perform(entry.kill.signal), killed]);
    entry.stdout = new TextEncoder().encode(stdout);
    entry.exit = { state: 'exited', exitCode };
  } catch {
    entry.exit = entry.kill.signal.aborted ? { state: 'killed', signal: 'SIGTERM' } : { state: 'exited', exitCode: 1 };
  }
}

function describe({ record, exit, result }: Entry): StoredJob {
  if (exit === undefined) return { ...record, state: 'running' };
  if (result === undefined) return { ...record, state: 'ended', exit };
  return { ...record, state: 'concluded', exit, result };
}

function untilAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(new McoError('failed/timeout', 'the job did not end in time'));
    if (signal.aborted) return giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    void work.then(() => {
      signal.removeEventListener('abort', giveUp);
      resolve();
    });
  });
}

function readFrom(bytes: () => Uint8Array): JobOutput {
  return {
    async read(stream, { offset, maxBytes }) {
      const all = stream === 'stdout' ? bytes() : new Uint8Array();
      const from = offset < 0 ? Math.max(0, all.length + offset) : Math.min(offset, all.length);
      const part = all.subarray(from, from + maxBytes);
      return { text: new TextDecoder().decode(part), offset: from, next: from + part.length, size: all.length };
    },
  };
}
