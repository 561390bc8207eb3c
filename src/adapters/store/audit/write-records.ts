import type { AuditRecord } from '../../../core/audit.ts';
import type { ChainedRecord } from '../../../core/audit-trail.ts';
import type { Database } from '../database.ts';
import { createSchemaGuard } from './compare-schema.ts';
import { listIndexRows, readMoment } from './index-terms.ts';
import { requireHead } from './trail-head.ts';
import { chainHash } from './trail-rows.ts';

const INSERT = 'INSERT INTO audit (seq, doc, hash) VALUES (?, ?, ?)';
const MOVE_HEAD = 'UPDATE head SET seq = ?, hash = ?, records = records + ? WHERE row = 1';

/** In one statement for many records: an intent may list thousands of nodes. */
const INSERT_MOMENTS = `INSERT OR REPLACE INTO moments (seq, at)
  SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?)`;
const INSERT_TERMS = `INSERT OR IGNORE INTO terms (kind, term, seq)
  SELECT json_extract(value, '$[0]'), CAST(json_extract(value, '$[1]') AS BLOB), json_extract(value, '$[2]')
  FROM json_each(?)`;

/** A record and its JSON, which was made when it came. */
export interface NewRecord {
  readonly record: AuditRecord;
  readonly json: string;
}

/**
 * Writes records behind the last one: all of them or none. When it returns, the disk has them.
 *
 * @param guard throws when nothing may be added; asked in the transaction
 * @throws McoError `failed/audit`, `failed/store`
 */
export function writeRecords(
  database: Database,
  records: readonly NewRecord[],
  guard = createSchemaGuard(database),
): ChainedRecord[] {
  return database.transact(() => {
    // INVARIANT: nobody else's trigger or index decides what becomes of what is written here.
    guard();
    // INVARIANT: the head is read under the lock for writing, so that no other process continues from the same record.
    const head = requireHead(database);
    let { seq, hash } = head;
    const written = records.map(({ record, json }) => {
      seq += 1;
      const doc = Buffer.from(`{"seq":${seq},${json.slice(1)}`);
      hash = chainHash(hash, doc);
      database.run(INSERT, seq, doc, hash);
      return { seq, hash: hash.toString('hex'), record };
    });
    database.run(MOVE_HEAD, seq, hash, records.length);
    database.run(INSERT_MOMENTS, JSON.stringify(written.map(({ seq: at, record }) => [at, readMoment(record)])));
    database.run(INSERT_TERMS, JSON.stringify(written.flatMap(({ seq: at, record }) => listIndexRows(at, record))));
    return written;
  });
}
