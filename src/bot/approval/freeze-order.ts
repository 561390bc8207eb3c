import { writeCanonicalJson } from '../../core/canonical-json.ts';
import type { Hash } from '../../core/ports.ts';
import type { FrozenOrder } from '../../core/store.ts';

/**
 * What an order's digest covers: everything that decides what happens on which nodes, and for whom. How the answer looks
 * is left out.
 */
export function digestOrder(hash: Hash, order: FrozenOrder): string {
  const { run, caller, account, place, ask, collective, filter, isNarrowed, nodes, options } = order;
  const { agent, action, effect, input, inPlaceOf } = ask;
  const { batch, batchSleepMs, canary, maxFail, maxSilent, timeoutMs, ttlMs, noop } = options;
  const atOnce = options.atOnce ?? ask.atOnce;
  const waves = { batch, batchSleepMs, canary, maxFail, maxSilent, atOnce, timeoutMs, ttlMs };
  return hash(
    writeCanonicalJson({
      type: 'mcobot-order',
      v: 1,
      run,
      caller,
      account,
      place,
      agent,
      action,
      effect,
      input,
      noop,
      inPlaceOf,
      collective,
      filter,
      isNarrowed,
      nodes,
      waves,
    }),
  );
}

/** What people see of a digest. */
export const shortDigest = (digest: string): string => digest.slice(0, 6);
