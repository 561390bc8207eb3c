import type { AuditQuery } from '../../../core/audit-trail.ts';
import { breathe } from '../breathe.ts';
import type { Database, SqlValue } from '../database.ts';
import { SAFE_SEQ } from './trail-rows.ts';

/** Looked at in one go. */
const WINDOW = 10_000;

const LAST = `SELECT max(seq) AS seq FROM audit WHERE seq <= ${SAFE_SEQ}`;

/** By the index of times, for which the plus is: of a day, or of the first days. */
const FEW = `SELECT count(*) AS rows, min(seq) AS first, max(seq) AS last
  FROM (SELECT seq FROM moments WHERE at >= ? AND at < ? AND +seq BETWEEN 1 AND ? LIMIT ${WINDOW})`;

const NEWEST = 'SELECT max(seq) AS seq FROM moments NOT INDEXED WHERE seq > ? AND seq <= ? AND at < ?';
const OLDEST = 'SELECT min(seq) AS seq FROM moments NOT INDEXED WHERE seq > ? AND seq <= ? AND at >= ?';

/** Between which numbers the records of a time are; others may be among them, as clocks are set. */
export interface SeqRange {
  readonly first: number;
  readonly last: number;
}

/** The times of a query as whole numbers: the first that counts, and the first that does not. */
export const readTimes = ({ since, until }: AuditQuery): readonly [number, number] => [
  Math.ceil(since ?? 0),
  Math.ceil(until ?? Number.MAX_SAFE_INTEGER),
];

/** Empty, with `last` before `first`, when there is none. @throws McoError `failed/store` */
export async function findRange(database: Database, query: AuditQuery): Promise<SeqRange> {
  const end = readSeq(database, LAST) ?? 0;
  if (query.since === undefined && query.until === undefined) return { first: 1, last: end };
  const [since, until] = readTimes(query);
  const few = database.rows(FEW, since, until, end)[0];
  if ((few?.rows as number) < WINDOW) return { first: (few?.first as number) ?? 1, last: (few?.last as number) ?? 0 };
  const last = query.until === undefined ? end : await findNewest(database, end, until);
  return { first: query.since === undefined ? 1 : await findOldest(database, last, since), last };
}

async function findNewest(database: Database, end: number, until: number): Promise<number> {
  for (let to = end; to > 0; to -= WINDOW) {
    const seq = readSeq(database, NEWEST, Math.max(0, to - WINDOW), to, until);
    if (seq !== undefined) return seq;
    await breathe();
  }
  return 0;
}

async function findOldest(database: Database, end: number, since: number): Promise<number> {
  for (let from = 0; from < end; from += WINDOW) {
    const seq = readSeq(database, OLDEST, from, Math.min(from + WINDOW, end), since);
    if (seq !== undefined) return seq;
    await breathe();
  }
  return end + 1;
}

function readSeq(database: Database, sql: string, ...values: readonly SqlValue[]): number | undefined {
  const seq = database.rows(sql, ...values)[0]?.seq;
  return typeof seq === 'number' ? seq : undefined;
}
