import type { AuditRecord } from './audit.ts';
import { type McoError, toMcoError } from './errors.ts';
import type { AuditLog, Clock } from './ports.ts';

const WINDOW_MS = 60_000;
const FULL_RECORDS = 100;

/** Records messages that were not accepted. Anybody who reaches the broker can send those, so the disk is not theirs to fill. */
export interface RefusalRecorder {
  record(record: AuditRecord): void;
  /** Writes what was only counted so far, and resolves when everything is written. */
  flush(): Promise<void>;
}

interface RefusalRecorderOptions {
  readonly audit: AuditLog;
  readonly clock: Clock;
  onProblem(problem: McoError): void;
}

/** In a minute the first 100 refusals are recorded in full; the rest becomes one record for each error code, with `times`. */
export function createRefusalRecorder({ audit, clock, onProblem }: RefusalRecorderOptions): RefusalRecorder {
  let windowEndsAt = 0;
  let written = 0;
  const counted = new Map<string | undefined, AuditRecord & { times: number }>();
  const writing = new Set<Promise<void>>();
  let cancelTimer = (): void => {};

  function append(record: AuditRecord): void {
    const done = audit
      .append(record)
      .catch((thrown: unknown) => onProblem(toMcoError(thrown)))
      .finally(() => writing.delete(done));
    writing.add(done);
  }

  function writeCounted(): void {
    cancelTimer();
    for (const record of counted.values()) append(record);
    counted.clear();
  }

  function count({ at, by, event, code }: AuditRecord): void {
    if (counted.size === 0) cancelTimer = clock.after(windowEndsAt - clock.now(), writeCounted);
    const times = (counted.get(code)?.times ?? 0) + 1;
    counted.set(code, { at, by, event, code, reason: 'summed up: too many in a minute', times });
  }

  return {
    record(record) {
      const now = clock.now();
      if (now >= windowEndsAt) {
        writeCounted();
        windowEndsAt = now + WINDOW_MS;
        written = 0;
      }
      if (written < FULL_RECORDS) {
        written += 1;
        append(record);
      } else count(record);
    },
    async flush() {
      writeCounted();
      await Promise.all(writing);
    },
  };
}
