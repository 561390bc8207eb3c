import type { ActionDescription } from '../../core/agent-description.ts';
import { timeToMatch } from '../../core/data-function-table.ts';
import type { McoError } from '../../core/errors.ts';
import type { StoredRequest } from '../../core/store.ts';
import type { Bot } from '../bot.ts';
import type { Gathered } from '../collecting/compose-report.ts';
import { createLateAnswers, type LateAnswers } from '../collecting/late-answers.ts';
import { createResultBudget } from '../collecting/result-budget.ts';
import { createTally, type Tally } from '../collecting/tally.ts';
import { type Run, validityOf } from '../compose-request.ts';
import type { RunKeeper } from '../records/keep-run.ts';
import type { Targets } from '../targets/find-targets.ts';
import { countOf, windowOf } from '../targets/pick-nodes.ts';
import type { Asking, Watch } from './ask-nodes.ts';
import { conductFollow } from './conduct-follow.ts';
import type { Conducting } from './conducting.ts';
import { createJudge, describeStop, type Stop } from './judge-outcomes.ts';
import { createPlaces } from './places.ts';
import { conductWaves } from './waves.ts';
import { type AtWork, conductWindow } from './window.ts';

export interface Conducted extends Gathered {
  readonly late: LateAnswers;
}

interface Conduct {
  readonly targets: Targets;
  readonly action: ActionDescription;
  readonly watch: Watch;
  readonly keeper: RunKeeper;
  readonly findDenial?: Conducting['findDenial'];
  /** What an earlier process did of it. */
  readonly before?: Before | undefined;
}

/** How far a run had come when the bot was restarted. */
export interface Before {
  /** With who is closed already. */
  readonly tally: Tally;
  readonly atWork: readonly AtWork[];
  readonly late: LateAnswers;
  /** What its results have gone through since. */
  readonly keep: Asking['keep'];
  readonly requests: readonly StoredRequest[];
  /** Why nothing further may be sent. */
  readonly denied?: McoError | undefined;
}

/**
 * Sends a run to its targets, wave by wave or so many at once, and collects until every node answered or its time is up.
 * INVARIANT: every node is counted once, and once it was stopped nothing further is sent.
 */
export async function conductRun(bot: Bot, run: Run, conduct: Conduct): Promise<Conducted> {
  const { targets, watch, before, findDenial } = conduct;
  const tally = before?.tally ?? createTally(targets.nodes);
  const halt = new AbortController();
  let stopped: Stop | undefined;
  const stop = (why: Stop): void => {
    // A cancel needs no other reason.
    if (!halt.signal.aborted) stopped = why;
    halt.abort();
  };
  const asking = startAsking(bot, run, { ...conduct, tally, halt, stop });
  const cancel = (): void => {
    halt.abort();
    for (const wake of [...asking.waiting]) wake();
  };
  watch.signal.addEventListener('abort', cancel);
  if (watch.signal.aborted) cancel();
  const judge = createJudge(run.options, tally);
  const conducting: Conducting = { asking, targets, judge, stop, findDenial };
  const share = windowOf(run);
  try {
    const over = before === undefined ? undefined : judge.look(closedNodes(targets, tally));
    if (before?.denied !== undefined) stop({ denied: before.denied });
    else if (over !== undefined) stop({ over });
    if (run.follows === true) await conductFollow(conducting);
    else if (share === undefined) await conductWaves(conducting);
    else {
      const size = countOf(share, targets.nodes.length);
      const held = before === undefined ? [] : asking.places.recall(before.requests);
      await conductWindow(conducting, { size, atWork: before?.atWork ?? [], held });
    }
  } finally {
    await asking.places.close();
    watch.signal.removeEventListener('abort', cancel);
  }
  const left = tally.openNodes();
  for (const node of left) tally.close(node, 'notSent');
  const between = share === undefined ? 'between two waves' : 'on the way';
  const isKept = bot.authority.leavesToNodes !== true;
  const told = describeStop(stopped, { left: left.length, isKept, between });
  return {
    results: tally.results().map(asking.places.conclude),
    unexpected: [...new Set([...asking.unexpected, ...targets.unexpected()])].sort(),
    problem: (isDenial(stopped) ? told : undefined) ?? asking.problems[0] ?? told ?? asking.places.problem(),
    late: asking.late,
  };
}

function startAsking(
  bot: Bot,
  run: Run,
  {
    action,
    watch,
    keeper,
    before,
    tally,
    halt,
    stop,
    findDenial,
  }: Conduct & {
    readonly tally: Tally;
    readonly halt: AbortController;
    stop(why: Stop): void;
  },
): Asking {
  const actionTimeoutMs = (run.options.timeoutMs ?? action.timeoutMs) + timeToMatch(run.filter);
  const patience = { actionTimeoutMs, ttlMs: validityOf(run.options, actionTimeoutMs) };
  const late = before?.late ?? createLateAnswers(bot.clock);
  const atWork = new Set(before?.atWork.map(({ node }) => node));
  const lookAgain = async (): Promise<void> => {
    const denied = await findDenial?.();
    if (denied !== undefined) stop({ denied });
  };
  return {
    bot,
    run,
    tally,
    watch,
    halted: halt.signal,
    halt: () => halt.abort(),
    atWork,
    waiting: new Set(),
    keeper,
    keep: before?.keep ?? createResultBudget(action),
    late,
    places: createPlaces(bot, run, { action, tally, watch, atWork, late, patience, halted: halt.signal, lookAgain }),
    patience,
    unexpected: new Set(),
    problems: [],
  };
}

const closedNodes = ({ nodes }: Targets, tally: Tally): readonly string[] =>
  nodes.filter((node) => !tally.isOpen(node));

const isDenial = (stop: Stop | undefined): boolean => stop !== undefined && 'denied' in stop;
