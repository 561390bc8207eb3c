import type { Input } from '../../core/agent-description.ts';
import { McoError } from '../../core/errors.ts';
import type { NodeResult } from '../../core/report.ts';
import { sleep } from '../../core/waiting.ts';
import { createTally } from '../collecting/tally.ts';
import { askNodes } from './ask-nodes.ts';
import type { Conducting } from './conducting.ts';

/** Of more nodes at once nobody can follow what they say. */
const MAX_FOLLOWED = 5;

/** Between two looks: the first come soon, later ones less often. */
const FIRST_PAUSE_MS = 2000;
const GROWTH = 1.1;
const LONGEST_PAUSE_MS = 15_000;

/** After that the answer is what there is, unless `--timeout` says otherwise. */
const LONGEST_MS = 60 * 60_000;

/** So many looks may stay without an answer one after the other. */
const MAX_MISSES = 3;

/** Of what is said, the end is part of the answer. */
const MAX_TEXT = 3000;

const LOOK_AGAIN_MS = 30_000;

/**
 * Follows what jobs say until they end: a node is asked again and again for what has come since, and its last answer
 * counts. INVARIANT: each look is a request like any other, and none is sent when the rights are gone.
 */
export async function conductFollow(conducting: Conducting): Promise<void> {
  const { asking, targets, findDenial } = conducting;
  const { nodes } = targets;
  const { bot, tally, halted } = asking;
  if (nodes.length > MAX_FOLLOWED) {
    asking.problems.push(
      new McoError('usage/too-many', `${nodes.length} nodes are too many to follow: at most ${MAX_FOLLOWED} may be`, {
        hint: 'choose some with `-I NODE`; `job tail` asks all of them once',
      }),
    );
    return;
  }
  const over = new AbortController();
  const watching = keepWatch();
  await Promise.all(nodes.map(follow));
  over.abort();
  await watching;

  async function keepWatch(): Promise<void> {
    while (!over.signal.aborted && !halted.aborted) {
      await sleep(bot.clock, LOOK_AGAIN_MS, over.signal);
      const denied = over.signal.aborted || halted.aborted ? undefined : await findDenial?.();
      if (denied === undefined) continue;
      asking.problems.push(denied);
      asking.halt();
    }
  }

  async function follow(node: string): Promise<void> {
    const result = await followOne(conducting, node);
    asking.atWork.delete(node);
    if (result === undefined) return tally.close(node, halted.aborted ? 'unknown' : 'silent');
    tally.recordResult(result);
    asking.keeper.noteResult(result);
    asking.watch.onProgress(tally.answered(), asking.atWork);
  }
}

/** The last answer of a node, with the end of what it said; undefined where there is none. */
async function followOne({ asking }: Conducting, node: string): Promise<NodeResult | undefined> {
  const { bot, run, halted, watch } = asking;
  const until = bot.clock.now() + (run.options.timeoutMs ?? LONGEST_MS);
  let input: Input = run.ask.input;
  let last: NodeResult | undefined;
  let said = '';
  let misses = 0;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, Math.round(pauseMs * GROWTH))) {
    const result = await look(asking, node, input);
    misses = result?.status === undefined ? misses + 1 : 0;
    if (result?.status !== undefined) {
      const { text, next } = result.data;
      if (typeof text === 'string') {
        said = (said + text).slice(-MAX_TEXT);
        watch.onNote?.({ sender: node, data: { text } });
      }
      last = { ...result, data: { ...result.data, ...(typeof text === 'string' ? { text: said } : {}) } };
      if (typeof next === 'number') input = { ...input, offset: next };
      if (isOver(result)) return last;
    }
    if (misses >= MAX_MISSES || bot.clock.now() >= until) return last;
    await sleep(bot.clock, pauseMs, halted);
    if (halted.aborted) return last;
  }
}

/** Asks once, in books of its own: only the last answer counts. */
async function look(asking: Conducting['asking'], node: string, input: Input): Promise<NodeResult | undefined> {
  const { run, keeper, watch, patience } = asking;
  const tally = createTally([node]);
  const { timeoutMs: _, ...options } = run.options;
  await askNodes(
    {
      ...asking,
      tally,
      atWork: new Set(),
      run: { ...run, options, ask: { ...run.ask, input } },
      keeper: { ...keeper, noteResult: () => {} },
      watch: { signal: watch.signal, onProgress: () => {} },
      patience: { ...patience, actionTimeoutMs: LOOK_MS },
    },
    { nodes: [node], broadcast: false },
  );
  return tally.results().find(({ status }) => status !== undefined);
}

const LOOK_MS = 15_000;

/** It has ended and said all, or there is nothing to follow. */
function isOver({ outcome, data }: NodeResult): boolean {
  const { state, next, size } = data;
  if (outcome !== 'ok' || state === undefined) return true;
  return state !== 'running' && (typeof next !== 'number' || typeof size !== 'number' || next >= size);
}
