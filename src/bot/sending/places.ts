import type { ActionDescription } from '../../core/agent-description.ts';
import { McoError } from '../../core/errors.ts';
import type { NodeResult } from '../../core/report.ts';
import type { StoredRequest } from '../../core/store.ts';
import type { Bot } from '../bot.ts';
import type { LateAnswers } from '../collecting/late-answers.ts';
import type { Tally } from '../collecting/tally.ts';
import type { Run } from '../compose-request.ts';
import { createLateBeginnings, type LateBeginnings } from './late-beginnings.ts';
import type { Patience } from './patience.ts';
import { createPauses } from './pauses.ts';
import { watchJobs } from './watch-jobs.ts';

const MAX_NAMED = 5;

/** Who may be at work although it is closed: its place is kept. */
export interface Places extends Pick<LateBeginnings, 'noteAsked' | 'noteBegun'> {
  /** Its answer, in time or late. */
  noteResult(result: NodeResult): void;
  /** Takes up what an earlier process left. Returns who is closed and keeps a place. */
  recall(requests: readonly StoredRequest[]): readonly string[];
  /** Resolves when nothing that was asked of a closed node can be at work there, when it is stopped, or released. */
  hold(node: string): Promise<void>;
  /** Nobody waits for a place any more. */
  release(): void;
  /** A result as it is at the end: the job of one that was seen to end does not go on. */
  conclude(result: NodeResult): NodeResult;
  /** Where work may go on whose place was given away; undefined: nowhere. */
  problem(): McoError | undefined;
  close(): Promise<void>;
}

interface PlacesParts {
  readonly action: Pick<ActionDescription, 'isJob'>;
  readonly tally: Tally;
  readonly watch: { onProgress(answered: number, atWork: ReadonlySet<string>): void };
  /** The nodes that progress shows. */
  readonly atWork: Set<string>;
  readonly late: LateAnswers;
  readonly patience: Patience;
  readonly halted: AbortSignal;
  /** Stops the run when the requester may not do it any more. */
  lookAgain(): Promise<void>;
}

/**
 * INVARIANT: the place of a job over its time is kept until the node says that it has ended, as is that of one that has
 * begun and says no more; that of a node that said nothing to a write until it can't begin any more.
 */
export function createPlaces(bot: Bot, run: Run, parts: PlacesParts): Places {
  const { action, tally, watch, atWork, patience, halted } = parts;
  const beginnings = createLateBeginnings(bot.clock, patience);
  const recalled = new Set<string>();
  let isReleased = false;
  const isOver = (): boolean => isReleased || halted.aborted;
  const { pause, wake, wakeAll } = createPauses(bot.clock, isOver);
  const jobs = watchJobs(bot, run, { ...parts, isOver, wake });
  halted.addEventListener('abort', wakeAll, { once: true });

  /** Who said nothing to a write may begin still; after a restart nobody knows who has begun. */
  const isDoubtful = (node: string): boolean => {
    const outcome = tally.outcomeOf(node);
    if (run.ask.effect === 'read' || (outcome !== 'silent' && outcome !== 'unknown')) return false;
    return (recalled.has(node) ? beginnings.longestMs(node) : beginnings.leftMs(node)) > 0;
  };

  /** It has begun a job and says no more: its agent may have been restarted, and the job goes on. */
  const isLeftAlone = (node: string): boolean =>
    action.isJob === true && run.ask.effect !== 'read' && beginnings.hasBegun(node);

  /** Waits until it can't be at work any more, or `job.show` has to say so. */
  async function outwait(node: string): Promise<void> {
    await pause(node, beginnings.leftMs(node));
    await pause(node, beginnings.workMs(node));
    if (jobs.isGoing(node)) return;
    if (isLeftAlone(node)) return jobs.noteGoing(node);
    if (!recalled.has(node) || !isDoubtful(node)) return;
    if (action.isJob === true) jobs.noteDoubted(node);
    else await pause(node, beginnings.longestMs(node));
  }

  return {
    noteAsked: beginnings.noteAsked,
    noteBegun: beginnings.noteBegun,
    noteResult(result) {
      if (result.status === undefined) return;
      beginnings.noteAnswered(result.node);
      if (result.status.name === 'timeout' && typeof result.data.job === 'string') jobs.noteGoing(result.node);
      wake(result.node);
    },
    recall(requests) {
      for (const { sentAt, nodes } of requests) {
        const unanswered = nodes.filter((node) => !tally.hasAnswered(node));
        beginnings.noteAsked(unanswered, sentAt + patience.ttlMs);
        for (const node of unanswered) recalled.add(node);
      }
      const closed = tally.results().filter(({ node }) => !tally.isOpen(node));
      for (const { node, status, data } of closed) {
        // What is known from the record only has no data.
        if (status?.name === 'timeout' && (action.isJob === true || data.job !== undefined)) jobs.noteGoing(node);
      }
      return closed.map(({ node }) => node).filter((node) => jobs.isGoing(node) || isDoubtful(node));
    },
    async hold(node) {
      if (isOver() || !(jobs.isGoing(node) || isDoubtful(node) || isLeftAlone(node))) return;
      atWork.add(node);
      watch.onProgress(tally.answered(), atWork);
      if (!jobs.isGoing(node)) await outwait(node);
      if (jobs.isGoing(node)) await jobs.waitFor(node, (ms) => pause(node, ms));
      atWork.delete(node);
      watch.onProgress(tally.answered(), atWork);
    },
    release() {
      isReleased = true;
      wakeAll();
    },
    conclude(result) {
      if (!jobs.hasEnded(result.node) || result.status?.name !== 'timeout') return result;
      const { job: _, ...data } = result.data;
      return { ...result, data };
    },
    problem: () => describeLost(run, { nodes: jobs.lost(), isKept: bot.authority.leavesToNodes !== true }),
    async close() {
      halted.removeEventListener('abort', wakeAll);
      isReleased = true;
      wakeAll();
      await jobs.close();
    },
  };
}

function describeLost(
  { id }: Run,
  { nodes, isKept }: { readonly nodes: readonly string[]; readonly isKept: boolean },
): McoError | undefined {
  if (nodes.length === 0) return undefined;
  const named = nodes.slice(0, MAX_NAMED).join(', ');
  const rest = nodes.length > MAX_NAMED ? ` and ${nodes.length - MAX_NAMED} more` : '';
  const where = nodes.length === 1 ? 'on one node, whose place was' : `on ${nodes.length} nodes, whose places were`;
  return new McoError('failed/still-at-work', `the work may go on ${where} given to others: ${named}${rest}`, {
    hint: `\`${isKept ? `job show ${id.slice(-4)}` : `rpc job show run=${id}`}\` asks them`,
  });
}
