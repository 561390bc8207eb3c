import { askPing, type Options } from '../../core/command.ts';
import { DATA_TIMEOUT_MS, listDataTests } from '../../core/data-functions.ts';
import { McoError } from '../../core/errors.ts';
import type { Reply } from '../../core/reply.ts';
import type { NodeResult, UndecidedNode } from '../../core/report.ts';
import type { Bot } from '../bot.ts';
import { resultOf } from '../collecting/tally.ts';
import { type Run, sealRequest } from '../compose-request.ts';
import { createDoubts, type Doubts } from './doubts.ts';

/** When nobody at all has answered by then, nobody will. */
const FIRST_ANSWER_MS = 2000;

/** Discovery ends when nobody new has answered for this long, or for half as long as it has taken so far. */
const QUIET_MS = 1000;

/** The longest discovery without `--dt`, however many nodes still trickle in. */
const LONGEST_MS = 15_000;

/**
 * Silence is counted in steps, not by one timer: a busy process takes what has arrived between two steps, and so does
 * not mistake its own delay for silence.
 */
const STEP_MS = 50;

/** How long a broker is looked for, and how long it may keep the question. */
const REACH_BROKER_MS = 5000;

/** How long a straggler's answer to it is no surprise. */
const STRAGGLER_MS = 10_000;

export interface Discovery {
  /** The nodes that answered in time. */
  readonly results: readonly NodeResult[];
  /** So far: nodes that answered too late, or whose clocks are off so that they could not say whether they match. */
  unexpected(): readonly string[];
  /** So far: nodes that could not say whether they match. */
  undecided(): readonly UndecidedNode[];
  /** Ends it; what still comes is passed over for some seconds more. */
  close(): void;
}

/**
 * Asks everybody in the collective who matches the filter to answer. Whatever a node answers shows that it matched,
 * as nodes that do not match stay silent. With data functions in the filter only a plain yes does: a node may be unable to
 * tell, and one that takes its time says so first, is waited for, and answers either way.
 *
 * @throws McoError `unreachable/*` when the question can't be sent
 */
export async function discoverNodes(
  bot: Bot,
  run: Run,
  { onFound, signal }: { onFound: (count: number) => void; signal: AbortSignal },
): Promise<Discovery> {
  const sealed = await sealRequest(bot, run, { ask: askPing('names'), audience: '*' });
  const found = new Map<string, NodeResult>();
  const unexpected = new Set<string>();
  const doubts = createDoubts(listDataTests(run.filter).length > 0);
  const startedAt = bot.clock.now();
  let isOver = false;
  const receive = (reply: Reply): void => {
    if (doubts.take(reply) || reply.kind !== 'result' || reply.status.name === 'filtered') return;
    if (isOver || reply.status.name === 'expired') {
      // With a limit nobody waits for the others: that they answer later is as it should be.
      if (found.size < stopCount(run.options)) unexpected.add(reply.sender);
      return;
    }
    found.set(reply.sender, resultOf(reply, bot.clock.now() - startedAt));
    onFound(found.size);
  };
  const close = bot.collector.open(sealed.id, {
    expects: () => true,
    onUnexpected: (node) => unexpected.add(node),
    onReply: receive,
  });
  try {
    await bot.bus.publish({ ...sealed, signal, expiresAt: Math.min(sealed.expiresAt, startedAt + REACH_BROKER_MS) });
    await waitForAnswers(bot, { options: run.options, count: () => found.size, doubts, signal });
    signal.throwIfAborted();
  } catch (error) {
    close();
    throw signal.aborted ? new McoError('failed/cancelled', 'cancelled before anything was asked') : error;
  }
  isOver = true;
  const isEnough = found.size >= stopCount(run.options);
  return {
    results: [...found.values()],
    unexpected: () => [...unexpected],
    undecided: () => doubts.undecided({ isEnough }),
    close: () => void bot.clock.after(STRAGGLER_MS, close),
  };
}

interface Waiting {
  readonly options: Options;
  readonly doubts: Doubts;
  readonly signal: AbortSignal;
  count(): number;
}

/** Resolves when `--dt` is over; without it, when enough nodes have answered or no more do. */
function waitForAnswers({ clock }: Bot, { options, count, doubts, signal }: Waiting): Promise<void> {
  const enough = stopCount(options);
  const startedAt = clock.now();
  let before = 0;
  let quietMs = 0;
  let awaitedMs = 0;
  const isEnough = (): boolean => {
    const elapsedMs = clock.now() - startedAt;
    const heard = count() + doubts.heard();
    quietMs = heard === before ? quietMs + STEP_MS : 0;
    before = heard;
    if (signal.aborted || count() >= enough) return true;
    if (options.discoveryMs !== undefined) return elapsedMs >= options.discoveryMs;
    if (doubts.isAwaiting() && elapsedMs < LONGEST_MS + DATA_TIMEOUT_MS) {
      awaitedMs += STEP_MS;
      return false;
    }
    return before === 0
      ? quietMs >= FIRST_ANSWER_MS
      : elapsedMs >= LONGEST_MS + awaitedMs || quietMs >= Math.max(QUIET_MS, (elapsedMs - awaitedMs) / 2);
  };
  return new Promise((resolve) => {
    const step = (): void => {
      if (isEnough()) resolve();
      else clock.after(STEP_MS, step);
    };
    step();
  });
}

/** With a plain `--limit N` the first N that answer are enough; a share or a seeded choice needs to know everybody. */
function stopCount({ limit, limitSeed }: Options): number {
  return limit !== undefined && 'count' in limit && limitSeed === undefined ? limit.count : Number.POSITIVE_INFINITY;
}
