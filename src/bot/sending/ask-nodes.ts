import type { McoError } from '../../core/errors.ts';
import { toMcoError } from '../../core/errors.ts';
import { LIMITS } from '../../core/limits.ts';
import type { Reply } from '../../core/reply.ts';
import type { Bot } from '../bot.ts';
import type { LateAnswers } from '../collecting/late-answers.ts';
import type { createResultBudget } from '../collecting/result-budget.ts';
import { resultOf, type Tally } from '../collecting/tally.ts';
import { type Run, type Sealed, sealRequest } from '../compose-request.ts';
import type { RunKeeper } from '../records/keep-run.ts';
import { GRACE_MS, type Patience } from './patience.ts';
import type { Places } from './places.ts';

export interface Watch {
  /** @param atWork the nodes that were asked and have not answered */
  onProgress(answered: number, atWork: ReadonlySet<string>): void;
  /** What a node says on its way. */
  onNote?: ((note: Pick<Reply, 'sender' | 'data'>) => void) | undefined;
  /** Cancelled: nothing further is sent, and nothing is waited for. */
  readonly signal: AbortSignal;
}

/** What all requests of a run share while it is conducted. */
export interface Asking {
  readonly bot: Bot;
  readonly run: Run;
  readonly tally: Tally;
  readonly watch: Watch;
  /** Aborts when nothing further may be sent: cancelled, or stopped. Who was asked is waited for all the same. */
  readonly halted: AbortSignal;
  /** Sends nothing further. */
  halt(): void;
  /** Nodes that were asked and are not closed yet. */
  readonly atWork: Set<string>;
  /** Called when it is cancelled: hundreds of nodes may be waited for, each by itself. */
  readonly waiting: Set<() => void>;
  readonly keeper: RunKeeper;
  readonly keep: ReturnType<typeof createResultBudget>;
  readonly late: LateAnswers;
  readonly places: Places;
  readonly patience: Patience;
  /** Nodes that answered and were not asked. */
  readonly unexpected: Set<string>;
  /** Why something was not sent. */
  readonly problems: McoError[];
}

/** Nodes that are asked together. */
interface Group extends Asking {
  readonly nodes: readonly string[];
  /** Nodes that said they have begun. */
  readonly started: Set<string>;
  /** The connection's losses when the group began: more at its end means that answers may have been lost with it. */
  readonly lossesBefore: number;
  readonly opened: (() => void)[];
  /** Called whenever a node of this group is closed. */
  settled: () => void;
}

/**
 * Asks some nodes and collects until each has answered or its time is up. Whoever was asked is closed then; whoever could
 * not be asked any more stays open.
 */
export async function askNodes(
  asking: Asking,
  { nodes, broadcast }: { readonly nodes: readonly string[]; readonly broadcast: boolean },
): Promise<void> {
  const { bot, tally, late, patience } = asking;
  const group: Group = {
    ...asking,
    nodes,
    started: new Set(),
    lossesBefore: bot.bus.losses,
    opened: [],
    settled: () => {},
  };
  try {
    await sendGroup(group, broadcast);
    await settleGroup(group);
  } finally {
    for (const node of nodes) asking.atWork.delete(node);
    // Whoever has not answered may still do so: it is told as late.
    const lastAnswerAt = bot.clock.now() + patience.ttlMs + LIMITS.clockSkewMs + patience.actionTimeoutMs + GRACE_MS;
    if (nodes.some((node) => !tally.hasAnswered(node))) late.hold(group.opened, lastAnswerAt);
    else for (const close of group.opened) close();
  }
}

interface Ready {
  readonly request: Sealed;
  readonly nodes: readonly string[];
}

/** Publishes the requests of a group; a node whose request could not be published is closed as not sent. */
async function sendGroup(group: Group, broadcast: boolean): Promise<void> {
  const { bot, run, halted, places, patience } = group;
  const parts = broadcast
    ? [{ audience: '*', nodes: group.nodes }]
    : group.nodes.map((node) => ({ audience: node, nodes: [node] }));
  const sealed = await Promise.all(
    parts.map(async ({ audience, nodes }) => {
      try {
        return [{ nodes, request: await sealRequest(bot, run, { ask: run.ask, audience, validMs: patience.ttlMs }) }];
      } catch (thrown) {
        giveUp(group, nodes, thrown);
        return [];
      }
    }),
  );
  const ready = sealed.flat();
  // INVARIANT: nothing is published after a cancel or a stop, however long signing and writing down took.
  if (!halted.aborted) await noteRequests(group, ready);
  if (halted.aborted) return;
  for (const { request, nodes } of ready) {
    listen(group, request, new Set(nodes));
    for (const node of nodes) group.atWork.add(node);
    places.noteAsked(nodes, request.notAfter);
  }
  group.watch.onProgress(group.tally.answered(), group.atWork);
  await Promise.all(
    ready.map(({ request, nodes }) =>
      bot.bus.publish({ ...request, signal: halted }).catch((thrown: unknown) => giveUp(group, nodes, thrown)),
    ),
  );
}

function giveUp({ halted, problems, tally }: Group, nodes: readonly string[], thrown: unknown): void {
  const problem = toMcoError(thrown);
  // What a cancel or a stop withdrew is no problem of its own.
  if (!halted.aborted) problems.push(problem);
  // Without the broker's word the request may be on its way: that must not look like "nothing was sent".
  const outcome = problem.code === 'unreachable/unconfirmed' ? 'unknown' : 'notSent';
  for (const node of nodes) tally.close(node, outcome);
}

/** INVARIANT: on disk before it is sent, so that a restart knows who was asked. A disk that fails ends the run. */
async function noteRequests(group: Group, ready: readonly Ready[]): Promise<void> {
  const { bot, patience, keeper, halt } = group;
  const sentAt = bot.clock.now();
  const waitUntil = sentAt + patience.actionTimeoutMs + GRACE_MS;
  try {
    await keeper.noteRequests(ready.map(({ request, nodes }) => ({ id: request.id, nodes, sentAt, waitUntil })));
  } catch (thrown) {
    for (const { nodes } of ready) giveUp(group, nodes, thrown);
    halt();
  }
}

/** Takes the replies to one request, from before it is published until its group is settled. */
function listen(group: Group, sealed: Sealed, expected: ReadonlySet<string>): void {
  const { bot, tally, watch, places } = group;
  const sentAt = bot.clock.now();
  const close = bot.collector.open(sealed.id, {
    expects: (node) => expected.has(node),
    onUnexpected: (node) => {
      if (!tally.has(node)) group.unexpected.add(node);
    },
    onReply(reply, bytes) {
      if (reply.kind !== 'result') {
        group.started.add(reply.sender);
        places.noteBegun(reply.sender);
        if (reply.kind === 'progress') watch.onNote?.(reply);
        return;
      }
      const result = group.keep(resultOf(reply, bot.clock.now() - sentAt), bytes);
      places.noteResult(result);
      if (!tally.isOpen(reply.sender)) return group.late.note(result);
      tally.recordResult(result);
      group.keeper.noteResult(result);
      group.atWork.delete(reply.sender);
      watch.onProgress(tally.answered(), group.atWork);
      group.settled();
    },
  });
  group.opened.push(close);
}

/**
 * Waits for a group's answers and closes the nodes that gave none. Whoever works longer than a second says so; when the
 * request has expired nobody can begin any more, so from then on only those are waited for.
 */
async function settleGroup(group: Group): Promise<void> {
  const { bot, tally, nodes, watch } = group;
  const { actionTimeoutMs, ttlMs } = group.patience;
  await waitUntilSettled(group, Math.min(actionTimeoutMs, ttlMs) + GRACE_MS, nodes);
  const working = nodes.filter((node) => group.started.has(node));
  await waitUntilSettled(group, Math.max(0, actionTimeoutMs - ttlMs), working);
  // A group that was stopped before it was sent waits for nobody: its nodes are closed as not sent.
  if (group.opened.length === 0) return;
  const isUnknown = watch.signal.aborted || bot.bus.losses > group.lossesBefore || bot.bus.state !== 'up';
  for (const node of nodes) tally.close(node, isUnknown ? 'unknown' : 'silent');
}

/** Resolves when all of these nodes are closed, when the time is up, when the run is cancelled, or when nothing was sent. */
function waitUntilSettled(group: Group, waitMs: number, nodes: readonly string[]): Promise<void> {
  const { signal } = group.watch;
  let next = 0;
  // Looks at each node once over the whole wait: with 20,000 nodes, each answer must not cost a look at all of them.
  const isSettled = (): boolean => {
    while (next < nodes.length && !group.tally.isOpen(nodes[next] as string)) next++;
    return next >= nodes.length;
  };
  if (signal.aborted || group.opened.length === 0 || isSettled()) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = (): void => {
      cancel();
      group.settled = () => {};
      group.waiting.delete(finish);
      resolve();
    };
    const cancel = group.bot.clock.after(waitMs, finish);
    group.settled = () => {
      if (isSettled()) finish();
    };
    group.waiting.add(finish);
  });
}
