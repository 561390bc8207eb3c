import { McoError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { between, createRandom } from './seeded-random.ts';
import type { VirtualHost } from './virtual-host.ts';

/** Pretends to be at work for a while; the returned promise rejects when the signal aborts. */
export type Work = (signal: AbortSignal) => Promise<void>;

/**
 * How long a host's calls take: 5 to 60 ms, made up from its name. A wedged host's calls settle only when aborted.
 * The work rejects with McoError `failed/timeout` when the signal aborts.
 */
export function createWork(host: VirtualHost, purpose: string, clock: Clock): Work {
  const random = createRandom(`${host.identity} ${purpose}`);
  return (signal) =>
    new Promise((resolve, reject) => {
      const giveUp = () => {
        stopWaiting();
        reject(new McoError('failed/timeout', 'stopped before it was done'));
      };
      const finish = () => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      const stopWaiting = host.wedged ? () => {} : clock.after(between(random, 5, 60), finish);
      if (signal.aborted) giveUp();
      else signal.addEventListener('abort', giveUp, { once: true });
    });
}
