import { type DataAnswer, type DataCall, type DataSource, keyOfCall } from '../../src/core/data-functions.ts';
import { McoError, toMcoError } from '../../src/core/errors.ts';
import type { Clock } from '../../src/core/ports.ts';
import { limitTime } from '../../src/core/waiting.ts';
import { createActionSlots } from '../action-slots.ts';
import { shareAnswers } from './share-answers.ts';

/** What a node does for filters at once, whoever asks; more waits, and more than that is told that it is busy. */
const SLOT_LIMITS = { running: 4, waiting: 64, runningReads: 4, waitingReads: 64 };

/** So many requests may have their filters looked at; more are told before anything of theirs is on record. */
const MAX_REQUESTS = 64;

/** Where data functions are asked: a few at a time, and the same thing once. */
export interface DataDesk {
  /** A request comes in; the returned function lets it out. @throws McoError `failed/busy` */
  enter(): () => void;
  /** What the call's argument means on this node; errors as of `find`. */
  settle(source: DataSource, call: DataCall): Promise<string | undefined>;
  /** @throws McoError `failed/*` of the source; `failed/timeout`, `failed/busy`, `failed/stopping` */
  find(source: DataSource, call: DataCall): Promise<DataAnswer>;
}

interface DeskNode {
  readonly clock: Clock;
  /** How many actions were begun: each may have changed what was found before it. */
  readonly counters: { readonly ran: number };
  onStop(fn: () => void): () => void;
}

export function createDataDesk(node: DeskNode): DataDesk {
  const { clock } = node;
  const slots = createActionSlots(SLOT_LIMITS);
  const shareMeaning = shareAnswers<string>(node);
  const shareFindings = shareAnswers<DataAnswer>(node);
  let requests = 0;

  async function ask<T>(source: DataSource, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const slot = slots.reserve('read', undefined);
    const controller = new AbortController();
    const forgetStop = node.onStop(() => {
      controller.abort(new McoError('failed/stopping', 'the agent on this node is stopping'));
    });
    const { timeoutMs } = source.description;
    const describeLate = (): McoError => new McoError('failed/timeout', `it did not end within ${timeoutMs / 1000} s`);
    try {
      const found = start(work, { ready: slot.ready, signal: controller.signal });
      return await limitTime(clock, Promise.race([found, rejectWhenAborted(controller.signal)]), {
        limitMs: timeoutMs,
        describeLate,
      });
    } finally {
      // What was given up while it waited never starts, and what runs is to end.
      controller.abort(describeLate());
      forgetStop();
      slot.release();
    }
  }

  return {
    enter() {
      if (requests >= MAX_REQUESTS) {
        throw new McoError('failed/busy', `this node looks at the filters of ${requests} requests already`);
      }
      requests += 1;
      return () => {
        requests -= 1;
      };
    },
    async settle(source, call) {
      const { argument } = call;
      const settle = argument === undefined ? undefined : source.settle?.bind(source, argument);
      return settle === undefined ? argument : await shareMeaning(keyOfCall(call), () => ask(source, settle));
    },
    find(source, { function: name, argument, fields }) {
      const key = JSON.stringify([keyOfCall({ function: name, argument }), [...fields].sort()]);
      return shareFindings(key, () => ask(source, (signal) => source.find({ argument, fields }, signal)));
    },
  };
}

async function start<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { ready, signal }: { readonly ready: Promise<void>; readonly signal: AbortSignal },
): Promise<T> {
  await ready;
  signal.throwIfAborted();
  return await work(signal);
}

const rejectWhenAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(toMcoError(signal.reason)), { once: true });
    if (signal.aborted) reject(toMcoError(signal.reason));
  });
