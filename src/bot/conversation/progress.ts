import type { Card } from '../../core/card.ts';
import type { Chat, PostRef } from '../../core/chat.ts';
import { toMcoError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { createSteadyNow } from '../../core/steady-now.ts';
import { waitAtMost } from '../../core/waiting.ts';

/** How long an edit under way is waited for at the end. */
const LONGEST_EDIT_MS = 12_000;

/** When the service is away, progress is not worth asking for more often. */
const AWAY_PAUSE_MS = 10_000;

/**
 * Keeps the roots of running commands up to date in one chat: the newest state wins, what is overtaken is dropped, and
 * the posts take turns, so that the service's quota is never touched however many commands run.
 */
export interface Progress {
  /** From now on this post shows the run. */
  begin(run: string, post: PostRef): void;
  /** Kept until it is shown or overtaken; also before `begin`. */
  show(run: string, card: Card): void;
  /** Shows nothing more. False: an edit was sent whose fate is not known. */
  end(run: string): Promise<boolean>;
}

interface Shown {
  post?: PostRef;
  card?: Card;
  lastEditAt: number;
  underWay: Promise<void> | undefined;
  isUncertain: boolean;
  isOver: boolean;
}

export function createProgress(chat: Chat, clock: Clock): Progress {
  const { editGapMs, progressGapMs } = chat.traits;
  const runs = new Map<string, Shown>();
  const now = createSteadyNow(clock);
  let notBefore = 0;
  let isScheduled = false;

  function find(run: string): Shown {
    const known = runs.get(run);
    if (known !== undefined) return known;
    const shown: Shown = { lastEditAt: 0, underWay: undefined, isUncertain: false, isOver: false };
    runs.set(run, shown);
    return shown;
  }

  const dueAt = ({ lastEditAt }: Shown): number => Math.max(notBefore, lastEditAt + editGapMs);

  /** Of those with something to show, the one that was shown longest ago. */
  function pickNext(): Shown | undefined {
    const waiting = [...runs.values()].filter((shown) => shown.card && shown.post && !shown.underWay && !shown.isOver);
    return waiting.sort((a, b) => a.lastEditAt - b.lastEditAt)[0];
  }

  function schedule(): void {
    const next = isScheduled ? undefined : pickNext();
    if (next === undefined) return;
    isScheduled = true;
    clock.after(Math.max(0, dueAt(next) - now()), () => {
      isScheduled = false;
      const due = pickNext();
      if (due !== undefined && dueAt(due) <= now()) due.underWay = edit(due);
      schedule();
    });
  }

  async function edit(shown: Shown): Promise<void> {
    const { post, card } = shown;
    if (post === undefined || card === undefined) return;
    delete shown.card;
    shown.lastEditAt = now();
    notBefore = now() + progressGapMs;
    try {
      await chat.edit(post, card, 'progress');
    } catch (thrown) {
      const error = toMcoError(thrown);
      if (error.code === 'unreachable/chat-busy') notBefore = now() + (error.retryAfterMs ?? AWAY_PAUSE_MS);
      else if (error.code === 'unreachable/chat') {
        shown.isUncertain = true;
        notBefore = now() + AWAY_PAUSE_MS;
      } else shown.isOver = true;
    } finally {
      shown.underWay = undefined;
      schedule();
    }
  }

  return {
    begin(run, post) {
      const shown = find(run);
      shown.post = post;
      shown.lastEditAt = now();
      schedule();
    },
    show(run, card) {
      const shown = find(run);
      if (shown.isOver) return;
      shown.card = card;
      schedule();
    },
    async end(run) {
      const shown = runs.get(run);
      if (shown === undefined) return true;
      runs.delete(run);
      shown.isOver = true;
      if (shown.underWay !== undefined) await waitAtMost(clock, LONGEST_EDIT_MS, shown.underWay);
      return !shown.isUncertain && shown.underWay === undefined;
    },
  };
}
