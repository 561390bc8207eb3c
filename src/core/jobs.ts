import type { ActionCall } from './action-call.ts';
import type { Input } from './agent-description.ts';
import type { JsonValue } from './json.ts';
import type { ReplyData } from './reply.ts';
import type { Request } from './request.ts';

/**
 * An action whose work is a child process that outlives the request, and the agent: a package manager that is killed
 * half-way leaves a broken system. It is spooled on disk; who comes later, a restarted agent too, concludes it.
 */
export interface JobAction {
  /** Looks at what is before, and says what is to be run. Nothing is changed yet. */
  prepare(call: ActionCall): Promise<JobPlan>;
  /** What came of it. INVARIANT: it looks for itself; the exit code alone says little. */
  conclude(end: JobEnd): Promise<ReplyData>;
}

export interface JobPlan {
  /** Left out: there is nothing to run, and the job is concluded at once. */
  readonly work?: JobCommand | JobPretence | undefined;
  /** Kept with the job and handed to `conclude`. */
  readonly memory: JsonValue;
  /** Nobody waits for it: the node answers `{ job }` as soon as it runs. */
  readonly isDetached?: boolean | undefined;
}

/** A program of this machine. */
export interface JobCommand {
  /** As in `ProcessRequest`. */
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Standard input, which is empty otherwise; kept on disk for as long as the job runs. */
  readonly input?: string | undefined;
  /** Default `/`. */
  readonly directory?: string | undefined;
  /** The account it runs as, by name; default the agent's own. */
  readonly user?: string | undefined;
  readonly limits?: JobLimits | undefined;
  /** Why it should not be killed: what people are told who try. */
  readonly dangerOfKill?: string | undefined;
}

/** Bounds of one job, kept by the kernel. */
export interface JobLimits {
  readonly cpuSeconds?: number | undefined;
  readonly memoryMb?: number | undefined;
  readonly processes?: number | undefined;
  readonly fileMb?: number | undefined;
}

/** What stands for a program on a machine that is only imagined. */
export interface JobPretence {
  perform(signal: AbortSignal): Promise<{ readonly exitCode: number; readonly stdout?: string | undefined }>;
}

/** How a job's program ended. `lost`: it is gone and left no word: killed hard, or the machine went down. */
export type JobExit =
  | { readonly state: 'exited'; readonly exitCode: number }
  | { readonly state: 'killed'; readonly signal: string }
  | { readonly state: 'lost' }
  | { readonly state: 'nothing to do' };

export interface JobEnd {
  readonly input: Input;
  readonly isDryRun: boolean;
  readonly memory: JsonValue;
  readonly exit: JobExit;
  readonly output: JobOutput;
  readonly signal: AbortSignal;
}

/** A job's output, as far as the spool keeps it. */
export interface JobOutput {
  /** From byte `offset` on; a negative one counts from the end. At most `maxBytes`, whole characters. */
  read(stream: JobStream, part: { readonly offset: number; readonly maxBytes: number }): Promise<OutputPart>;
}

export type JobStream = 'stdout' | 'stderr';

export interface OutputPart {
  readonly text: string;
  /** Where this part begins, where the next one does, and how much there is, bytes. */
  readonly offset: number;
  readonly next: number;
  readonly size: number;
}

/** What is kept of a job beside its output. */
export interface JobRecord {
  /** The request's id. */
  readonly id: string;
  /** As it was verified; its secrets are taken out when the job is concluded. */
  readonly request: Request;
  /** Where the rules stand that allowed it. */
  readonly rules: readonly string[];
  /** Checked, with defaults filled in. */
  readonly input: Input;
  readonly isDryRun: boolean;
  readonly memory: JsonValue;
  /** Ms since the epoch. */
  readonly startedAt: number;
  readonly dangerOfKill?: string | undefined;
}

/** What a job came to: the reply as it was made. */
export interface JobResult {
  readonly status: string;
  readonly message: string;
  readonly data: ReplyData;
  /** Ms since the epoch. */
  readonly endedAt: number;
}

/** A job as it stands on disk. `running`: its program is there; `ended`: it is gone, and nobody has concluded it yet. */
export type StoredJob = JobRecord &
  (
    | { readonly state: 'running' }
    | { readonly state: 'ended'; readonly exit: JobExit }
    | { readonly state: 'concluded'; readonly exit: JobExit; readonly result: JobResult }
  );

/**
 * Where jobs live. Everything is bounded: how many run, how many are kept and for how long, how much one writes.
 * Every method throws McoError `failed/spool` when the disk does not do it.
 */
export interface JobSpool {
  /**
   * Resolves when the job is on disk and its program was started.
   *
   * @throws McoError `failed/busy`, `failed/not-installed`, `failed/spool`
   */
  start(job: JobRecord, work: JobCommand | JobPretence | undefined): Promise<void>;
  /** All jobs, newest first. */
  list(): Promise<readonly StoredJob[]>;
  find(id: string): Promise<StoredJob | undefined>;
  /** Resolves when its program is gone. @throws McoError `failed/timeout` when the signal aborts first */
  waitForEnd(id: string, signal: AbortSignal): Promise<JobExit>;
  readonly output: (id: string) => JobOutput;
  /** Ends the program and all that it started, asking first. Resolves when they are gone; false: some can't be killed. */
  kill(id: string): Promise<boolean>;
  /**
   * Notes that the job's request was answered while its program runs: nobody waits for the end, and the next process of
   * this agent does not answer again. Needs no room on the disk. Never rejects.
   */
  noteUnawaited(id: string): Promise<void>;
  /** Whether that was noted, by this process or an earlier one. Never rejects; false for a job there is none of. */
  isUnawaited(id: string): Promise<boolean>;
  /** Keeps what came of it, and forgets its secrets. */
  conclude(id: string, result: JobResult, request: Request): Promise<void>;
}
