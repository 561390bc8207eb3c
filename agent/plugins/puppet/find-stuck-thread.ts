import { McoError } from '../../../src/core/errors.ts';
import { sleep } from '../../../src/core/waiting.ts';
import type { Thread } from './look-at-processes.ts';
import type { PuppetHost } from './puppet-host.ts';

/** Between two looks: who waits for a disk is on by then. */
const BETWEEN_LOOKS_MS = 2000;
const MAX_LOOKED_AT = 5;

/**
 * The first of some threads that nothing can end: stuck in the kernel (state `D`) at two looks, and not run for a moment
 * in between. A busy disk also shows `D`, but its waiters move on.
 */
export async function findStuckThread(
  host: PuppetHost,
  threads: readonly Thread[],
  signal: AbortSignal,
): Promise<Thread | undefined> {
  const suspects = threads.filter(({ state }) => state.startsWith('D')).slice(0, MAX_LOOKED_AT);
  if (suspects.length === 0) return undefined;
  const look = () => Promise.all(suspects.map((thread) => countSwitches(host, thread, signal)));
  const before = await look();
  await sleep(host.clock, BETWEEN_LOOKS_MS, signal);
  if (signal.aborted) throw new McoError('failed/timeout', 'stopped before it was seen whether Puppet hangs');
  const after = await look();
  return suspects.find((_, index) => before[index] !== undefined && before[index] === after[index]);
}

/** How often it was on and off a processor, proc(5); undefined: it is not stuck, or gone. */
async function countSwitches(
  { files }: PuppetHost,
  { pid, thread }: Thread,
  signal: AbortSignal,
): Promise<string | undefined> {
  const status = await files.read(`/proc/${pid}/task/${thread}/status`, { signal }).catch(() => undefined);
  if (status === undefined || !/^State:\s+D/m.test(status)) return undefined;
  return [...status.matchAll(/_ctxt_switches:\s+(\d+)/g)].map(([, count]) => count).join('+');
}
