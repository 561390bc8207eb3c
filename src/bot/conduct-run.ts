import type { ActionDescription } from '../core/agent-description.ts';
import type { McoError } from '../core/errors.ts';
import { toMcoError } from '../core/errors.ts';
import { sleep } from '../core/waiting.ts';
import type { Bot } from './bot.ts';
import type { Gathered } from './compose-report.ts';
import { type Run, type Sealed, sealRequest, ttlOf } from './compose-request.ts';
import type { Targets } from './find-targets.ts';
import type { RunKeeper } from './keep-run.ts';
import { createLateAnswers, type LateAnswers } from './late-answers.ts';
import { createResultBudget } from './result-budget.ts';
import { createTally, resultOf, type Tally } from './tally.ts';
import { createWaveJudge, describeStop, splitIntoWaves } from './waves.ts';

/** On top of the action's own time: the way there and back, and the node's queue. */
const GRACE_MS = 1500;

/** Between two waves, unless `--batch-sleep` says otherwise; MCollective's value. */
const BATCH_SLEEP_MS = 1000;

export interface Watch {
  /** @param open the nodes that have not answered */
  onProgress(answered: number, open: () => readonly string[]): void;
  readonly signal: AbortSignal;
}

export interface Conducted extends Gathered {
  readonly late: LateAnswers;
}

/**
 * Sends a run to its targets, wave by wave, and collects until every node answered or its time is up.
 * INVARIANT: a wave is settled before it is judged, and when it is over a threshold nothing further is sent; nor is it when
 * whoever asked may not do this any more.
 */
export async function conductRun(bot: Bot, run: Run, conduct: Conduct): Promise<Conducted> {
  const { targets, action, watch, keeper } = conduct;
  const tally = createTally(targets.nodes);
  const keep = createResultBudget(action);
  const actionTimeoutMs = run.options.timeoutMs ?? action.timeoutMs;
  const unexpected = new Set<string>();
  const problems: McoError[] = [];
  const late = createLateAnswers(bot.clock);
  const patience = { actionTimeoutMs, ttlMs: ttlOf(run.options) };
  const waves = splitIntoWaves(targets.nodes, run.options);
  const waveJudge = createWaveJudge({ options: run.options, tally, isKept: bot.authority.leavesToNodes !== true });
  let stopped: McoError | undefined;
  let denied: McoError | undefined;
  for (const [number, nodes] of waves.entries()) {
    if (number > 0) {
      await sleep(bot.clock, run.options.batchSleepMs ?? BATCH_SLEEP_MS, watch.signal);
      if (!watch.signal.aborted) denied = await conduct.findDenial?.();
    }
    if (watch.signal.aborted || denied !== undefined) break;
    const wave: Wave = {
      bot,
      run,
      tally,
      nodes,
      watch,
      unexpected,
      keep,
      keeper,
      late,
      patience,
      started: new Set(),
      lossesBefore: bot.bus.losses,
      opened: [],
      settled: () => {},
    };
    try {
      problems.push(...(await sendWave(wave, targets.broadcast)));
      await settleWave(wave);
    } finally {
      // Whoever has not answered may still do so: it is told as late.
      if (nodes.some((node) => !tally.hasAnswered(node))) late.hold(wave.opened, lastAnswerAt(wave));
      else for (const close of wave.opened) close();
    }
    // After the last one nothing is left to stop.
    stopped = number < waves.length - 1 && !watch.signal.aborted ? waveJudge.judge(nodes) : undefined;
    if (stopped !== undefined) break;
  }
  const left = tally.openNodes();
  for (const node of left) tally.close(node, 'notSent');
  return {
    results: tally.results(),
    unexpected: [...new Set([...unexpected, ...targets.unexpected()])].sort(),
    problem: (denied && describeStop(denied, left.length)) ?? problems[0] ?? stopped,
    late,
  };
}

interface Conduct {
  readonly targets: Targets;
  readonly action: ActionDescription;
  readonly watch: Watch;
  readonly keeper: RunKeeper;
  /** Before each wave but the first: why nothing further may be sent. Left out: nobody's rights change meanwhile. */
  findDenial?(): Promise<McoError | undefined>;
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
  readonly keeper: RunKeeper;
  readonly late: LateAnswers;
  readonly patience: Patience;
  /** Nodes that said they have begun. */
  readonly started: Set<string>;
  /** The connection's losses when the wave began: more at its end means that answers may have been lost with it. */
  readonly lossesBefore: number;
  readonly opened: (() => void)[];
  /** Called whenever a node of this wave is closed. */
  settled: () => void;
}

/** The moment from which on no answer to a request of this wave can come any more. */
const lastAnswerAt = ({ bot, patience }: Wave): number =>
  bot.clock.now() + patience.ttlMs + patience.actionTimeoutMs + GRACE_MS;

/** Publishes a wave; a node whose request could not be published is closed as not sent. */
async function sendWave(wave: Wave, broadcast: boolean): Promise<McoError[]> {
  const parts = broadcast
    ? [{ audience: '*', nodes: wave.nodes }]
    : wave.nodes.map((node) => ({ audience: node, nodes: [node] }));
  const problems: McoError[] = [];
  const giveUp = (nodes: readonly string[], thrown: unknown): void => {
    const problem = toMcoError(thrown);
    // What a cancel withdrew is no problem of its own.
    if (!wave.watch.signal.aborted) problems.push(problem);
    // Without the broker's word the request may be on its way: that must not look like "nothing was sent".
    const outcome = problem.code === 'unreachable/unconfirmed' ? 'unknown' : 'notSent';
    for (const node of nodes) wave.tally.close(node, outcome);
  };
  const sealed = await Promise.all(
    parts.map(async ({ audience, nodes }) => {
      try {
        return [{ nodes, request: await sealRequest(wave.bot, wave.run, { ask: wave.run.ask, audience }) }];
      } catch (thrown) {
        giveUp(nodes, thrown);
        return [];
      }
    }),
  );
  const ready = sealed.flat();
  // INVARIANT: nothing is published after a cancel, however long signing and writing down took.
  const { signal } = wave.watch;
  if (!signal.aborted) await noteRequests(wave, ready);
  if (signal.aborted) return problems;
  for (const { request, nodes } of ready) listen(wave, request, new Set(nodes));
  await Promise.all(
    ready.map(({ request, nodes }) =>
      wave.bot.bus.publish({ ...request, signal }).catch((thrown: unknown) => giveUp(nodes, thrown)),
    ),
  );
  return problems;
}

/** INVARIANT: on disk before it is sent, so that a restart knows who was asked. */
function noteRequests(wave: Wave, ready: readonly { request: Sealed; nodes: readonly string[] }[]): Promise<void> {
  const sentAt = wave.bot.clock.now();
  const waitUntil = sentAt + wave.patience.actionTimeoutMs + GRACE_MS;
  return wave.keeper.noteRequests(ready.map(({ request, nodes }) => ({ id: request.id, nodes, sentAt, waitUntil })));
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
      const result = wave.keep(resultOf(reply, bot.clock.now() - sentAt), bytes);
      if (!tally.isOpen(reply.sender)) return wave.late.note(result);
      tally.recordResult(result);
      wave.keeper.noteResult(result);
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
async function settleWave(wave: Wave): Promise<void> {
  const { bot, tally, nodes, watch } = wave;
  const { actionTimeoutMs, ttlMs } = wave.patience;
  await waitUntilSettled(wave, Math.min(actionTimeoutMs, ttlMs) + GRACE_MS, nodes);
  const working = nodes.filter((node) => wave.started.has(node));
  await waitUntilSettled(wave, Math.max(0, actionTimeoutMs - ttlMs), working);
  // A wave that was cancelled before it was sent waits for nobody: its nodes are closed as not sent.
  if (wave.opened.length === 0) return;
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
