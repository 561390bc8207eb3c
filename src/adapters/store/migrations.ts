import { McoError } from '../../core/errors.ts';
import type { Database } from './database.ts';

/** `mcob`: tells the file from the databases of other programs. */
const APPLICATION_ID = 0x6d636f62;

/**
 * The schema, one script for each version: the first makes version 1. What was released is never changed; what changes
 * is added as another script.
 *
 * `doc` holds JSON, and what is read of a row is read from there; the other columns are for finding it.
 */
export const MIGRATIONS: readonly string[] = [
  `
  PRAGMA application_id = ${APPLICATION_ID};

  CREATE TABLE runs (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    chat TEXT NOT NULL,
    channel TEXT NOT NULL,
    thread TEXT,
    root_thread TEXT,
    account TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    finished_at INTEGER,
    forgotten INTEGER NOT NULL DEFAULT 0,
    doc BLOB NOT NULL,
    root BLOB,
    nodes BLOB,
    report BLOB
  );
  CREATE INDEX runs_by_place ON runs (chat, channel, started_at, id);
  CREATE INDEX runs_open ON runs (started_at) WHERE finished_at IS NULL;
  CREATE INDEX runs_finished ON runs (finished_at) WHERE finished_at IS NOT NULL;
  CREATE INDEX runs_forgotten ON runs (row) WHERE forgotten = 1;

  CREATE TABLE requests (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    doc BLOB NOT NULL
  );
  CREATE INDEX requests_by_run ON requests (run);

  CREATE TABLE results (
    row INTEGER PRIMARY KEY,
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    node TEXT NOT NULL,
    doc BLOB NOT NULL,
    UNIQUE (run, node)
  );

  CREATE TABLE inbox (
    row INTEGER PRIMARY KEY,
    chat TEXT NOT NULL,
    id TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    closed_at INTEGER,
    doc BLOB,
    UNIQUE (chat, id)
  );
  CREATE INDEX inbox_open ON inbox (received_at) WHERE closed_at IS NULL;
  CREATE INDEX inbox_closed ON inbox (closed_at) WHERE closed_at IS NOT NULL;

  CREATE TABLE outbox (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    lane TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    first_tried_at INTEGER,
    done_at INTEGER,
    failure TEXT,
    doc BLOB
  );
  CREATE INDEX outbox_pending ON outbox (lane) WHERE done_at IS NULL;
  CREATE INDEX outbox_done ON outbox (done_at) WHERE done_at IS NOT NULL;

  CREATE TABLE probe (row INTEGER PRIMARY KEY, value INTEGER NOT NULL);
  `,
  `
  CREATE TABLE birth (row INTEGER PRIMARY KEY CHECK (row = 1), id BLOB NOT NULL, at INTEGER NOT NULL);
  CREATE TABLE heard (chat TEXT PRIMARY KEY, until INTEGER NOT NULL);
  `,
  `
  ALTER TABLE runs ADD COLUMN approval BLOB;
  `,
  `
  ALTER TABLE runs ADD COLUMN frozen BLOB;
  `,
  `
  CREATE TABLE agents (row INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, doc BLOB NOT NULL);
  `,
  `
  CREATE TABLE jobs (
    row INTEGER PRIMARY KEY,
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    node TEXT NOT NULL,
    doc BLOB NOT NULL,
    UNIQUE (run, node)
  );
  `,
];

/**
 * Brings a database to the version of this program; each step is there wholly or not at all.
 *
 * @throws McoError `failed/store` when it is of a newer version or another program's, before anything is changed
 */
export function migrate(database: Database, migrations: readonly string[] = MIGRATIONS): void {
  const version = readNumber(database, 'SELECT user_version AS value FROM pragma_user_version');
  const owner = readNumber(database, 'SELECT application_id AS value FROM pragma_application_id');
  const tables = readNumber(database, 'SELECT count(*) AS value FROM sqlite_schema');
  if (owner !== APPLICATION_ID && (owner !== 0 || version !== 0 || tables !== 0)) {
    throw new McoError('failed/store', "the store's file is the database of another program", {
      hint: 'name another path for the store',
    });
  }
  if (version > migrations.length) {
    throw new McoError('failed/store', `the store was written by a newer mcobot: it has version ${version}`, {
      hint: `this one knows versions up to ${migrations.length}; install the newer one again, or name another path`,
    });
  }
  for (const [index, script] of migrations.entries()) {
    if (index < version) continue;
    database.transact(() => database.execute(`${script}; PRAGMA user_version = ${index + 1};`));
  }
}

function readNumber(database: Database, sql: string): number {
  return database.rows(sql)[0]?.value as number;
}
