import { type ReplyData, statusOf } from '../src/core/reply.ts';
import type { Request } from '../src/core/request.ts';
import { boundOutput } from './bound-output.ts';
import type { NodeRuntime } from './node-runtime.ts';
import type { ReplyWriter } from './reply-writer.ts';

const MAX_REPORTS = 20;
const MAX_REPORT_BYTES = 8192;
const MAX_TEXT_LENGTH = 2000;
const INTERVAL_MS = 2000;
/** The first reports come often, the rest are spread over the time that long work takes. */
const PROMPT_REPORTS = 10;
const SLOW_INTERVAL_MS = 10_000;

/** Tells whoever looks on what there is so far. What is too much or too often is merged or left out. */
export interface ProgressReporter {
  report(data: ReplyData): void;
  /** The result is about to be sent: nothing follows it. */
  end(): void;
}

/** At most 20 replies of 8 kB to one request, and 2 s at least between two; none where nobody looks on. */
export function createProgressReporter(
  request: Request,
  replies: ReplyWriter,
  { clock }: Pick<NodeRuntime, 'clock'>,
): ProgressReporter {
  let pending: ReplyData | undefined;
  let sent = 0;
  let nextAt = 0;
  let cancelTimer: (() => void) | undefined;
  let isOver = request.options.progress !== true;

  function flush(): void {
    cancelTimer = undefined;
    const data = pending;
    pending = undefined;
    if (isOver || data === undefined) return;
    sent += 1;
    nextAt = clock.now() + (sent < PROMPT_REPORTS ? INTERVAL_MS : SLOW_INTERVAL_MS);
    if (sent >= MAX_REPORTS) isOver = true;
    void replies.send('progress', statusOf('ok'), data);
  }

  return {
    report(data) {
      if (isOver) return;
      pending = merge(pending, data);
      if (pending === undefined || cancelTimer !== undefined) return;
      const delayMs = nextAt - clock.now();
      if (delayMs <= 0) flush();
      else cancelTimer = clock.after(delayMs, flush);
    },
    end() {
      isOver = true;
      cancelTimer?.();
    },
  };
}

/** Text goes on, everything else is as it was told last. What can't be sent is left out. */
function merge(before: ReplyData | undefined, data: ReplyData): ReplyData | undefined {
  const [earlier, text] = [before?.text, data.text];
  const joined = typeof earlier === 'string' && typeof text === 'string' ? { text: earlier + text } : {};
  const whole = { ...before, ...data, ...joined };
  try {
    return boundOutput({ ...whole, ...cutText(whole) }, MAX_REPORT_BYTES);
  } catch {
    return before;
  }
}

/** The newest text is what people look at. */
function cutText({ text }: ReplyData): ReplyData {
  if (typeof text !== 'string' || text.length <= MAX_TEXT_LENGTH) return {};
  return { text: `[...]${text.slice(-MAX_TEXT_LENGTH).replace(/^[\uDC00-\uDFFF]/, '')}` };
}
