import { askNodes } from './ask-nodes.ts';
import type { Conducting } from './conducting.ts';

/** Whether whoever asked may still do this is looked at no more often. */
const LOOK_AGAIN_MS = 30_000;

/** A node that an earlier process asked, and for whose answer it is waited already. */
export interface AtWork {
  readonly node: string;
  /** When it is closed. */
  readonly settled: Promise<void>;
}

export interface Window {
  readonly size: number;
  /** Who was asked before and has not answered yet: they have their places. */
  readonly atWork: readonly AtWork[];
  /** Who is closed since before, and may be at work all the same. */
  readonly held: readonly string[];
}

/**
 * Keeps so many nodes at work: whenever one is done, the next is asked, each with a request and a time of its own.
 * INVARIANT: never more than `size` are at work, jobs over their time and who may still begin among them, and when one is
 * too much that failed nothing further is sent; nor is it when whoever asked may not do this any more.
 */
export async function conductWindow(
  { asking, judge, stop, findDenial }: Conducting,
  { size, atWork, held }: Window,
): Promise<void> {
  const { bot, tally, halted, places } = asking;
  const known = new Set(atWork.map(({ node }) => node));
  const queue = tally.openNodes().filter((node) => !known.has(node));
  const lookAgain = createLook(bot.clock, async () => {
    const denied = await findDenial?.();
    if (denied !== undefined) stop({ denied });
  });
  const conclude = (node: string): void => {
    const outcome = tally.outcomeOf(node);
    if (outcome === undefined) return;
    // A restart has to know whose time was up: it is neither waited for again nor forgotten by the thresholds.
    if (!tally.hasAnswered(node)) asking.keeper.noteResult({ node, outcome, data: {} });
    const over = judge.look([node]);
    if (over !== undefined) stop({ over });
  };
  const doubt = createDoubt(atWork.length);
  const takeNext = (): string | undefined => {
    const node = halted.aborted ? undefined : queue.shift();
    // Nobody is left who could have a place: what goes on is looked after when the run is over.
    if (queue.length === 0) places.release();
    return node;
  };
  if (queue.length === 0) places.release();
  const settleOne = async ({ node, settled }: AtWork): Promise<void> => {
    await settled;
    asking.atWork.delete(node);
    conclude(node);
    doubt.settleOne();
    const result = tally.results().find((one) => one.node === node);
    if (result !== undefined) places.noteResult(result);
    await places.hold(node);
  };
  const before = [...atWork.map((one) => () => settleOne(one)), ...held.map(places.hold).map((free) => () => free)];
  const fill = async (): Promise<void> => {
    for (let next = before.shift(); next !== undefined; next = before.shift()) await next();
    while (queue.length > 0 && !halted.aborted) {
      // What an earlier process was told and could not keep may be the one that is too much.
      await doubt.until((open) => halted.aborted || !judge.couldBeOver(open));
      await lookAgain();
      const node = takeNext();
      if (node === undefined) return;
      await askNodes(asking, { nodes: [node], broadcast: false });
      conclude(node);
      // INVARIANT: how it went is on disk before the next one is asked: a restart comes to the same verdict.
      await asking.keeper.settle();
      await places.hold(node);
    }
  };
  // Whoever has a place from before keeps it although there are too many of them: they are asked nothing again.
  await Promise.all(Array.from({ length: Math.max(1, size) }, fill));
}

/** Looks when it is time to, once for all who wait for it. */
function createLook(clock: { now(): number }, look: () => Promise<void>): () => Promise<void> {
  let lookedAt = clock.now();
  let looking: Promise<void> | undefined;
  return async () => {
    // A clock that was set back must not keep it from looking for hours.
    if (looking === undefined && Math.abs(clock.now() - lookedAt) < LOOK_AGAIN_MS) return;
    looking ??= look().finally(() => {
      lookedAt = clock.now();
      looking = undefined;
    });
    await looking;
  };
}

/** Counts nodes of which it is not known yet how they did, and wakes who waits for that. */
function createDoubt(count: number) {
  let open = count;
  const waiting: (() => void)[] = [];
  return {
    settleOne(): void {
      open--;
      for (const wake of waiting.splice(0)) wake();
    },
    async until(isClear: (open: number) => boolean): Promise<void> {
      while (open > 0 && !isClear(open)) await new Promise<void>((resolve) => waiting.push(resolve));
    },
  };
}
