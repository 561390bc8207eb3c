import type { McoError } from '../../core/errors.ts';
import type { RunRecord } from '../../core/store.ts';
import { sleep } from '../../core/waiting.ts';
import { trailOfRun } from '../approval/trail-of-run.ts';
import type { Bot } from '../bot.ts';
import type { Run } from '../compose-request.ts';
import { decideLook } from './decide-look.ts';
import { type JobAnswer, lookAtJobs } from './look-at-jobs.ts';
import { recordLastLook } from './record-last-look.ts';

/** At each tick those are asked whose turn it is: at first each time, then less often, every 30 s in the end. */
const TICK_MS = 5000;
const LONGEST_PAUSE_TICKS = 6;

interface Inquiry {
  /** The whole id of the run that began the jobs. */
  readonly about: string;
  /** Why it is asked, for the record. */
  readonly reason: string;
  /** Who is asked about now. */
  nodes(): readonly string[];
  /** What a node says at one look; undefined: nothing, or the requester may not be told. */
  onAnswer(node: string, answer: JobAnswer | undefined): void;
  /** The requester may not be told any more, so nobody was asked. */
  onDenied?(): Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * While a run goes on, asks again and again what came of jobs of it. Nothing is begun. INVARIANT: each look is decided
 * anew, and on record before it asks. Ends with its signal; never rejects.
 */
export async function askAfterJobs(bot: Bot, inquiry: Inquiry): Promise<void> {
  const { about, signal } = inquiry;
  const asking = bot.newId();
  const pickDue = createPace();
  let asked: RunRecord | undefined;
  let isDenied = false;
  for (;;) {
    await sleep(bot.clock, TICK_MS, signal);
    if (signal.aborted) break;
    const nodes = pickDue(inquiry.nodes());
    const run = nodes.length === 0 ? undefined : await bot.store.runs.find(about).catch(() => undefined);
    if (run === undefined) continue;
    const verdict = await decideLook(bot, run, asking);
    if (signal.aborted) break;
    if (verdict.outcome === 'allow' && (await lookOnce(bot, verdict.run, { inquiry, about: run, nodes }))) asked = run;
    if (verdict.outcome === 'deny') {
      if (!isDenied) await recordDenial(bot, run, { error: verdict.error, nodes });
      await inquiry.onDenied?.();
      // Nobody will tell: only what could not be decided is waited for.
      if (verdict.error.family === 'denied' && !signal.aborted) {
        for (const node of nodes) inquiry.onAnswer(node, undefined);
      }
    }
    isDenied = verdict.outcome === 'deny';
  }
  if (asked !== undefined) await recordLastLook(bot, asked, asking);
}

/** False: nobody was asked, as it could not be put on record. */
async function lookOnce(
  bot: Bot,
  run: Run,
  {
    inquiry,
    about,
    nodes,
  }: { readonly inquiry: Inquiry; readonly about: RunRecord; readonly nodes: readonly string[] },
): Promise<boolean> {
  const { reason, signal } = inquiry;
  const silent = new Set(nodes);
  try {
    await lookAtJobs(bot, run, {
      about: about.id,
      nodes,
      trail: trailOfRun(bot, about),
      reason,
      signal,
      onAnswer(node, answer) {
        silent.delete(node);
        inquiry.onAnswer(node, answer);
      },
    });
  } catch {
    return false;
  }
  // Whoever had no time to answer has missed nothing.
  if (!signal.aborted) for (const node of silent) inquiry.onAnswer(node, undefined);
  return true;
}

async function recordDenial(
  bot: Bot,
  run: RunRecord,
  { error, nodes }: { readonly error: McoError; readonly nodes: readonly string[] },
): Promise<void> {
  const { code, message: reason, rules } = error;
  const decided = { action: 'job.show', result: 'deny', code, reason, rules, nodes, count: nodes.length } as const;
  await trailOfRun(bot, run)
    .record('decided', decided)
    .catch(() => undefined);
}

/** Counted in ticks, not by the clock, which may be set. */
function createPace(): (nodes: readonly string[]) => readonly string[] {
  const paces = new Map<string, { pause: number; left: number }>();
  return (nodes) => {
    const known = new Set(nodes);
    for (const node of paces.keys()) if (!known.has(node)) paces.delete(node);
    return nodes.filter((node) => {
      const pace = paces.get(node) ?? { pause: 0, left: 0 };
      paces.set(node, pace);
      if (--pace.left > 0) return false;
      pace.pause = Math.min(LONGEST_PAUSE_TICKS, pace.pause + 1);
      pace.left = pace.pause;
      return true;
    });
  };
}
