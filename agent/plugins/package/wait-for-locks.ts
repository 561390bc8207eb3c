import { McoError } from '../../../src/core/errors.ts';
import type { Clock, ProcessRunner } from '../../../src/core/ports.ts';
import { sleep } from '../../../src/core/waiting.ts';

const PATIENCE_MS = 60_000;
const PAUSE_MS = 1000;

export interface LockWait {
  readonly clock: Clock;
  /** Each holds the number of a process, as long as there is one. */
  readonly files: readonly string[];
  readonly signal: AbortSignal;
}

/**
 * Resolves when no living process holds any of the locks.
 *
 * @throws McoError `failed/locked` after a minute, naming who holds it; `failed/timeout` when the signal aborts
 */
export async function waitForLocks(runner: ProcessRunner, { clock, files, signal }: LockWait): Promise<void> {
  const until = clock.now() + PATIENCE_MS;
  for (;;) {
    const holder = await findHolder(runner, files, signal);
    if (holder === undefined) return;
    if (clock.now() >= until) {
      throw new McoError('failed/locked', `another program holds the lock: ${holder}`, {
        hint: 'ask again when it is done',
      });
    }
    await sleep(clock, PAUSE_MS, signal);
    if (signal.aborted) throw new McoError('failed/timeout', 'another program held the lock all the time');
  }
}

/** By children: a hung disk holds them up, and not the agent. grep(1) ends with 1 or 2 where there is nothing to find. */
async function findHolder(
  runner: ProcessRunner,
  files: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const grep = (args: readonly string[]) => runner.run({ file: 'grep', args, signal });
  const locks = await grep(['-shoE', '^[0-9]{1,10}', '--', ...files]);
  const pids = locks.stdout.split('\n').filter((line) => /^\d+$/.test(line));
  if (pids.length === 0) return undefined;
  const living = await grep(['-sH', '.', '--', ...pids.map((pid) => `/proc/${pid}/comm`)]);
  const [, pid, command] = /^\/proc\/(\d+)\/comm:(.*)$/m.exec(living.stdout) ?? [];
  return pid === undefined ? undefined : `process ${pid} (${command})`;
}
