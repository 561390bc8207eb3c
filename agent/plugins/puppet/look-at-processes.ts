import { McoError } from '../../../src/core/errors.ts';
import type { PuppetHost } from './puppet-host.ts';

/** One thread of a process. */
export interface Thread {
  readonly pid: number;
  readonly thread: number;
  readonly parent: number;
  /** Of ps(1): `S`, `R`, `D` (stuck in the kernel), `Z` (zombie)... with more letters behind. */
  readonly state: string;
  /** Where in the kernel it waits; `-`: it does not. */
  readonly waitsIn: string;
  readonly name: string;
}

const COLUMNS = 'pid=,lwp=,ppid=,stat=,wchan:32=,comm=';
const MAX_OUTPUT_BYTES = 8 * 1024 * 1024;

/**
 * All threads of this machine. INVARIANT: by a child process, and without command lines: reading that of a process that
 * is stuck gets stuck as well.
 */
export async function lookAtThreads({ runner }: PuppetHost, signal: AbortSignal): Promise<readonly Thread[]> {
  const request = { file: 'ps', args: ['-eLo', COLUMNS], signal, maxOutputBytes: MAX_OUTPUT_BYTES };
  const { exitCode, stdout, stderr } = await runner.run(request);
  if (exitCode !== 0) throw new McoError('failed/ps', `ps failed: ${stderr.trim().slice(0, 300)}`);
  return stdout.split('\n').flatMap(parseThread);
}

function parseThread(line: string): Thread[] {
  const [, pid, thread, parent, state, waitsIn, name] =
    /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S+)(?: (.*))?$/.exec(line) ?? [];
  if (pid === undefined || state === undefined || waitsIn === undefined) return [];
  const numbers = { pid: Number(pid), thread: Number(thread), parent: Number(parent) };
  return [{ ...numbers, state, waitsIn, name: (name ?? '').trim() }];
}

/** Those of a process and of all that it started, directly or not, and that was not orphaned since. */
export function threadsBelow(threads: readonly Thread[], pid: number): readonly Thread[] {
  const children = new Map<number, Set<number>>();
  for (const one of threads) {
    const siblings = children.get(one.parent) ?? new Set();
    children.set(one.parent, siblings.add(one.pid));
  }
  const family = new Set([pid]);
  // A set that grows while it is gone through: what is added comes later.
  for (const one of family) {
    for (const child of children.get(one) ?? []) family.add(child);
  }
  return threads.filter((one) => family.has(one.pid));
}

/** Whether a process is Puppet, and not another one that got its number later. */
export async function isPuppet(host: PuppetHost, main: Thread, signal: AbortSignal): Promise<boolean> {
  if (main.name.startsWith('puppet')) return true;
  if (!main.name.startsWith('ruby')) return false;
  // It can't be asked for its command line while it is stuck; better a doubt too many.
  if (main.state.startsWith('D')) return true;
  const { stdout } = await host.runner.run({ file: 'ps', args: ['-o', 'args=', '-p', String(main.pid)], signal });
  return stdout.includes('puppet');
}
