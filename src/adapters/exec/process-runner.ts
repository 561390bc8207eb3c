import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { McoError } from '../../core/errors.ts';
import type { Finished, ProcessRequest, ProcessRunner } from '../../core/ports.ts';
import { collectHead } from './collect-head.ts';

const DEFAULT_MAX_OUTPUT_BYTES = 1024 * 1024;
const ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8', HOME: '/', TERM: 'dumb' };

type Child = ChildProcessByStdio<Writable | null, Readable, Readable>;

export interface ProcessRunnerOptions {
  /** How long pipes may stay open after the program ended: a daemon it started may hold them for ever. */
  readonly pipeGraceMs?: number;
  /** Time between asking a process group to end and killing it. */
  readonly killGraceMs?: number;
}

/** Programs of this machine. */
export interface HostRunner extends ProcessRunner {
  /**
   * Resolves when each program that was given up is gone or was sent SIGKILL with its group: at the end of this process,
   * which takes its timers with it.
   */
  endGivenUp(): Promise<void>;
}

/** Runs programs of this machine, each in a process group of its own. */
export function createProcessRunner({ pipeGraceMs = 100, killGraceMs = 2000 }: ProcessRunnerOptions = {}): HostRunner {
  const stuck = new Set<Child>();
  const ends = new Set<GroupEnd>();
  const noteGivenUp = (child: Child, end: GroupEnd): void => {
    stuck.add(child);
    child.once('exit', () => stuck.delete(child));
    ends.add(end);
    void end.over.then(() => ends.delete(end));
  };
  return {
    run: (request) => run(request, { pipeGraceMs, killGraceMs, noteGivenUp }),
    stuck: () => stuck.size,
    async endGivenUp() {
      await Promise.all([...ends].map((end) => end.await()));
    },
  };
}

interface Running extends Required<ProcessRunnerOptions> {
  /** Told of a child that nobody waits for any more. */
  noteGivenUp(child: Child, end: GroupEnd): void;
}

/** A process group on its way out. */
interface GroupEnd {
  /** Its leader is gone, or the time is up: whatever was left got SIGKILL. */
  readonly over: Promise<void>;
  /** The same, and this process does not end before. */
  await(): Promise<void>;
}

function run(request: ProcessRequest, { pipeGraceMs, killGraceMs, noteGivenUp }: Running): Promise<Finished> {
  const { signal, maxOutputBytes = DEFAULT_MAX_OUTPUT_BYTES } = request;
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(timedOut(request));
    const child = start(request);
    // A child that can't be killed (state D) never exits, so nobody waits for it.
    const giveUp = (problem: McoError): void => {
      if (child.pid !== undefined) noteGivenUp(child, endGroup(child, child.pid, killGraceMs));
      reject(problem);
    };
    const onAbort = (): void => giveUp(timedOut(request));
    const onOverflow = (): void => {
      if (request.isOverflowFatal !== true) return;
      signal.removeEventListener('abort', onAbort);
      giveUp(saidTooMuch(request, maxOutputBytes));
    };
    // First of all: out of file descriptors there are no streams, and an `error` that nobody hears ends the process.
    child.once('error', (cause) => {
      signal.removeEventListener('abort', onAbort);
      reject(describeStartFailure(request, cause));
    });
    if (!hasStreams(child)) return;
    writeInput(child, request.input);
    const stdout = collectHead(child.stdout, maxOutputBytes, onOverflow);
    const stderr = collectHead(child.stderr, maxOutputBytes);

    // Not 'close': that waits for whoever else holds the pipes.
    child.once('exit', (code, killedBy) => {
      signal.removeEventListener('abort', onAbort);
      let graceTimer: NodeJS.Timeout | undefined;
      const finish = (): void => {
        clearTimeout(graceTimer);
        child.stdout.destroy();
        child.stderr.destroy();
        resolve({
          exitCode: code ?? undefined,
          signal: killedBy ?? undefined,
          stdout: stdout.text(),
          stderr: stderr.text(),
          truncated: stdout.truncated() || stderr.truncated(),
        });
      };
      child.once('close', finish);
      graceTimer = setTimeout(finish, pipeGraceMs);
    });
    signal.addEventListener('abort', onAbort, { once: true });
  }).catch((thrown: unknown) => {
    throw thrown instanceof McoError ? thrown : describeStartFailure(request, thrown);
  }) as Promise<Finished>;
}

/** Not so when the process has no file descriptors left, whatever the types say. */
const hasStreams = (child: Child): boolean =>
  (child.stdout as Readable | null | undefined) != null && (child.stderr as Readable | null | undefined) != null;

/** What a program does not want to read is no failure: it says itself what it misses. */
function writeInput({ stdin }: Child, input: string | undefined): void {
  stdin?.on('error', () => undefined);
  stdin?.end(input);
}

function start({ file, args, env, input }: ProcessRequest): Child {
  const options = {
    cwd: '/',
    env: { ...ENVIRONMENT, ...env },
    // A group of its own: what the program starts in turn can be ended with it.
    detached: true,
    shell: false,
  };
  return input === undefined
    ? spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    : spawn(file, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
}

/** Asks the process group to end, and kills what is left of it when its leader is gone or the time is up. */
function endGroup(child: Child, pid: number, killGraceMs: number): GroupEnd {
  child.stdin?.destroy();
  child.stdout.destroy();
  child.stderr.destroy();
  signalGroup(pid, 'SIGTERM');
  let finish = (): void => {};
  const over = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const kill = (): void => {
    clearTimeout(timer);
    signalGroup(pid, 'SIGKILL');
    finish();
  };
  const timer = setTimeout(kill, killGraceMs);
  child.once('exit', kill);
  // Neither a stuck child nor the wait for it keeps the agent from stopping.
  child.unref();
  timer.unref();
  return {
    over,
    await() {
      timer.ref();
      return over;
    },
  };
}

function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch {
    // Nobody is left.
  }
}

const timedOut = ({ file }: ProcessRequest): McoError => new McoError('failed/timeout', `\`${file}\` took too long`);

const saidTooMuch = ({ file }: ProcessRequest, bytes: number): McoError =>
  new McoError('failed/too-much-output', `\`${file}\` wrote more than ${bytes} bytes, and was ended`);

function describeStartFailure({ file }: ProcessRequest, cause: unknown): McoError {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'ENOENT')
    return new McoError('failed/not-installed', `\`${file}\` is not installed on this node`, { cause });
  return new McoError('failed/not-started', `\`${file}\` could not be started: ${code ?? String(cause)}`, { cause });
}
