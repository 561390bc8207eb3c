import type { ChainedRecord } from '../../core/audit-trail.ts';
import { type McoError, toMcoError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { RunPlace } from '../../core/store.ts';
import { describeEvent } from './describe-event.ts';
import { createEventGatherer, WINDOW_MS } from './gather-events.ts';
import type { Outbox } from './outbox.ts';

const GATHER_MS = 2000;

/** Without another event: an outbox that is full is not emptied by more. */
const RETRY_MS = 60_000;

/** In a window; nobody reads more than that, and the chat is for others too. */
const MAX_POSTS = 30;

/** What is left of them is for what nobody brings about without rights. */
const MAX_COMMON_POSTS = 20;

/** The channel where people see what is decided. It is told what is on disk already, and holds nothing up. */
export interface AuditChannel {
  /** A record that was just written. */
  take(written: ChainedRecord): void;
  /** Posts from now on, beginning with what was gathered so far. */
  open(outbox: Pick<Outbox, 'add'>): void;
  /** Posts what was gathered, if it may post now. */
  flush(): Promise<void>;
  /** Posts nothing more. */
  close(): void;
}

interface AuditChannelOptions {
  readonly place: Pick<RunPlace, 'chat' | 'channel'>;
  readonly clock: Clock;
  onProblem(problem: McoError): void;
}

interface Post {
  readonly at: number;
  readonly isAssured: boolean;
}

/**
 * One line for each decision, gathered for two seconds into one post; what has no room in it is in the next one. Of what
 * one caller does beyond their share the number is told: the trail has all of it.
 */
export function createAuditChannel({ place, clock, onProblem }: AuditChannelOptions): AuditChannel {
  const gatherer = createEventGatherer(clock);
  let posts: Post[] = [];
  let outbox: Pick<Outbox, 'add'> | undefined;
  let timer: { readonly at: number; cancel(): void } | undefined;

  function arm(delayMs: number): void {
    if (outbox === undefined) return;
    const at = clock.now() + delayMs;
    if (timer !== undefined && timer.at <= at) return;
    timer?.cancel();
    const cancel = clock.after(delayMs, () => {
      timer = undefined;
      gatherer.closeShares();
      void post().then(armNext, () => arm(RETRY_MS));
    });
    timer = { at, cancel };
  }

  /** For what waits still; else for what is to be summed up. */
  function armNext(): void {
    const delayMs = gatherer.isEmpty() ? gatherer.nextCloseMs() : Math.max(GATHER_MS, findPause());
    if (delayMs !== undefined) arm(delayMs);
  }

  /** How long to wait until there may be another post. */
  function findPause(): number {
    const now = clock.now();
    // What was posted in the future was posted before the clock was set back.
    posts = posts.filter(({ at }) => at <= now && at > now - WINDOW_MS);
    const common = posts.filter(({ isAssured }) => !isAssured);
    const untilGone = (post: Post | undefined): number => (post?.at ?? now) + WINDOW_MS - now;
    if (posts.length >= MAX_POSTS) return untilGone(posts[0]);
    // INVARIANT: whoever has no rights here can't use up the room of those who have.
    return common.length >= MAX_COMMON_POSTS && !gatherer.hasAssured() ? untilGone(common[0]) : 0;
  }

  /** False: it may not post now, or there is nothing to post. @throws what the outbox throws */
  async function post(): Promise<boolean> {
    if (outbox === undefined || gatherer.isEmpty() || findPause() > 0) return false;
    posts.push({ at: clock.now(), isAssured: gatherer.hasAssured() });
    const { lines, times } = gatherer.takePost();
    const { chat, channel } = place;
    const card = { header: 'audit', body: [{ kind: 'prose' as const, lines }] };
    try {
      await outbox.add([{ chat, lane: 'audit', delivery: { kind: 'post', channel, card } }]);
      return true;
    } catch (thrown) {
      gatherer.giveUp(times);
      onProblem(toMcoError(thrown));
      throw thrown;
    }
  }

  return {
    take(written) {
      const event = describeEvent(written.record);
      if (event === undefined) return;
      gatherer.add(event, written);
      if (gatherer.isEmpty()) armNext();
      else arm(Math.max(GATHER_MS, findPause()));
    },
    open(opened) {
      outbox = opened;
      armNext();
    },
    async flush() {
      gatherer.closeShares(true);
      let isPosted = true;
      while (isPosted) isPosted = await post().catch(() => false);
    },
    close() {
      outbox = undefined;
      timer?.cancel();
      timer = undefined;
    },
  };
}
