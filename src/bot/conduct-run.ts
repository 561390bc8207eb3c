import type { ActionDescription } from '../core/agent-description.ts';
import type { McoError } from '../core/errors.ts';
import { toMcoError } from '../core/errors.ts';
import type { NodeResult } from '../core/report.ts';
import type { Bot } from './bot.ts';
import { type Run, type Sealed, sealRequest, ttlOf } from './compose-request.ts';
import type { Targets } from './find-targets.ts';
import { splitIntoWaves } from './pick-nodes.ts';
import { createResultBudget } from './result-budget.ts';
import { createTally, resultOf, type Tally } from './tally.ts';

/** On top of the action's own time: the way there and back, and the node's queue. */
const GRACE_MS = 1500;

/** Between two waves, unless `--batch-sleep` says otherwise; MCollective's value. */
const BATCH_SLEEP_MS = 1000;

export interface Watch {
  /** @param open the nodes that have not answered */
  onProgress(answered: number, open: () => readonly string[]): void;
  readonly signal: AbortSignal;
}

export interface Conducted {
  readonly results: readonly NodeResult[];
  readonly unexpected: readonly string[];
  /** Why something was not sent. */
  readonly problem: McoError | undefined;
}

/** Sends a run to its targets, wave by wave, and collects until every node answered or its time is up. */
export async function conductRun(
  bot: Bot,
  run: Run,
  { targets, action, watch }: { targets: Targets; action: ActionDescription; watch: Watch },
): Promise<Conducted> {
  const tally = createTally(targets.nodes);
  const keep = createResultBudget(action);
  const actionTimeoutMs = run.line.options.timeoutMs ?? action.timeoutMs;
  const unexpected = new Set<string>();
  const problems: McoError[] = [];
  const waves = splitIntoWaves(targets.nodes, run.line.options.batch);
  for (const [number, nodes] of waves.entries()) {
    if (number > 0) await sleep(bot, run.line.options.batchSleepMs ?? BATCH_SLEEP_MS, watch.signal);
    if (watch.signal.aborted) break;
    const wave: Wave = {
      bot,
      run,
      tally,
      nodes,
      watch,
      unexpected,
      keep,
      started: new Set(),
      lossesBefore: bot.bus.losses,
      opened: [],
      settled: () => {},
    };
    try {
      problems.push(...(await sendWave(wave, targets.broadcast)));
      await settleWave(wave, { actionTimeoutMs, ttlMs: ttlOf(run) });
    } finally {
      for (const close of wave.opened) close();
    }
  }
  for (const node of tally.openNodes()) tally.close(node, 'notSent');
  return {
    results: tally.results(),
    unexpected: [...new Set([...unexpected, ...targets.unexpected()])].sort(),
    problem: problems[0],
  };
}

interface Patience {
  readonly actionTimeoutMs: number;
  /** How long the request is valid. */
  readonly ttlMs: number;
}

interface Wave {
  readonly bot: Bot;
  readonly run: Run;
  readonly tally: Tally;
  readonly nodes: readonly string[];
  readonly watch: Watch;
  readonly unexpected: Set<string>;
  readonly keep: ReturnType<typeof createResultBudget>;
  /** Nodes that said they have begun. */
  readonly started: Set<string>;
  /** The connection's losses when the wave began: more at its end means that answers may have been lost with it. */
  readonly lossesBefore: number;
  readonly opened: (() => void)[];
  /** Called whenever a node of this wave is closed. */
  settled: () => void;
}

/** Publishes a wave; a node whose request could not be published is closed as not sent. */
async function sendWave(wave: Wave, broadcast: boolean): Promise<McoError[]> {
  const parts = broadcast
    ? [{ audience: '*', nodes: wave.nodes }]
    : wave.nodes.map((node) => ({ audience: node, nodes: [node] }));
  const sent = await Promise.all(
    parts.map(async ({ audience, nodes }) => {
      try {
        const sealed = await sealRequest(wave.bot, wave.run, { ask: wave.run.ask, audience });
        listen(wave, sealed, new Set(nodes));
        await wave.bot.bus.publish(sealed);
        return undefined;
      } catch (error) {
        const problem = toMcoError(error);
        // Without the broker's word the request may be on its way: that must not look like "nothing was sent".
        const outcome = problem.code === 'unreachable/unconfirmed' ? 'unknown' : 'notSent';
        for (const node of nodes) wave.tally.close(node, outcome);
        return problem;
      }
    }),
  );
  return sent.filter((problem) => problem !== undefined);
}

/** Takes the replies to one request, from before it is published until its wave is over. */
function listen(wave: Wave, sealed: Sealed, expected: ReadonlySet<string>): void {
  const { bot, tally, watch } = wave;
  const sentAt = bot.clock.now();
  const close = bot.collector.open(sealed.id, {
    expects: (node) => expected.has(node),
    onUnexpected: (node) => {
      if (!tally.has(node)) wave.unexpected.add(node);
    },
    onReply(reply, bytes) {
      if (reply.kind !== 'result') {
        wave.started.add(reply.sender);
        return;
      }
      tally.recordResult(wave.keep(resultOf(reply, bot.clock.now() - sentAt), bytes));
      watch.onProgress(tally.answered(), tally.openNodes);
      wave.settled();
    },
  });
  wave.opened.push(close);
}

/**
 * Waits for a wave's answers and closes the nodes that gave none. Whoever works longer than a second says so; when the
 * request has expired nobody can begin any more, so from then on only those are waited for.
 */
async function settleWave(wave: Wave, { actionTimeoutMs, ttlMs }: Patience): Promise<void> {
  const { bot, tally, nodes, watch } = wave;
  await waitUntilSettled(wave, Math.min(actionTimeoutMs, ttlMs) + GRACE_MS, nodes);
  const working = nodes.filter((node) => wave.started.has(node));
  await waitUntilSettled(wave, Math.max(0, actionTimeoutMs - ttlMs), working);
  const isUnknown = watch.signal.aborted || bot.bus.losses > wave.lossesBefore || bot.bus.state !== 'up';
  for (const node of nodes) tally.close(node, isUnknown ? 'unknown' : 'silent');
}

/** Resolves when all of these nodes are closed, when the time is up, or when the run is cancelled. */
function waitUntilSettled(wave: Wave, waitMs: number, nodes: readonly string[]): Promise<void> {
  const { signal } = wave.watch;
  let next = 0;
  // Looks at each node once over the whole wait: with 20,000 nodes, each answer must not cost a look at all of them.
  const isSettled = (): boolean => {
    while (next < nodes.length && !wave.tally.isOpen(nodes[next] as string)) next++;
    return next >= nodes.length;
  };
  if (signal.aborted || isSettled()) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = (): void => {
      cancel();
      wave.settled = () => {};
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const cancel = wave.bot.clock.after(waitMs, finish);
    wave.settled = () => {
      if (isSettled()) finish();
    };
    signal.addEventListener('abort', finish);
  });
}

function sleep(bot: Bot, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const cancel = bot.clock.after(delayMs, resolve);
    signal.addEventListener(
      'abort',
      () => {
        cancel();
        resolve();
      },
      { once: true },
    );
  });
}
