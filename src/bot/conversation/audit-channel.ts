import type { ChainedRecord } from '../../core/audit-trail.ts';
import type { Card } from '../../core/card.ts';
import { type McoError, toMcoError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { RunPlace } from '../../core/store.ts';
import { measurePart } from '../../render/measure-card.ts';
import { describeEvent, type ToldEvent } from './describe-event.ts';
import type { Outbox } from './outbox.ts';

const GATHER_MS = 2000;
const MAX_LINES = 20;

/** As drawn: what every chat takes in one message. */
const MAX_LENGTH = 8000;

/** Nobody reads more than that, and the chat is for others too. */
const MAX_POSTS = 30;
const WINDOW_MS = 10 * 60_000;

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

interface Gathered extends ToldEvent {
  readonly at: string;
  times: number;
}

/**
 * One line for each decision, gathered for two seconds into one post. Of what there is no room for only the number is
 * told, and what was allowed gives way first: the trail has all of it.
 */
export function createAuditChannel({ place, clock, onProblem }: AuditChannelOptions): AuditChannel {
  const gathered = new Map<string, Gathered>();
  let left = 0;
  let postedAt: number[] = [];
  let outbox: Pick<Outbox, 'add'> | undefined;
  let cancel: (() => void) | undefined;

  function gather(event: ToldEvent, { record, seq }: ChainedRecord): void {
    const times = record.times ?? 1;
    // A refusal costs whoever caused it nothing; each decision is a line of its own.
    const key = record.event === 'refused' ? event.line : String(seq);
    const same = gathered.get(key);
    if (same !== undefined) {
      same.times += times;
      return;
    }
    if (gathered.size >= MAX_LINES && (event.isUsual || !dropUsual())) {
      left += times;
      return;
    }
    gathered.set(key, { ...event, at: record.at, times });
  }

  /** Makes room for what should be seen. False: everything gathered should. */
  function dropUsual(): boolean {
    const found = [...gathered].findLast(([, { isUsual }]) => isUsual);
    if (found === undefined) return false;
    left += found[1].times;
    return gathered.delete(found[0]);
  }

  function arm(delayMs: number): void {
    if (cancel !== undefined || outbox === undefined) return;
    cancel = clock.after(delayMs, () => {
      cancel = undefined;
      void post();
    });
  }

  /** How long to wait until there may be another post. */
  function findPause(): number {
    const now = clock.now();
    // What was posted in the future was posted before the clock was set back.
    postedAt = postedAt.filter((at) => at <= now && at > now - WINDOW_MS);
    return postedAt.length < MAX_POSTS ? 0 : (postedAt[0] ?? now) + WINDOW_MS - now;
  }

  async function post(): Promise<void> {
    if (outbox === undefined || (gathered.size === 0 && left === 0)) return;
    const pauseMs = findPause();
    if (pauseMs > 0) return arm(pauseMs);
    const events = [...gathered.values()];
    const leftBefore = left;
    gathered.clear();
    left = 0;
    postedAt.push(clock.now());
    const { chat, channel } = place;
    const card = drawEvents(events, leftBefore);
    try {
      await outbox.add([{ chat, lane: 'audit', delivery: { kind: 'post', channel, card } }]);
    } catch (thrown) {
      left += leftBefore + countTimes(events);
      onProblem(toMcoError(thrown));
    }
  }

  return {
    take(written) {
      const event = describeEvent(written.record);
      if (event === undefined) return;
      gather(event, written);
      arm(GATHER_MS);
    },
    open(opened) {
      outbox = opened;
      if (gathered.size > 0) arm(GATHER_MS);
    },
    flush: post,
    close() {
      outbox = undefined;
      cancel?.();
    },
  };
}

function drawEvents(events: readonly Gathered[], left: number): Card {
  const lines: string[] = [];
  let more = left;
  for (const { at, line, times } of events) {
    const drawn = `${line} · ${times > 1 ? `${times} times, first at ` : ''}${formatTime(at)}`;
    const fits = measurePart({ kind: 'prose', lines: [...lines, drawn] }) <= MAX_LENGTH;
    if (fits) lines.push(drawn);
    else more += times;
  }
  if (more > 0) lines.push(`and ${more} more: /mco audit`);
  return { header: 'audit', body: [{ kind: 'prose', lines }] };
}

const countTimes = (events: readonly Gathered[]): number => events.reduce((sum, { times }) => sum + times, 0);

/** `2026-11-22T10:00:03.123Z` as `10:00:03 UTC`. */
const formatTime = (at: string): string => `${at.slice(11, 19)} UTC`;
