import { randomInt } from 'node:crypto';
import { resolve } from 'node:path';
import { McoError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { Store } from '../../core/store.ts';
import { createAgentStore } from './agent-store.ts';
import { readBirth } from './birth.ts';
import { createFile } from './create-file.ts';
import { type Database, openDatabase } from './database.ts';
import { forgetBefore } from './forget.ts';
import { createHeard } from './heard.ts';
import { createInboxStore } from './inbox-store.ts';
import { createJobStore } from './job-store.ts';
import { migrate } from './migrations.ts';
import { createOutboxStore } from './outbox-store.ts';
import { createRunStore } from './run-store.ts';
import type { StoreParts } from './store-parts.ts';

export interface StoreOptions {
  /** A file in a directory that exists; or `:memory:`, which forgets everything at the end. */
  readonly path: string;
  /** Says when runs were finished, messages handled and posts delivered. Default: the machine's. */
  readonly clock?: Pick<Clock, 'now'> | undefined;
  /** Told of rows that can't be read when all that are open are asked for; they are left out. Default: nobody. */
  noteProblem?(problem: McoError): void;
}

const MEMORY = ':memory:';

/**
 * `FULL`: on disk when it is told so. What is deleted is overwritten where that costs no more writing. The schema is not
 * trusted with functions, and a log that grew once is cut again.
 */
const SETTINGS = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA foreign_keys = ON;
  PRAGMA secure_delete = FAST;
  PRAGMA trusted_schema = OFF;
  PRAGMA cell_size_check = ON;
  PRAGMA temp_store = MEMORY;
  PRAGMA journal_size_limit = 16777216;
`;

/**
 * Opens the store in a SQLite file, which is made if there is none, and keeps other processes out of it for as long as
 * this one lives.
 *
 * @throws McoError `failed/store`: another bot uses it, it is of a newer version, damaged or no store at all
 */
export async function openStore({ path, clock = Date, noteProblem = () => {} }: StoreOptions): Promise<Store> {
  const file = path === MEMORY ? MEMORY : resolve(path);
  if (file !== MEMORY) await createFile(file);
  const database = openDatabase(file);
  try {
    prepareDatabase(database);
    return createStore({ database, clock, noteProblem });
  } catch (thrown) {
    database.discard();
    throw thrown;
  }
}

/** Makes a database that was just opened fit to be a store. @throws McoError `failed/store` */
export function prepareDatabase(database: Database): void {
  // First, as it looks whose file it is before anything in it is changed.
  migrate(database);
  database.execute(SETTINGS);
}

/** A store in a database that is prepared. @throws McoError `failed/store` */
export function createStore(parts: StoreParts): Store {
  const { database } = parts;
  return {
    ...readBirth(parts),
    ...createHeard(parts),
    runs: createRunStore(parts),
    inbox: createInboxStore(parts),
    outbox: createOutboxStore(parts),
    agents: createAgentStore(parts),
    jobs: createJobStore(parts),
    async check() {
      const value = randomInt(2 ** 48 - 1);
      database.run(
        'INSERT INTO probe (row, value) VALUES (1, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
        value,
      );
      const [row] = database.rows('SELECT value FROM probe WHERE row = 1');
      if (row?.value !== value) throw new McoError('failed/store', 'the store does not give back what was written');
    },
    forgetBefore: (time) => forgetBefore(database, time),
    close: () => database.close(),
  };
}
