import { McoError } from '../../../core/errors.ts';
import { escapeText } from '../../../core/escape-text.ts';
import { type Database, openSharedDatabase } from '../database.ts';
import { readBytes } from './trail-rows.ts';
import { SCHEMA } from './trail-tables.ts';

/** Of what somebody put into the file, no more than this is read. */
const MAX_OBJECTS = 500;
const MAX_BYTES = 4096;
const MAX_NAME = 64;

const OBJECTS = `SELECT ${['type', 'name', 'tbl_name', 'sql']
  .map((column) => `substr(CAST(${column} AS BLOB), 1, ${MAX_BYTES}) AS ${column}`)
  .join(', ')} FROM sqlite_schema LIMIT ${MAX_OBJECTS}`;

const SCHEMA_VERSION = 'SELECT schema_version AS version FROM pragma_schema_version';

/** Something in the file that is not as the program makes it. */
export interface SchemaDifference {
  readonly name: string;
  /** Whether there is a table all the same, and no view or program that makes rows without end. */
  readonly isTable: boolean;
  /** What SQLite's own ANALYZE leaves: odd in a trail, and harmless. */
  readonly isHarmless: boolean;
  /** For people. */
  readonly message: string;
}

/**
 * Every table, index, trigger and view that is there and should not be, that should be there and is not, or is another.
 *
 * @throws McoError `failed/store`
 */
export function compareSchema(database: Database): readonly SchemaDifference[] {
  const missing = new Map(listOwn().map((one) => [one.name, one]));
  const others = readObjects(database).filter(({ name, text }) => {
    const isOwn = missing.get(name)?.text === text;
    // A second one of that name is none of ours.
    if (isOwn) missing.delete(name);
    return !isOwn;
  });
  const names = new Set(others.map(({ name }) => name));
  return [
    ...others.map(describeOther),
    ...[...missing.values()].filter(({ name }) => !names.has(name)).map(describeMissing),
  ];
}

function describeOther({ name, type, sql }: SchemaObject): SchemaDifference {
  const what = listOwn().some((one) => one.name === name) ? 'not as mcobot made it' : 'none of the trail';
  return {
    name,
    isTable: /^CREATE TABLE/i.test(sql),
    isHarmless: /^CREATE TABLE sqlite_stat[14]\(/.test(sql),
    message: `the ${escapeText(type, MAX_NAME)} \`${escapeText(name, MAX_NAME)}\` is ${what}`,
  };
}

const describeMissing = ({ name, type }: SchemaObject): SchemaDifference => ({
  name,
  isTable: false,
  isHarmless: false,
  message: `the ${type} \`${name}\` of the trail is missing`,
});

/**
 * Refuses to add to a file in which others put something that may keep records from being found, such as a trigger. It is
 * looked at again when SQLite says that it changed, in the transaction that writes.
 *
 * @throws McoError `failed/audit`, `failed/store`
 */
export function createSchemaGuard(database: Database): () => void {
  let good: number | undefined;
  return () => {
    const version = database.rows(SCHEMA_VERSION)[0]?.version as number;
    if (version === good) return;
    requireOwnSchema(database);
    good = version;
  };
}

/** @throws McoError `failed/audit` when the file has other tables, triggers, ... than the program makes; `failed/store` */
export function requireOwnSchema(database: Database): void {
  const different = compareSchema(database).find(({ isHarmless }) => !isHarmless);
  if (different === undefined) return;
  throw new McoError('failed/audit', `somebody changed the audit trail's file: ${different.message}`, {
    hint: '`mcobot audit verify` says what else is wrong; keep a copy as evidence, and mend that or move the trail away together with its checkpoints',
  });
}

interface SchemaObject {
  readonly name: string;
  readonly type: string;
  readonly sql: string;
  /** Type, table and SQL in one, however it is spaced. */
  readonly text: string;
}

const readObjects = (database: Database): readonly SchemaObject[] =>
  database.rows(OBJECTS).map((row) => {
    const read = (column: string): string => readBytes(row[column])?.toString() ?? '';
    const sql = read('sql');
    const text = JSON.stringify([read('type'), read('tbl_name'), sql.replace(/\s+/g, ' ')]);
    return { name: read('name'), type: read('type'), sql, text };
  });

let own: readonly SchemaObject[] | undefined;

/** As SQLite itself writes down what the program makes. */
function listOwn(): readonly SchemaObject[] {
  if (own !== undefined) return own;
  const database = openSharedDatabase(':memory:');
  try {
    database.execute(SCHEMA);
    own = readObjects(database);
    return own;
  } finally {
    database.close();
  }
}
