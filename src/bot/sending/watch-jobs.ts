import { waitAtMost } from '../../core/waiting.ts';
import type { Bot } from '../bot.ts';
import type { LateAnswers } from '../collecting/late-answers.ts';
import type { Run } from '../compose-request.ts';
import { askAfterJobs } from '../jobs/ask-after-jobs.ts';
import type { JobAnswer } from '../jobs/look-at-jobs.ts';

/** So many looks in a row may tell nothing. */
const MAX_MISSES = 3;

/** For so long a place is kept. */
const LONGEST_MS = 60 * 60_000;

/** How long the record of the last look is waited for. */
const RECORD_MS = 5000;

/** Jobs of a run that are over their time, while others wait for their places. */
export interface WatchedJobs {
  noteGoing(node: string): void;
  /** Nobody knows whether it has begun. */
  noteDoubted(node: string): void;
  /** Over its time or doubted, and not seen to have ended. */
  isGoing(node: string): boolean;
  /**
   * Resolves when it has ended, or its place is given away.
   *
   * @param pause sleeps so long, unless the node's `wake` is called
   */
  waitFor(node: string, pause: (ms: number) => Promise<void>): Promise<void>;
  hasEnded(node: string): boolean;
  /** Whose places were given away, sorted. */
  lost(): readonly string[];
  close(): Promise<void>;
}

interface WatchParts {
  /** Takes how a job ended, which is told when the run is over. */
  readonly late: LateAnswers;
  /** Nobody waits for a place any more. */
  isOver(): boolean;
  lookAgain(): Promise<void>;
  wake(node: string): void;
}

/** Nodes are asked now and then what came of their jobs. INVARIANT: each look is decided anew, and on record. */
export function watchJobs(bot: Bot, run: Run, { late, isOver, lookAgain, wake }: WatchParts): WatchedJobs {
  const going = new Set<string>();
  const doubted = new Set<string>();
  const ended = new Set<string>();
  const lost = new Set<string>();
  /** Who is waited for, and how often in a row it told nothing. */
  const misses = new Map<string, number>();
  const over = new AbortController();
  let looking: Promise<void> | undefined;

  function onAnswer(node: string, answer: JobAnswer | undefined): void {
    const missed = misses.get(node);
    if (missed === undefined) return;
    if (answer?.state === 'ended') {
      going.delete(node);
      ended.add(node);
      // What it brought is not told, and would fill the memory where there are many.
      late.noteJobEnd({ ...answer.result, data: {} });
      wake(node);
    } else if (answer?.state === 'going') {
      doubted.delete(node);
      misses.set(node, 0);
    } else if (missed + 1 < MAX_MISSES) misses.set(node, missed + 1);
    else giveAway(node);
  }

  function giveAway(node: string): void {
    going.delete(node);
    // Of one that never said that it has begun nobody need be told that its work goes on.
    if (!doubted.has(node)) lost.add(node);
    wake(node);
  }

  return {
    noteGoing: (node) => void going.add(node),
    noteDoubted(node) {
      going.add(node);
      doubted.add(node);
    },
    isGoing: (node) => going.has(node),
    async waitFor(node, pause) {
      misses.set(node, 0);
      looking ??= askAfterJobs(bot, {
        about: run.id,
        reason: 'jobs over their time keep their places until they have ended',
        nodes: () => [...misses.keys()].sort(),
        onAnswer,
        onDenied: lookAgain,
        signal: over.signal,
      });
      await pause(LONGEST_MS);
      misses.delete(node);
      if (going.has(node) && !isOver()) giveAway(node);
    },
    hasEnded: (node) => ended.has(node),
    lost: () => [...lost].sort(),
    async close() {
      over.abort();
      if (looking !== undefined) await waitAtMost(bot.clock, RECORD_MS, looking);
    },
  };
}
