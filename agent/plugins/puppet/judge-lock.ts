import { findStuckThread } from './find-stuck-thread.ts';
import { isPuppet, type Thread, threadsBelow } from './look-at-processes.ts';
import type { PuppetHost } from './puppet-host.ts';
import { tellAge } from './tell-age.ts';

/** What the lock of a run means. */
export type RunState =
  | { readonly kind: 'none' }
  | { readonly kind: 'applying'; readonly pid: number }
  | { readonly kind: 'hung'; readonly pid: number; readonly reason: string }
  | { readonly kind: 'crashed'; readonly reason: string };

export interface RunLock {
  /** Undefined: the file holds no number. */
  readonly pid: number | undefined;
  /** Ms since the epoch. */
  readonly lockedAt: number;
  readonly threads: readonly Thread[];
  readonly signal: AbortSignal;
}

/** Long enough for Puppet to write its number into the file it made. */
const BEING_WRITTEN_MS = 10_000;

/** Whether a run is on, hangs, or is gone without its lock. */
export async function judgeRun(host: PuppetHost, { pid, lockedAt, threads, signal }: RunLock): Promise<RunState> {
  const ageMs = host.clock.now() - lockedAt;
  if (pid === undefined) {
    return ageMs < BEING_WRITTEN_MS ? { kind: 'none' } : crashed('it is empty');
  }
  const main = threads.find((one) => one.pid === pid && one.thread === pid);
  if (main === undefined) return crashed(`process ${pid} is gone`);
  if (main.state.startsWith('Z')) return crashed(`process ${pid} is a zombie`);
  if (!(await isPuppet(host, main, signal))) return crashed(`process ${pid} is another program now (${main.name})`);
  const stuck = await findStuckThread(host, threadsBelow(threads, pid), signal);
  if (stuck !== undefined) return { kind: 'hung', pid, reason: describeStuck(pid, stuck) };
  if (ageMs > host.options.hungAfterMs) {
    return { kind: 'hung', pid, reason: `a run (process ${pid}) is on for ${tellAge(ageMs / 1000)}` };
  }
  return { kind: 'applying', pid };
}

const crashed = (why: string): RunState => ({ kind: 'crashed', reason: `a run left its lock behind: ${why}` });

function describeStuck(runPid: number, { pid, name, waitsIn }: Thread): string {
  const who = pid === runPid ? `process ${pid}` : `process ${runPid}, in its child ${pid} (${name || 'no name'})`;
  return `a run hangs: ${who}, stuck in the kernel (${waitsIn}), and nothing can end it`;
}
