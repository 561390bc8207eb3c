import { McoError } from '../../../core/errors.ts';
import type { Database } from '../database.ts';
import { NO_HASH, readBytes, SAFE_SEQ } from './trail-rows.ts';

const number = (column: string): string =>
  `CASE WHEN typeof(${column}) = 'integer' AND ${column} BETWEEN 0 AND ${SAFE_SEQ} THEN ${column} END`;

const HEAD = `
  SELECT ${number('seq')} AS seq, CAST(hash AS BLOB) AS hash, ${number('records')} AS records FROM head WHERE row = 1
`;

const LAST = `SELECT ${number('seq')} AS seq, CAST(hash AS BLOB) AS hash FROM audit ORDER BY audit.seq DESC LIMIT 1`;

/** What the trail says of its own end. */
export interface TrailHead {
  readonly seq: number;
  readonly hash: Buffer;
  readonly records: number;
}

/** Undefined when it can't be read. @throws McoError `failed/store` */
export function readHead(database: Database): TrailHead | undefined {
  const { seq, hash, records } = database.rows(HEAD)[0] ?? {};
  const bytes = readBytes(hash);
  if (typeof seq !== 'number' || typeof records !== 'number' || bytes?.length !== NO_HASH.length) return undefined;
  return { seq, hash: bytes, records };
}

/**
 * The end of the chain, if the last record is the one that was written last.
 *
 * @throws McoError `failed/audit` when it is not: nothing is added to a trail that somebody changed; `failed/store`
 */
export function requireHead(database: Database): TrailHead {
  const head = readHead(database);
  const last = database.rows(LAST)[0];
  const hash = last === undefined ? NO_HASH : readBytes(last.hash);
  const seq = last === undefined ? 0 : last.seq;
  if (head !== undefined && hash !== undefined && head.seq === seq && head.hash.equals(hash)) return head;
  throw new McoError('failed/audit', 'the audit trail does not end with the record that was written last', {
    hint: 'somebody changed it: `mcobot audit verify` says where; to go on, move it away together with its checkpoints',
  });
}
