import { type DataAnswer, type DataCall, type DataSource, keyOfCall } from '../../src/core/data-functions.ts';
import { McoError, toMcoError } from '../../src/core/errors.ts';
import type { Clock } from '../../src/core/ports.ts';
import { limitTime } from '../../src/core/waiting.ts';
import { createActionSlots } from '../action-slots.ts';

/** What a node does for filters at once, whoever asks; more waits, and more than that is told that it is busy. */
const SLOT_LIMITS = { running: 4, waiting: 64, runningReads: 4, waitingReads: 64 };

/** So many requests may have their filters looked at; more are told before anything of theirs is on record. */
const MAX_REQUESTS = 64;

/** So long an answer serves who asks the same. */
const FRESH_MS = 1000;
const MAX_REMEMBERED = 200;

/** Where data functions are asked: a few at a time, and the same thing once. */
export interface DataDesk {
  /** A request comes in; the returned function lets it out. @throws McoError `failed/busy` */
  enter(): () => void;
  /** @throws McoError `failed/*` of the source; `failed/timeout`, `failed/busy`, `failed/stopping` */
  find(source: DataSource, call: DataCall): Promise<DataAnswer>;
}

interface DeskNode {
  readonly clock: Clock;
  /** How many actions were begun: each may have changed what was found before it. */
  readonly counters: { readonly ran: number };
  onStop(fn: () => void): () => void;
}

interface Remembered {
  readonly answer: Promise<DataAnswer>;
  readonly ranBefore: number;
  /** Undefined: still at it. */
  endedAt: number | undefined;
}

export function createDataDesk(node: DeskNode): DataDesk {
  const { clock, counters } = node;
  const slots = createActionSlots(SLOT_LIMITS);
  const remembered = new Map<string, Remembered>();
  let requests = 0;

  const isFresh = ({ ranBefore, endedAt }: Remembered): boolean =>
    ranBefore === counters.ran && (endedAt === undefined || clock.now() - endedAt < FRESH_MS);

  function forgetOld(): void {
    for (const [key, entry] of remembered) if (!isFresh(entry)) remembered.delete(key);
    for (const key of remembered.keys()) {
      if (remembered.size < MAX_REMEMBERED) return;
      remembered.delete(key);
    }
  }

  async function ask(source: DataSource, call: DataCall): Promise<DataAnswer> {
    const slot = slots.reserve('read');
    const controller = new AbortController();
    const forgetStop = node.onStop(() => {
      controller.abort(new McoError('failed/stopping', 'the agent on this node is stopping'));
    });
    const { timeoutMs } = source.description;
    const describeLate = (): McoError => new McoError('failed/timeout', `it did not end within ${timeoutMs / 1000} s`);
    try {
      const found = find(source, call, { ready: slot.ready, signal: controller.signal });
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
    find(source, call) {
      const key = JSON.stringify([keyOfCall(call), [...call.fields].sort()]);
      const known = remembered.get(key);
      if (known !== undefined && isFresh(known)) return known.answer;
      forgetOld();
      const entry: Remembered = { answer: ask(source, call), ranBefore: counters.ran, endedAt: undefined };
      remembered.set(key, entry);
      entry.answer.then(
        () => {
          entry.endedAt = clock.now();
        },
        // Whoever asks next tries again.
        () => void (remembered.get(key) === entry && remembered.delete(key)),
      );
      return entry.answer;
    },
  };
}

async function find(
  source: DataSource,
  { argument, fields }: DataCall,
  { ready, signal }: { readonly ready: Promise<void>; readonly signal: AbortSignal },
): Promise<DataAnswer> {
  await ready;
  signal.throwIfAborted();
  return await source.find({ argument, fields }, signal);
}

const rejectWhenAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(toMcoError(signal.reason)), { once: true });
    if (signal.aborted) reject(toMcoError(signal.reason));
  });
