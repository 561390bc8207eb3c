import type { ChainedRecord } from '../../core/audit-trail.ts';
import type { Clock } from '../../core/ports.ts';
import { measurePart } from '../../render/measure-card.ts';
import type { EventKind, ToldEvent } from './describe-event.ts';

const MAX_LINES = 20;

/** As drawn: what every chat takes in one message. */
const MAX_LENGTH = 8000;

/** Lines that wait for a post; one caller's are never more than a few of them. */
const MAX_WAITING = 200;

/** Callers that are counted one by one; the others share. */
const MAX_CALLERS = 1000;
const OTHERS = 'others';

/** So long a caller's lines are counted together. */
export const WINDOW_MS = 10 * 60_000;

/** Lines of one caller in a window; of what comes then the number is told when it is over. */
const LINES_OF_ONE: Readonly<Record<EventKind, number>> = { denial: 3, usual: 10, assured: 10 };

const ORDER: Readonly<Record<EventKind | 'sum', number>> = { assured: 0, denial: 1, usual: 2, sum: 3 };

interface Waiting {
  readonly whose: string;
  readonly kind: EventKind | 'sum';
  readonly line: string;
  /** ISO 8601. */
  readonly at: string;
  times: number;
}

/** What one caller has had of the channel since then. */
interface Share {
  readonly since: number;
  readonly lines: Record<EventKind, number>;
  more: number;
}

/** The lines of one post, and how many events they stand for. */
export interface Gathered {
  readonly lines: readonly string[];
  readonly times: number;
}

/**
 * The lines that wait to be posted.
 * INVARIANT: one caller's events take the place of nobody else's: each has a share of their own, and every event is on a
 * line or counted on one.
 */
export interface EventGatherer {
  add(event: ToldEvent, written: ChainedRecord): void;
  isEmpty(): boolean;
  /** Whether something waits that callers without rights can't bring about. */
  hasAssured(): boolean;
  /** Takes the lines of one post, what matters most first; what has no room stays. */
  takePost(): Gathered;
  /** These were taken, and told nobody. */
  giveUp(times: number): void;
  /** Sums up what was over somebody's share, where its window is over. */
  closeShares(all?: boolean): void;
  /** Ms until there is something to sum up; undefined: nobody has a share. */
  nextCloseMs(): number | undefined;
}

export function createEventGatherer(clock: Clock): EventGatherer {
  const shares = new Map<string, Share>();
  let waiting: Waiting[] = [];
  let left = 0;

  function shareOf(name: string): { readonly whose: string; readonly share: Share } {
    const whose = shares.has(name) || shares.size < MAX_CALLERS ? name : OTHERS;
    const share = shares.get(whose) ?? { since: clock.now(), lines: { denial: 0, usual: 0, assured: 0 }, more: 0 };
    shares.set(whose, share);
    return { whose, share };
  }

  /** True: there is room for one of this kind. What gives way is counted with its caller's. */
  function makeRoom(kind: EventKind): boolean {
    if (waiting.length < MAX_WAITING) return true;
    const least = waiting.reduce((worst, one) => (ORDER[one.kind] >= ORDER[worst.kind] ? one : worst));
    if (ORDER[least.kind] <= ORDER[kind]) return false;
    waiting = waiting.filter((one) => one !== least);
    const share = shares.get(least.whose);
    if (share === undefined) left += least.times;
    else share.more += least.times;
    return true;
  }

  const isOver = ({ since }: Share): boolean => {
    const ageMs = clock.now() - since;
    // A clock that was set back begins anew.
    return ageMs < 0 || ageMs >= WINDOW_MS;
  };

  function closeShares(all = false): void {
    for (const [whose, share] of shares) {
      // The oldest come first.
      if (!all && !isOver(share)) return;
      shares.delete(whose);
      const { more: times, since } = share;
      if (times === 0) continue;
      if (waiting.length >= MAX_WAITING) left += times;
      else
        waiting.push({ whose, kind: 'sum', line: `${whose}: ${times} more`, at: new Date(since).toISOString(), times });
    }
  }

  return {
    add({ line, kind, whose: name }, { record }) {
      closeShares();
      const { whose, share } = shareOf(name);
      const times = record.times ?? 1;
      // A refusal costs whoever caused it nothing; each decision is a line of its own.
      const isSame = (one: Waiting): boolean => one.kind === kind && one.line === line;
      const same = record.event === 'refused' ? waiting.find(isSame) : undefined;
      if (same !== undefined) same.times += times;
      else if (share.lines[kind] >= LINES_OF_ONE[kind] || !makeRoom(kind)) share.more += times;
      else {
        share.lines[kind]++;
        waiting.push({ whose, kind, line, at: record.at, times });
      }
    },
    isEmpty: () => waiting.length === 0 && left === 0,
    hasAssured: () => waiting.some(({ kind }) => kind === 'assured'),
    takePost() {
      const taken = new Set(pickLines(waiting));
      // What fits into no post is told as a number.
      const [first] = waiting;
      const isTooLong = taken.size === 0 && first !== undefined;
      const events = waiting.filter((one) => taken.has(one));
      waiting = waiting.filter((one) => !taken.has(one) && !(isTooLong && one === first));
      const more = left + (isTooLong ? first.times : 0);
      left = 0;
      const rest = more > 0 ? [`and ${more} more: /mco audit`] : [];
      return { lines: [...events.map(draw), ...rest], times: countTimes(events) + more };
    },
    giveUp(times) {
      left += times;
    },
    closeShares,
    nextCloseMs() {
      const [oldest] = shares.values();
      return oldest && Math.min(WINDOW_MS, Math.max(0, oldest.since + WINDOW_MS - clock.now()));
    },
  };
}

/** As many as go into one post, those that matter most. */
function pickLines(waiting: readonly Waiting[]): readonly Waiting[] {
  const picked: Waiting[] = [];
  for (const one of [...waiting].sort((a, b) => ORDER[a.kind] - ORDER[b.kind])) {
    if (picked.length >= MAX_LINES) break;
    const lines = [...picked, one].map(draw);
    if (measurePart({ kind: 'prose', lines }) <= MAX_LENGTH) picked.push(one);
  }
  return picked;
}

function draw({ kind, line, at, times }: Waiting): string {
  if (kind === 'sum') return `${line} since ${formatTime(at)}: /mco audit`;
  return `${line} · ${times > 1 ? `${times} times, first at ` : ''}${formatTime(at)}`;
}

const countTimes = (events: readonly Waiting[]): number => events.reduce((sum, { times }) => sum + times, 0);

/** `2026-11-22T10:00:03.123Z` as `10:00:03 UTC`. */
const formatTime = (at: string): string => `${at.slice(11, 19)} UTC`;
