import type { AuditRecord } from './audit.ts';
import { type McoError, toMcoError } from './errors.ts';
import type { AuditLog, Clock } from './ports.ts';

const WINDOW_MS = 60_000;
const FULL_OF_CODE = 100;
const FULL_OF_CALLER = 20;

/** Who is told apart in a minute; the others share what one has. */
const MAX_CALLERS = 1000;

/** Records messages that came, and those that were not accepted. Anybody who reaches the bot can send those, so the disk is not theirs to fill. */
export interface RefusalRecorder {
  /** For those who have nobody to tell that it can't be written: that is a problem of the operator's. */
  record(record: AuditRecord): void;
  /** @throws McoError `failed/audit` */
  append(record: AuditRecord): Promise<void>;
  /** Writes what was only counted so far, and resolves when everything is written. */
  flush(): Promise<void>;
}

interface RefusalRecorderOptions {
  readonly audit: AuditLog;
  readonly clock: Clock;
  /** Set where callers are known by what vouches for them: then each has a budget of their own. */
  readonly isPerCaller?: boolean | undefined;
  onProblem(problem: McoError): void;
}

/**
 * In a minute the first 100 refusals of each error code are recorded in full, or with `isPerCaller` the first 20 of each
 * caller and the first of each of their codes, and as many messages of theirs as were only received; the rest becomes one record for each caller and code, with `times`.
 * INVARIANT: a flood of one caller, or of one code, hides nothing of the others.
 */
export function createRefusalRecorder(options: RefusalRecorderOptions): RefusalRecorder {
  const { audit, clock, onProblem } = options;
  const budget = createBudget(options.isPerCaller === true);
  let windowEndsAt = 0;
  const counted = new Map<string, AuditRecord & { times: number }>();
  const writing = new Set<Promise<void>>();
  let cancelTimer = (): void => {};

  function write(record: AuditRecord): void {
    const done = audit
      .append(record)
      .catch((thrown: unknown) => onProblem(toMcoError(thrown)))
      .finally(() => writing.delete(done));
    writing.add(done);
  }

  function writeCounted(): void {
    cancelTimer();
    for (const record of counted.values()) write(record);
    counted.clear();
  }

  function count({ at, by, event, code, result, caller }: AuditRecord, name: string): void {
    if (counted.size === 0) cancelTimer = clock.after(windowEndsAt - clock.now(), writeCounted);
    const kind = `${name} ${kindOf({ event, code })}`;
    const times = (counted.get(kind)?.times ?? 0) + 1;
    const who = name === '' ? {} : { caller };
    const reason = 'summed up: too many in a minute';
    counted.set(kind, { at, by, event, code, ...(result === undefined ? {} : { result }), ...who, reason, times });
  }

  /** False: it was only counted. */
  function isFull(record: AuditRecord): boolean {
    const now = clock.now();
    // A window that ends later than it could have been begun is one from before the clock was set back.
    if (now >= windowEndsAt || windowEndsAt > now + WINDOW_MS) {
      writeCounted();
      windowEndsAt = now + WINDOW_MS;
      budget.renew();
    }
    const { name, hasRoom } = budget.spend(record);
    if (!hasRoom) count(record, name);
    return hasRoom;
  }

  return {
    record(record) {
      if (isFull(record)) write(record);
    },
    async append(record) {
      if (isFull(record)) await audit.append(record);
    },
    async flush() {
      writeCounted();
      await Promise.all(writing);
    },
  };
}

/**
 * An audit log that sums up what one caller said, was refused or was denied too often in a minute. What was allowed, and how that
 * went, is always written.
 */
export function sumUpRefusals(audit: AuditLog, recorder: RefusalRecorder): AuditLog {
  return { append: (record) => (isCheap(record) ? recorder.append(record) : audit.append(record)) };
}

/** Costs whoever caused it nothing. What failed on our side after a decision is no such thing. */
function isCheap({ event, result, run, code = '' }: AuditRecord): boolean {
  if (event === 'received') return true;
  if (event === 'decided') return result === 'deny';
  return event === 'refused' && (run === undefined || /^(?:usage|unknown|denied|untrusted)\//.test(code));
}

const kindOf = ({ event, code }: Pick<AuditRecord, 'event' | 'code'>): string => code ?? event;

/** What may still be written in full in this minute. `name` is whose budget it is; '' is everybody's. */
function createBudget(isPerCaller: boolean) {
  const spent = new Map<string, number>();
  const callers = new Set<string>();
  const spend = (key: string): number => {
    const total = (spent.get(key) ?? 0) + 1;
    spent.set(key, total);
    return total;
  };
  return {
    renew() {
      spent.clear();
      callers.clear();
    },
    spend(record: AuditRecord): { readonly name: string; readonly hasRoom: boolean } {
      const kind = kindOf(record);
      const { caller } = record;
      if (!isPerCaller || caller === undefined) return { name: '', hasRoom: spend(`code ${kind}`) <= FULL_OF_CODE };
      if (callers.size < MAX_CALLERS) callers.add(caller);
      const name = callers.has(caller) ? caller : '';
      const isFirst = spend(`first ${name} ${kind}`) === 1;
      // Each refusal comes after a message: the one must not take the other's room.
      const room = record.event === 'received' ? 'messages' : 'caller';
      return { name, hasRoom: spend(`${room} ${name}`) <= FULL_OF_CALLER || isFirst };
    },
  };
}
