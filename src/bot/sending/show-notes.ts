import type { Clock } from '../../core/ports.ts';
import type { Reply } from '../../core/reply.ts';
import type { RunHeader } from '../../core/report.ts';
import type { RunThread } from '../../core/surface.ts';

/** Posts of one run, and how much of a node's text each holds. */
const MAX_POSTS = 20;
const MAX_LENGTH = 3000;

/** The first steps are short; work that takes long is told of less often. */
const FIRST_GAP_MS = 3000;
const GROWTH = 1.25;
const LONGEST_GAP_MS = 120_000;

export interface Notes {
  /** Takes what a node says on its way: the text in its data. */
  add(reply: Pick<Reply, 'sender' | 'data'>): void;
  /** Tells nothing more. */
  stop(): void;
}

/** Tells in a run's thread what its nodes say on their way, in bounded steps. Of much text the end is told. */
export function showNotes(
  thread: Pick<RunThread, 'note'>,
  { header, targeted, clock }: { readonly header: RunHeader; readonly targeted: number; readonly clock: Clock },
): Notes {
  const gathered = new Map<string, string>();
  let posts = 0;
  let isScheduled = false;
  let isOver = false;
  let cancel = (): void => {};

  const post = (): void => {
    isScheduled = false;
    if (isOver || gathered.size === 0) return;
    posts++;
    const room = Math.floor(MAX_LENGTH / gathered.size);
    const parts = [...gathered].map(([node, text]) => ({
      node: targeted > 1 ? node : undefined,
      text: text.slice(-room),
      isCut: text.length > room,
    }));
    gathered.clear();
    // What can't be delivered is part of the end all the same.
    void thread.note({ header, parts, isLast: posts >= MAX_POSTS }).catch(() => undefined);
  };

  return {
    add({ sender, data: { text } }) {
      if (isOver || posts >= MAX_POSTS || typeof text !== 'string' || text === '') return;
      // One more than there is room for shows that something was left out.
      gathered.set(sender, ((gathered.get(sender) ?? '') + text).slice(-MAX_LENGTH - 1));
      if (isScheduled) return;
      isScheduled = true;
      cancel = clock.after(Math.min(LONGEST_GAP_MS, Math.round(FIRST_GAP_MS * GROWTH ** posts)), post);
    },
    stop() {
      isOver = true;
      cancel();
    },
  };
}
