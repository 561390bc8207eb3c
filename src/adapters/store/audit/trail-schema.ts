import { randomBytes } from 'node:crypto';
import { McoError } from '../../../core/errors.ts';
import type { Database } from '../database.ts';
import { readBytes } from './trail-rows.ts';
import { APPLICATION_ID, SCHEMA, VERSION } from './trail-tables.ts';

const ID_BYTES = 8;

/** `FULL`: on disk when it is told so. The schema is not trusted with functions; `REPLACE` fires triggers too. */
const SETTINGS = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA trusted_schema = OFF;
  PRAGMA recursive_triggers = ON;
  PRAGMA cell_size_check = ON;
  PRAGMA temp_store = MEMORY;
  PRAGMA journal_size_limit = 16777216;
`;

const STATE = `
  SELECT
    (SELECT user_version FROM pragma_user_version) AS version,
    (SELECT application_id FROM pragma_application_id) AS owner,
    (SELECT count(*) FROM sqlite_schema) AS tables
`;

/**
 * Makes a database that was just opened fit to be a trail; several processes may do so at the same time.
 *
 * @param nowMs when a trail that is made now is born
 * @returns the trail's id, 16 hex digits
 * @throws McoError `failed/audit`, `failed/store`: it is of a newer version or another program's; nothing is changed then
 */
export function prepareTrail(database: Database, nowMs: number): string {
  if (readState(database) === 'empty') {
    database.transact(() => {
      if (readState(database) !== 'empty') return;
      database.execute(SCHEMA);
      database.run('INSERT INTO birth (row, id, at) VALUES (1, ?, ?)', randomBytes(ID_BYTES), Math.floor(nowMs));
    });
  }
  database.execute(SETTINGS);
  return readId(database);
}

function readState(database: Database): 'empty' | 'trail' {
  const { version = 0, owner = 0, tables = 0 } = (database.rows(STATE)[0] ?? {}) as Record<string, number>;
  if (owner === 0 && version === 0 && tables === 0) return 'empty';
  if (owner !== APPLICATION_ID) {
    throw new McoError('failed/audit', "the audit trail's file is the database of another program", {
      hint: 'name another path for `audit.trail`; the store has a file of its own',
    });
  }
  if (version === VERSION) return 'trail';
  throw new McoError('failed/audit', `the audit trail was written by another mcobot: it has version ${version}`, {
    hint: `this one knows version ${VERSION}; install the newer one again, or name another path`,
  });
}

function readId(database: Database): string {
  const id = readBytes(database.rows('SELECT CAST(id AS BLOB) AS id FROM birth WHERE row = 1')[0]?.id);
  if (id?.length === ID_BYTES) return id.toString('hex');
  throw new McoError('failed/audit', 'the audit trail is damaged: its name can not be read', {
    hint: 'keep the file as evidence; to go on, move it away together with its checkpoints: a new trail begins then',
  });
}
