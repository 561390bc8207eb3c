import { askPing, type Options } from '../core/command.ts';
import { McoError } from '../core/errors.ts';
import type { NodeResult } from '../core/report.ts';
import type { Bot } from './bot.ts';
import { type Run, sealRequest } from './compose-request.ts';
import { createTally } from './tally.ts';

/** How long discovery listens at most, unless `--dt` says otherwise. */
const WINDOW_MS = 2000;

/** Discovery ends early when nobody new has answered for this long, or for twice as long as the slowest took. */
const QUIET_MS = 500;

export interface Discovery {
  readonly results: readonly NodeResult[];
  /** Nodes that answered without being able to say whether they match: their clocks are off. */
  readonly unexpected: readonly string[];
  readonly elapsedMs: number;
}

/**
 * Asks everybody in the collective who matches the filter to answer. Whatever a node answers shows that it matched,
 * as nodes that do not match stay silent.
 *
 * @throws McoError `unreachable/*` when the question can't be sent
 */
export async function discoverNodes(
  bot: Bot,
  run: Run,
  { onFound, signal }: { onFound: (count: number) => void; signal: AbortSignal },
): Promise<Discovery> {
  const { clock } = bot;
  const sealed = await sealRequest(bot, run, { ask: askPing('names'), audience: '*' });
  const found = new Map<string, NodeResult>();
  const unexpected = new Set<string>();
  const startedAt = clock.now();
  const enough = stopCount(run.line.options);
  let stopEarly = (): void => {};

  const close = bot.collector.open(sealed.id, {
    expects: () => true,
    onUnexpected: (node) => unexpected.add(node),
    onReply(reply) {
      if (reply.kind !== 'result' || reply.status.name === 'filtered') return;
      if (reply.status.name === 'expired') {
        unexpected.add(reply.sender);
        return;
      }
      const tally = createTally([reply.sender]);
      tally.recordReply(reply, clock.now() - startedAt);
      for (const result of tally.results()) found.set(reply.sender, result);
      onFound(found.size);
      stopEarly();
    },
  });
  try {
    await bot.bus.publish({ ...sealed, expiresAt: Math.min(sealed.expiresAt, startedAt + 10_000) });
    if (signal.aborted) throw new McoError('failed/cancelled', 'cancelled before anything was sent');
    await new Promise<void>((resolve) => {
      const cancels = [clock.after(run.line.options.discoveryMs ?? WINDOW_MS, resolve)];
      let cancelQuiet = (): void => {};
      stopEarly = () => {
        if (found.size >= enough) resolve();
        if (run.line.options.discoveryMs !== undefined) return;
        cancelQuiet();
        cancelQuiet = clock.after(Math.max(QUIET_MS, 2 * (clock.now() - startedAt)), resolve);
        cancels.push(() => cancelQuiet());
      };
      signal.addEventListener('abort', () => resolve(), { once: true });
      if (found.size > 0) stopEarly();
    });
  } finally {
    close();
  }
  return { results: [...found.values()], unexpected: [...unexpected], elapsedMs: clock.now() - startedAt };
}

/** With a plain `--limit N` the first N that answer are enough; a share or a seeded choice needs to know everybody. */
function stopCount({ limit, limitSeed }: Options): number {
  return limit !== undefined && 'count' in limit && limitSeed === undefined ? limit.count : Number.POSITIVE_INFINITY;
}
