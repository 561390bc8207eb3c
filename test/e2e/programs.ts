import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { waitFor } from '../contract/wait-for.ts';

/** The four programs, by the name of their file in `src/main`. */
export type Program = 'playground' | 'bot' | 'agent' | 'cli';

/** Ends a hang; no test expects to get near it. */
const HANG_MS = 60_000;

export interface ProgramOptions {
  /** Also its home directory, so that nothing of this machine's configuration is read. */
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Ended {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that runs until it is told to stop. */
export interface Running {
  readonly pid: number;
  /** What it printed so far. */
  readonly output: { readonly stdout: string; readonly stderr: string };
  readonly ended: Promise<Ended>;
  type(text: string): void;
  endInput(): void;
  /** Resolves when the pattern stands `times` times in what it printed; fails when the program ends before. */
  prints(pattern: RegExp, times?: number): Promise<void>;
  stop(signal?: NodeJS.Signals): Promise<Ended>;
}

const alive = new Set<ChildProcessWithoutNullStreams>();
process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(1));

/** Kills what a test left running, and resolves when it is gone. For `afterEach` and `after`. */
export async function killPrograms(): Promise<void> {
  const left = [...alive];
  await Promise.all(
    left.map(async (child) => {
      const gone = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGKILL');
      await gone;
    }),
  );
}

/** The built program's file. */
export const fileOf = (program: Program): string =>
  fileURLToPath(new URL(`../../src/main/${program}.js`, import.meta.url));

/** Runs a program to its end, with nothing on its standard input. */
export async function runProgram(program: Program, args: readonly string[], options: ProgramOptions): Promise<Ended> {
  const running = startProgram(program, args, options);
  running.endInput();
  const timer = setTimeout(() => void running.stop('SIGKILL'), HANG_MS);
  const ended = await running.ended;
  clearTimeout(timer);
  return ended;
}

export function startProgram(program: Program, args: readonly string[], options: ProgramOptions): Running {
  return startCommand(process.execPath, [fileOf(program), ...args], options);
}

/** Starts any command. It is killed when the tests end, however they do. */
export function startCommand(file: string, args: readonly string[], { cwd, env = {} }: ProgramOptions): Running {
  const child = spawn(file, args, { cwd, env: { PATH: process.env.PATH, HOME: cwd, ...env }, stdio: 'pipe' });
  alive.add(child);
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  child.stdin.on('error', () => {});
  let isOver = false;
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode, signal) => {
      alive.delete(child);
      isOver = true;
      resolve({ exitCode, signal, ...output });
    });
  });
  const count = (pattern: RegExp): number =>
    [...`${output.stdout}\n${output.stderr}`.matchAll(new RegExp(pattern, 'gu'))].length;
  return {
    pid: child.pid ?? 0,
    output,
    ended,
    type: (text) => void child.stdin.write(text),
    endInput: () => child.stdin.end(),
    async prints(pattern, times = 1) {
      await waitFor(() => isOver || count(pattern) >= times).catch(() => {});
      if (count(pattern) >= times) return;
      throw new Error(`${pattern} was not printed ${times} times, but this:\n${output.stdout}\n${output.stderr}`);
    },
    stop(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}
