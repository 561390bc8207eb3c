import type { ActionDescription } from '../../core/agent-description.ts';
import type { StoredRequest } from '../../core/store.ts';
import type { Bot } from '../bot.ts';
import type { LateAnswers } from '../collecting/late-answers.ts';
import { createResultBudget } from '../collecting/result-budget.ts';
import { resultOf, type Tally } from '../collecting/tally.ts';
import type { RunKeeper } from '../records/keep-run.ts';

/** Answers to requests of an earlier process. */
export interface Answers {
  /** Stop listening. */
  readonly closers: readonly (() => void)[];
  /** What all results of the run go through from now on, so that they do not fill the memory. */
  readonly keep: ReturnType<typeof createResultBudget>;
  /** Called with each node that has answered, from now on. */
  watch(onAnswer: (node: string) => void): void;
}

/** Takes the answers to requests that an earlier process sent: from nodes that are still open they count. */
export function listenAgain(
  bot: Bot,
  {
    action,
    requests,
    tally,
    late,
    keeper,
  }: {
    readonly action: ActionDescription;
    readonly requests: readonly StoredRequest[];
    readonly tally: Tally;
    readonly late: LateAnswers;
    readonly keeper: RunKeeper;
  },
): Answers {
  const keep = createResultBudget(action);
  let tell = (_: string): void => {};
  const closers = requests.map(({ id, nodes, sentAt }) => {
    const asked = new Set(nodes.filter((node) => tally.isOpen(node)));
    return bot.collector.open(id, {
      expects: (node) => asked.has(node),
      onUnexpected: () => {},
      onReply(reply, bytes) {
        if (reply.kind !== 'result') return;
        const result = keep(resultOf(reply, Math.max(0, bot.clock.now() - sentAt)), bytes);
        if (!tally.isOpen(reply.sender)) return late.note(result);
        tally.recordResult(result);
        keeper.noteResult(result);
        tell(reply.sender);
      },
    });
  });
  return {
    closers,
    keep,
    watch(onAnswer) {
      tell = onAnswer;
    },
  };
}
