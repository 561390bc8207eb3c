import type { AuditRecord } from './audit.ts';
import { type McoError, toMcoError } from './errors.ts';
import type { AuditLog, Clock } from './ports.ts';

const WINDOW_MS = 60_000;
const FULL_OF_CODE = 100;
const FULL_OF_CALLER = 20;
const FULL_OF_KEY = 100;

/** Callers who are told apart in a minute; the others share what one has. Of one key fewer: it can name anybody. */
const MAX_CALLERS = 1000;
const MAX_CALLERS_OF_KEY = 100;

/** Whose budget a record uses up. */
export interface BudgetOwner {
  readonly caller: string;
  /** The key that spoke for the caller, where it was verified and callers are only its word. */
  readonly key?: string | undefined;
}

/** Records messages that came, and those that were not accepted. Anybody who reaches the bot can send those, so the disk is not theirs to fill. */
export interface RefusalRecorder {
  /** For those who have nobody to tell that it can't be written: that is a problem of the operator's. */
  record(record: AuditRecord): void;
  /** @throws McoError `failed/audit` */
  append(record: AuditRecord): Promise<void>;
  /** Writes what was only counted so far, and resolves when everything is written. */
  flush(): Promise<void>;
}

/** For records whose caller somebody vouches for. */
export const ownedByCaller = ({ caller }: AuditRecord): BudgetOwner | undefined =>
  caller === undefined ? undefined : { caller };

interface RefusalRecorderOptions {
  readonly audit: AuditLog;
  readonly clock: Clock;
  /** Set where it is known for sure who caused a record. Undefined: everybody's, by error code. */
  readonly ownerOf?: ((record: AuditRecord) => BudgetOwner | undefined) | undefined;
  onProblem(problem: McoError): void;
}

/**
 * In a minute the first 100 refusals of each error code are recorded in full, or where `ownerOf` names somebody the first
 * 20 of each caller and the first of each of their codes, and as many messages of theirs as were only received; of one key
 * 100 in all. The rest becomes one record for each key, caller and code, with `times`.
 * INVARIANT: a flood of one key, of one caller or of one code hides nothing of the others. Callers of one key are its word:
 * however many it names, of each of the first hundred at least the record with `times` tells.
 */
export function createRefusalRecorder(options: RefusalRecorderOptions): RefusalRecorder {
  const { audit, clock, onProblem } = options;
  const budget = createBudget(options.ownerOf);
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

  function count({ at, by, event, code, result, signer, caller }: AuditRecord, { name, isOwn }: Spent): void {
    if (counted.size === 0) cancelTimer = clock.after(windowEndsAt - clock.now(), writeCounted);
    const kind = `${name} ${kindOf({ event, code })}`;
    const times = (counted.get(kind)?.times ?? 0) + 1;
    const who = isOwn ? { caller, signer } : { signer: name === '' ? undefined : signer };
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
    const spent = budget.spend(record);
    if (!spent.hasRoom) count(record, spent);
    return spent.hasRoom;
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

interface Spent {
  /** Whose budget it was; '' is everybody's. */
  readonly name: string;
  /** Whether that is one caller's. */
  readonly isOwn: boolean;
  readonly hasRoom: boolean;
}

/** What may still be written in full in this minute. */
function createBudget(ownerOf: RefusalRecorderOptions['ownerOf']) {
  const spent = new Map<string, number>();
  const callersOf = new Map<string, Set<string>>();
  const spend = (key: string): number => {
    const total = (spent.get(key) ?? 0) + 1;
    spent.set(key, total);
    return total;
  };
  /** Whether a caller is one of those who are told apart. */
  function isKnown({ caller, key }: BudgetOwner): boolean {
    const callers = callersOf.get(key ?? '') ?? new Set();
    callersOf.set(key ?? '', callers);
    if (callers.size < (key === undefined ? MAX_CALLERS : MAX_CALLERS_OF_KEY)) callers.add(caller);
    return callers.has(caller);
  }
  return {
    renew() {
      spent.clear();
      callersOf.clear();
    },
    spend(record: AuditRecord): Spent {
      const kind = kindOf(record);
      const owner = ownerOf?.(record);
      if (owner === undefined) return { name: '', isOwn: false, hasRoom: spend(`code ${kind}`) <= FULL_OF_CODE };
      const isOwn = isKnown(owner);
      const { key = '' } = owner;
      const name = isOwn ? `${key} ${owner.caller}` : key;
      const isFirst = spend(`first ${name} ${kind}`) === 1;
      // Each refusal comes after a message: the one must not take the other's room.
      const room = record.event === 'received' ? 'messages' : 'caller';
      const isLittle = spend(`${room} ${name}`) <= FULL_OF_CALLER || isFirst;
      // What a caller is refused anyway costs the key nothing, so that one of its callers hides nothing of the others.
      const hasRoom = isLittle && (owner.key === undefined || spend(`key ${owner.key}`) <= FULL_OF_KEY);
      return { name, isOwn, hasRoom };
    },
  };
}
