import type { AuditQuery } from '../../../core/audit-trail.ts';
import type { Database, SqlValue } from '../database.ts';
import { KIND, type Kind, toTerm, turnRound } from './index-terms.ts';
import { COLUMNS, readRow, type TrailRow } from './trail-rows.ts';

const MAX_FOUND = 10_000;

/** Terms of one kind, one of which must be there. */
interface Condition {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

const SELECT_ROW = `SELECT ${COLUMNS} FROM audit WHERE seq = ?`;

/**
 * The newest records that a query asks for, oldest first. The search walks the records of the rarest term from the newest
 * on; it trusts the tables made for finding, which `verify` does not look at.
 *
 * @throws McoError `failed/store`
 */
export function findRecords(database: Database, query: AuditQuery): TrailRow[] {
  const max = Math.max(0, Math.min(Math.floor(query.max), MAX_FOUND));
  const [first = [{ sql: 'TRUE', values: [] }], ...others] = listConditions(query);
  const from = first[0]?.sql === 'TRUE' ? 'moments' : 'terms';
  const found = first.flatMap((condition) => {
    const filters = [condition, ...others.map(anyOf), ...limitTime(query, from)];
    const sql = `SELECT CAST(found.seq AS INTEGER) AS seq FROM ${from} AS found
      WHERE ${filters.map((filter) => filter.sql).join(' AND ')} ORDER BY found.seq DESC LIMIT ?`;
    return database.rows(sql, ...filters.flatMap(({ values }) => values), max).map(({ seq }) => seq as number);
  });
  const newest = [...new Set(found)]
    .sort((a, b) => b - a)
    .slice(0, max)
    .reverse();
  return newest.flatMap((seq) => database.rows(SELECT_ROW, seq)).map(readRow);
}

/** What is asked for, the rarest first; each a list of alternatives. */
function listConditions({ run, node, callers, action, events }: AuditQuery): Condition[][] {
  const equal = (kind: Kind, terms: readonly string[] | undefined) =>
    terms === undefined ? [] : [terms.map((term) => isTerm(kind, term))];
  return [
    ...(run === undefined ? [] : [[startsTerm(KIND.run, turnRound(run))]]),
    ...equal(KIND.node, node === undefined ? undefined : [node]),
    ...equal(KIND.caller, callers),
    ...equal(KIND.action, action === undefined ? undefined : [action]),
    ...equal(KIND.event, events),
  ];
}

const isTerm = (kind: Kind, term: string): Condition => ({
  sql: 'found.kind = ? AND found.term = ?',
  values: [kind, Buffer.from(toTerm(term))],
});

/** No byte of UTF-8 is 255. */
const startsTerm = (kind: Kind, start: string): Condition => ({
  sql: 'found.kind = ? AND found.term >= ? AND found.term < ?',
  values: [kind, Buffer.from(start), Buffer.concat([Buffer.from(start), Buffer.of(255)])],
});

/** Whether the same record has one of these terms as well. */
function anyOf(alternatives: readonly Condition[]): Condition {
  const one = alternatives.map(
    ({ sql }) =>
      `EXISTS (SELECT 1 FROM terms AS also WHERE ${sql.replaceAll('found.', 'also.')} AND also.seq = found.seq)`,
  );
  return {
    sql: one.length === 0 ? 'FALSE' : `(${one.join(' OR ')})`,
    values: alternatives.flatMap(({ values }) => values),
  };
}

function limitTime({ since, until }: AuditQuery, from: 'moments' | 'terms'): Condition[] {
  if (since === undefined && until === undefined) return [];
  const values = [Math.ceil(since ?? 0), Math.ceil(until ?? Number.MAX_SAFE_INTEGER)];
  if (from === 'moments') return [{ sql: 'found.at >= ? AND found.at < ?', values }];
  const sql = 'EXISTS (SELECT 1 FROM moments WHERE moments.seq = found.seq AND moments.at >= ? AND moments.at < ?)';
  return [{ sql, values }];
}
