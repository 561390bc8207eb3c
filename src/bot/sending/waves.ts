import type { Options } from '../../core/command.ts';
import { sleep } from '../../core/waiting.ts';
import { countOf } from '../targets/pick-nodes.ts';
import { askNodes } from './ask-nodes.ts';
import type { Conducting } from './conducting.ts';

/** Between two waves, unless `--batch-sleep` says otherwise; MCollective's value. */
const BATCH_SLEEP_MS = 1000;

/** The waves of `--canary` and `--batch`; all at once without them. A share is one of all nodes. */
export function splitIntoWaves(
  nodes: readonly string[],
  { batch, canary = 0 }: Pick<Options, 'batch' | 'canary'>,
): readonly (readonly string[])[] {
  const rest = nodes.slice(canary);
  const size = batch === undefined ? rest.length : countOf(batch, nodes.length);
  const waves = Array.from({ length: Math.ceil(rest.length / Math.max(1, size)) }, (_, wave) =>
    rest.slice(wave * size, (wave + 1) * size),
  );
  return canary === 0 ? waves : [nodes.slice(0, canary), ...waves];
}

/**
 * Asks wave by wave. INVARIANT: a wave is settled before it is judged, and when it is over a threshold nothing further is
 * sent; nor is it when whoever asked may not do this any more. The next one begins when nobody of it can be at work.
 */
export async function conductWaves({ asking, targets, judge, stop, findDenial }: Conducting): Promise<void> {
  const { bot, run, halted } = asking;
  const waves = splitIntoWaves(targets.nodes, run.options);
  for (const [number, nodes] of waves.entries()) {
    if (number > 0) {
      await sleep(bot.clock, run.options.batchSleepMs ?? BATCH_SLEEP_MS, halted);
      const denied = halted.aborted ? undefined : await findDenial?.();
      if (denied !== undefined) stop({ denied });
    }
    if (halted.aborted) return;
    await askNodes(asking, { nodes, broadcast: targets.broadcast });
    const over = judge.look(nodes);
    if (over !== undefined) stop({ over });
    if (number < waves.length - 1) await Promise.all(nodes.map(asking.places.hold));
  }
}
