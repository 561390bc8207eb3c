import { AUDIT_EVENTS } from '../../../core/audit.ts';
import type { AuditQuery } from '../../../core/audit-trail.ts';
import { breathe } from '../breathe.ts';
import type { Database, SqlValue } from '../database.ts';
import { findRange, readTimes, type SeqRange } from './find-range.ts';
import { KIND, type Kind, toTerm, turnRound } from './index-terms.ts';
import { COLUMNS, readBytes, readRow, type TrailRow } from './trail-rows.ts';

const MAX_FOUND = 10_000;

/** Looked at in one go, whether they fit or not. */
const PAGE = 500;
const READ_PAGE = 64;
const READ_BYTES = 512 * 1024;

/** A term that records have; `isStart`: any that begins like that. */
interface Wanted {
  readonly kind: Kind;
  readonly term: Uint8Array;
  readonly isStart: boolean;
}

/** What must hold of a record `found`. */
interface Filter {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

const SELECT_ROW = `SELECT ${COLUMNS} FROM audit WHERE seq = ?`;
const NEXT_TERM =
  'SELECT CAST(term AS BLOB) AS term FROM terms WHERE kind = ? AND term >= ? AND term < ? ORDER BY terms.term LIMIT 1';
const OF_ALL = 'SELECT seq FROM moments NOT INDEXED WHERE';
const OF_TERM = 'SELECT seq FROM terms WHERE kind = ? AND term = ? AND';

/**
 * The newest records that a query asks for, oldest first. The search walks the records of the rarest term from the newest
 * on, a page at a time, and others get to work in between; it trusts the tables made for finding, which `verify` checks.
 *
 * @throws McoError `failed/store`
 */
export async function* findRecords(database: Database, query: AuditQuery): AsyncGenerator<TrailRow> {
  const max = Math.max(0, Math.min(Math.floor(query.max), MAX_FOUND));
  if (max === 0) return;
  const range = await findRange(database, query);
  const [first, ...others] = listConditions(query);
  const filters = [...others.map(anyOf), ...leaveOut(query), ...limitTime(query)];
  let newest: readonly number[] = [];
  for await (const wanted of listWalks(database, first)) {
    for await (const { seqs, lowest } of walk({ database, wanted, filters, range })) {
      if (seqs.length > 0) newest = [...new Set([...newest, ...seqs])].sort((a, b) => b - a).slice(0, max);
      // The walk goes on to older ones only.
      if (newest.length === max && lowest <= (newest.at(-1) ?? 0)) break;
    }
  }
  yield* readAll(database, [...newest].reverse());
}

async function* readAll(database: Database, seqs: readonly number[]): AsyncGenerator<TrailRow> {
  let bytes = 0;
  for (const [index, seq] of seqs.entries()) {
    for (const row of database.rows(SELECT_ROW, seq).map(readRow)) {
      bytes += row.doc?.length ?? 0;
      yield row;
    }
    if (bytes < READ_BYTES && index % READ_PAGE !== READ_PAGE - 1) continue;
    bytes = 0;
    await breathe();
  }
}

/** One walk for each term; all records are one, too. */
async function* listWalks(database: Database, first: readonly Wanted[] | undefined): AsyncGenerator<Wanted | 'all'> {
  if (first === undefined) yield 'all';
  for (const wanted of first ?? []) {
    if (wanted.isStart) yield* listStarting(database, wanted);
    else yield wanted;
  }
}

async function* listStarting(database: Database, { kind, term: start }: Wanted): AsyncGenerator<Wanted> {
  // No byte of UTF-8 is 255.
  const end = Buffer.concat([start, Buffer.of(255)]);
  let from: Uint8Array = start;
  for (;;) {
    const term = readBytes(database.rows(NEXT_TERM, kind, from, end)[0]?.term);
    if (term === undefined) return;
    yield { kind, term, isStart: false };
    from = Buffer.concat([term, Buffer.of(0)]);
    await breathe();
  }
}

interface Walk {
  readonly database: Database;
  readonly wanted: Wanted | 'all';
  readonly filters: readonly Filter[];
  readonly range: SeqRange;
}

interface Page {
  /** Of the records that fit. */
  readonly seqs: readonly number[];
  /** Of those that were looked at. */
  readonly lowest: number;
}

/** From the newest on. */
async function* walk({ database, wanted, filters, range }: Walk): AsyncGenerator<Page> {
  const fits = ['TRUE', ...filters.map(({ sql }) => sql)].join(' AND ');
  const sql = `SELECT CAST(found.seq AS INTEGER) AS seq, (${fits}) AS fits
    FROM (${wanted === 'all' ? OF_ALL : OF_TERM} seq BETWEEN ? AND ? ORDER BY seq DESC LIMIT ${PAGE}) AS found`;
  const values = [
    ...filters.flatMap((filter) => filter.values),
    ...(wanted === 'all' ? [] : [wanted.kind, wanted.term]),
  ];
  for (let to = range.last; to >= range.first; ) {
    const rows = database.rows(sql, ...values, range.first, to);
    const lowest = Math.min(...rows.map(({ seq }) => seq as number));
    yield { seqs: rows.filter((row) => row.fits === 1).map(({ seq }) => seq as number), lowest };
    if (rows.length < PAGE) return;
    to = lowest - 1;
    await breathe();
  }
}

/** What is asked for, the rarest first; each a list of alternatives. */
function listConditions({ run, node, callers, action, events }: AuditQuery): Wanted[][] {
  const equal = (kind: Kind, terms: readonly string[] | undefined): Wanted[][] =>
    terms === undefined ? [] : [terms.map((term) => ({ kind, term: Buffer.from(toTerm(term)), isStart: false }))];
  return [
    ...(run === undefined ? [] : [[{ kind: KIND.run, term: Buffer.from(turnRound(run)), isStart: true }]]),
    ...equal(KIND.node, node === undefined ? undefined : [node]),
    ...equal(KIND.caller, callers),
    ...equal(KIND.action, action === undefined ? undefined : [action]),
    ...equal(KIND.event, areMostAskedFor(events) ? undefined : events),
  ];
}

const areMostAskedFor = (events: AuditQuery['events'] = []): boolean => events.length > AUDIT_EVENTS.length / 2;

/** Where most events are asked for it is quicker to look for the others. */
function leaveOut({ events = [] }: AuditQuery): Filter[] {
  if (!areMostAskedFor(events)) return [];
  const others = AUDIT_EVENTS.filter((event) => !events.includes(event));
  const { sql, values } = anyOf(
    others.map((event) => ({ kind: KIND.event, term: Buffer.from(toTerm(event)), isStart: false })),
  );
  return [{ sql: `NOT ${sql}`, values }];
}

/** Whether the same record has one of these terms as well. */
function anyOf(alternatives: readonly Wanted[]): Filter {
  const one = 'EXISTS (SELECT 1 FROM terms AS also WHERE also.kind = ? AND also.term = ? AND also.seq = found.seq)';
  return {
    sql: alternatives.length === 0 ? 'FALSE' : `(${alternatives.map(() => one).join(' OR ')})`,
    values: alternatives.flatMap(({ kind, term }) => [kind, term]),
  };
}

function limitTime(query: AuditQuery): Filter[] {
  if (query.since === undefined && query.until === undefined) return [];
  const sql = `EXISTS (SELECT 1 FROM moments NOT INDEXED
    WHERE moments.seq = found.seq AND moments.at >= ? AND moments.at < ?)`;
  return [{ sql, values: readTimes(query) }];
}
