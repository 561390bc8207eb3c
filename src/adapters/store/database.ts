import Libsql from 'libsql';
import { McoError } from '../../core/errors.ts';
import { describeStoreFailure } from './store-failure.ts';

/** What may be bound. The driver aborts the whole process over a boolean, so there is none. */
export type SqlValue = string | number | Uint8Array | null;

/**
 * What comes back. Only numbers and blobs are ever selected: the driver cuts text at a NUL, and aborts the whole process
 * over text that is not UTF-8.
 */
export type SqlRow = Readonly<Record<string, number | ArrayBuffer | null>>;

/** A SQLite database. Everything is synchronous and throws McoError `failed/store`. */
export interface Database {
  /** Runs one statement, which is prepared once. Returns how many rows it changed. */
  run(sql: string, ...values: readonly SqlValue[]): number;
  rows(sql: string, ...values: readonly SqlValue[]): readonly SqlRow[];
  /** Runs a script of the program's own. */
  execute(script: string): void;
  /** Either all that `work` does is there, or nothing. */
  transact<Result>(work: () => Result): Result;
  /** Gives the file free. May be called twice. */
  close(): void;
  /** Lets go of a file that is none of ours, and leaves it as it was. Its lock may last as long as the process. */
  discard(): void;
}

/**
 * Another process that lets go of the file does so within this time. It blocks everything, so it is short; and it is
 * waited for at the start only, as nobody else gets the file later.
 */
const BUSY_TIMEOUT_MS = 250;

/**
 * The exclusive lock dies with the process. It is taken before the journal's mode is chosen: the index of the
 * write-ahead log is then kept in memory, and no other process can share it.
 */
const LOCK = 'PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT;';

/**
 * The driver keeps a closed database open, and locked, for as long as there are statements for it that were not
 * garbage collected; this lets go of the lock at once. Leaving write-ahead logging first is what makes that possible,
 * and leaves one file.
 */
const UNLOCK = 'PRAGMA journal_mode = DELETE; PRAGMA locking_mode = NORMAL; SELECT count(*) FROM sqlite_schema;';

/** What another process of ours writes takes milliseconds; waiting for it blocks everything too. */
const SHARED_TIMEOUT_MS = 2000;

/** Everything is in the one file then, unless somebody else is reading it. */
const SETTLE = 'PRAGMA wal_checkpoint(TRUNCATE);';

/**
 * Opens a file that exists, or `:memory:`, and keeps every other process out of it.
 *
 * @param path absolute: the driver takes some relative ones for addresses of servers
 * @throws McoError `failed/store`, also when another process has it
 */
export function openDatabase(path: string): Database {
  const attempt = attemptWith(path);
  const driver = attempt(() => new Libsql(path, { timeout: BUSY_TIMEOUT_MS }));
  try {
    attempt(() => driver.exec(LOCK));
  } catch (thrown) {
    driver.close();
    throw thrown;
  }
  return wrapDriver({ driver, path, attempt, farewell: UNLOCK });
}

/**
 * Opens a file that exists, or `:memory:`, and lets other processes of ours use it too. They wait for each other.
 *
 * @param path as for `openDatabase`
 * @throws McoError `failed/store`
 */
export function openSharedDatabase(path: string): Database {
  const attempt = attemptWith(path);
  const driver = attempt(() => new Libsql(path, { timeout: SHARED_TIMEOUT_MS }));
  return wrapDriver({ driver, path, attempt, farewell: SETTLE });
}

const attemptWith =
  (path: string) =>
  <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (thrown) {
      throw describeStoreFailure(path, thrown);
    }
  };

interface Wrapping {
  readonly driver: Libsql.Database;
  readonly path: string;
  /** Run at the end, where that is possible. */
  readonly farewell: string;
  attempt<Result>(work: () => Result): Result;
}

function wrapDriver({ driver, path, attempt, farewell }: Wrapping): Database {
  const statements = new Map<string, Libsql.Statement>();
  let isClosed = false;

  /** A closed database would go on working as long as its statements live. */
  function refuseClosed(): void {
    if (isClosed) throw new McoError('failed/store', `the store ${path} is closed`, { hint: 'the bot is stopping' });
  }

  function prepare(sql: string): Libsql.Statement {
    refuseClosed();
    const statement = statements.get(sql) ?? driver.prepare(sql);
    statements.set(sql, statement);
    return statement;
  }

  return {
    run: (sql, ...values) => attempt(() => prepare(sql).run(values).changes),
    rows: (sql, ...values) => attempt(() => prepare(sql).all(values) as SqlRow[]),
    execute(script) {
      refuseClosed();
      attempt(() => driver.exec(script));
    },
    transact(work) {
      refuseClosed();
      return attempt(() => runTransaction(driver, work));
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      statements.clear();
      try {
        driver.exec(farewell);
      } catch {
        // A full disk, say. Nothing is lost: the next start reads the write-ahead log.
      }
      driver.close();
    },
    discard() {
      isClosed = true;
      driver.close();
    },
  };
}

function runTransaction<Result>(driver: Libsql.Database, work: () => Result): Result {
  driver.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    driver.exec('COMMIT');
    return result;
  } catch (thrown) {
    // A full disk ends the transaction by itself.
    if (driver.inTransaction) driver.exec('ROLLBACK');
    throw thrown;
  }
}
