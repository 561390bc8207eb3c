import type { AwaitedJobs } from '../../core/awaited-jobs.ts';
import type { NodeResult } from '../../core/report.ts';
import type { JobNews } from '../../core/surface.ts';
import type { JobAnswer } from './look-at-jobs.ts';

/** So many times in a row a node may refuse to tell. */
const MAX_REFUSALS = 3;

/** Between two looks at a run: the first come soon, later ones less often. */
export const FIRST_PAUSE_MS = 10_000;
const GROWTH = 1.5;
const LONGEST_PAUSE_MS = 5 * 60_000;

/** For so long a job is waited for. */
export const LONGEST_MS = 24 * 60 * 60_000;

/** What came of one look. */
export type Found = Pick<JobNews, 'results' | 'givenUp'>;

/** A run whose jobs are waited for, in this process: who is left, and what they said. */
export interface FollowedRun {
  readonly run: string;
  /** The run that asks. */
  readonly asking: string;
  readonly nodes: ReadonlySet<string>;
  add(jobs: AwaitedJobs): void;
  drop(nodes: readonly string[]): void;
  note(node: string, answer: JobAnswer): void;
  /** What is new since the last time; when its time is up, that of all who are left. */
  gather(now: number): Found;
  /** How long until the next look. */
  nextPauseMs(now: number): number;
}

/** @param asking the id that its questions have */
export function createFollowedRun(jobs: AwaitedJobs, { asking, now }: { asking: string; now: number }): FollowedRun {
  const nodes = new Set(jobs.nodes);
  const refusals = new Map<string, { count: number; reason: string }>();
  const going = new Set<string>();
  let ended: NodeResult[] = [];
  let pauseMs = FIRST_PAUSE_MS;
  // A clock that was set back does not make it wait for longer.
  let until = Math.min(jobs.until, now + LONGEST_MS);

  function findGivenUp(isOver: boolean): Found['givenUp'] {
    const byReason = new Map<string, string[]>();
    const done = new Set(ended.map(({ node }) => node));
    for (const node of nodes) {
      if (done.has(node)) continue;
      const reason = whyGivenUp(node, isOver);
      if (reason === undefined) continue;
      const which = byReason.get(reason);
      if (which === undefined) byReason.set(reason, [node]);
      else which.push(node);
    }
    return [...byReason].map(([reason, which]) => ({ reason, nodes: which.sort() }));
  }

  function whyGivenUp(node: string, isOver: boolean): string | undefined {
    const refused = refusals.get(node);
    if (refused !== undefined && (isOver || refused.count >= MAX_REFUSALS)) return refused.reason;
    if (!isOver) return undefined;
    return going.has(node) ? 'it is still at work after a day' : 'no answer, for a day';
  }

  return {
    run: jobs.run,
    asking,
    nodes,
    add(more) {
      for (const node of more.nodes) nodes.add(node);
      until = Math.max(until, Math.min(more.until, now + LONGEST_MS));
    },
    drop(gone) {
      for (const node of gone) {
        nodes.delete(node);
        refusals.delete(node);
        going.delete(node);
      }
    },
    note(node, answer) {
      if (!nodes.has(node)) return;
      if (answer.state === 'refused') {
        refusals.set(node, { count: (refusals.get(node)?.count ?? 0) + 1, reason: answer.reason });
        return;
      }
      refusals.delete(node);
      if (answer.state === 'going') going.add(node);
      // What it brought is not told, and would fill the memory where there are many.
      else ended.push({ ...answer.result, data: {} });
    },
    gather(at) {
      const results = ended.filter(({ node }) => nodes.has(node)).sort((a, b) => (a.node < b.node ? -1 : 1));
      const givenUp = findGivenUp(at >= until);
      ended = [];
      return { results, givenUp };
    },
    nextPauseMs(at) {
      // The last look is when its time is up; where that could not be told, it is tried again like any other.
      const next = at < until ? Math.min(pauseMs, until - at) : pauseMs;
      pauseMs = Math.min(LONGEST_PAUSE_MS, Math.round(pauseMs * GROWTH));
      return next;
    },
  };
}
