import { breathe } from '../breathe.ts';
import type { Database, SqlRow, SqlValue } from '../database.ts';
import type { FaultList } from './fault-list.ts';
import { KIND, listIndexRows } from './index-terms.ts';
import { COLUMNS, readBytes, readDoc, readRow, SAFE_SEQ } from './trail-rows.ts';

const PAGE = 2000;
const DETAIL_PAGE = 50;
const MAX_CACHED = 64;
/** Of so many records that are found by what is not in them each is told once. */
const MAX_TOLD = 1000;

/** Below every number of a row, and no number that one can have. */
const LOWEST = -1e300;

const KINDS: readonly number[] = Object.values(KIND).sort((a, b) => a - b);

/** The last record, as it is now: others add some meanwhile. */
const END = 'max((SELECT coalesce(max(seq), 0) FROM audit), (SELECT coalesce(max(seq), 0) FROM head))';

const STRAY_MOMENTS = `SELECT (EXISTS (SELECT 1 FROM moments NOT INDEXED WHERE seq < 1))
  + (EXISTS (SELECT 1 FROM moments NOT INDEXED WHERE seq > ${END})) AS strays`;

const ODD_KIND = 'SELECT EXISTS (SELECT 1 FROM terms WHERE kind > ? AND kind < ?) AS odd';
const ODD_ENDS = `SELECT EXISTS (SELECT 1 FROM terms WHERE kind < ${KINDS[0]})
  + EXISTS (SELECT 1 FROM terms WHERE kind > ${KINDS.at(-1)}) AS odd`;
const ODD_TERM = "SELECT EXISTS (SELECT 1 FROM terms WHERE kind = ? AND term < x'') AS odd";

const GOOD_SEQ = `CASE WHEN typeof(seq) = 'integer' AND seq BETWEEN 1 AND ${SAFE_SEQ} THEN seq END AS seq`;
const BEHIND = 'FROM terms WHERE kind = ? AND (term, seq) > (?, ?)';
const PAGE_END = `SELECT CAST(term AS BLOB) AS term, ${GOOD_SEQ} ${BEHIND} ORDER BY terms.term, terms.seq LIMIT 1 OFFSET ?`;
const COUNT = `SELECT
  coalesce(sum(typeof(seq) = 'integer' AND seq BETWEEN 1 AND ?), 0) AS known,
  coalesce(sum(typeof(seq) <> 'integer' OR seq < 1 OR seq > ${END}), 0) AS strays ${BEHIND}`;
const ROWS = `SELECT CAST(term AS BLOB) AS term, ${GOOD_SEQ} ${BEHIND}`;
const UP_TO = 'AND (term, seq) <= (?, ?)';

const SELECT_ROW = `SELECT ${COLUMNS} FROM audit WHERE seq = ?`;
const IS_TERM = `SELECT 1 AS yes FROM json_each(?)
  WHERE json_extract(value, '$[0]') = ? AND CAST(json_extract(value, '$[1]') AS BLOB) = ?`;

export interface StrangerCheck {
  readonly database: Database;
  readonly faults: FaultList;
  /** How many rows of each kind the records up to `lastSeq` have, those that are missing not counted. */
  readonly counts: ReadonlyMap<number, number>;
  /** Records of which nobody knows what they should be found by. Undefined: too many to tell any more. */
  readonly bad: ReadonlySet<number> | undefined;
  readonly lastSeq: number;
}

/**
 * Looks for rows in the tables made for finding that no record has. They are counted, and looked at one by one only where
 * there are more than there should be.
 *
 * @throws McoError `failed/store`
 */
export async function checkStrangers(check: StrangerCheck): Promise<void> {
  const { database, faults, lastSeq, counts } = check;
  let strays = database.rows(STRAY_MOMENTS)[0]?.strays as number;
  strays += hasOddRows(database);
  for (const kind of KINDS) {
    let known = 0;
    for await (const part of listParts(database, kind, PAGE)) {
      const counted = database.rows(COUNT + part.sql, lastSeq, kind, ...part.values)[0];
      known += counted?.known as number;
      strays += counted?.strays as number;
    }
    if (known !== (counts.get(kind) ?? 0)) await nameFalse(check, kind);
  }
  if (strays > 0) {
    const message =
      'searches are misled: the tables made for finding hold rows of records behind the last one, or of no record';
    faults.add({ seq: lastSeq, kind: 'index', message });
  }
}

function hasOddRows(database: Database): number {
  const ask = (sql: string, ...values: readonly SqlValue[]) => database.rows(sql, ...values)[0]?.odd as number;
  const between = KINDS.slice(1).map((kind, index) => ask(ODD_KIND, KINDS[index] ?? 0, kind));
  // Where every number between is a kind, nothing else stands there.
  return [ask(ODD_ENDS), ...between, ...KINDS.map((kind) => ask(ODD_TERM, kind))].reduce((sum, one) => sum + one, 0);
}

/** Conditions that each hold for a few rows of a kind, in their order. Others get to work in between. */
async function* listParts(database: Database, kind: number, rows: number) {
  let from: readonly [Uint8Array, number] = [Buffer.alloc(0), LOWEST];
  for (;;) {
    const [last] = database.rows(PAGE_END, kind, ...from, rows - 1);
    if (last === undefined) {
      yield { sql: '', values: from };
      return;
    }
    const to = readPlace(last);
    yield { sql: ` ${UP_TO}`, values: [...from, ...to] };
    from = to;
    await breathe();
  }
}

/** A row with a number that none gets is passed together with the others of its term. */
function readPlace({ term, seq }: SqlRow): readonly [Uint8Array, number] {
  const bytes = readBytes(term) ?? Buffer.alloc(0);
  return typeof seq === 'number' ? [bytes, seq] : [Buffer.concat([bytes, Buffer.of(0)]), LOWEST];
}

async function nameFalse({ database, faults, bad, lastSeq }: StrangerCheck, kind: number): Promise<void> {
  if (bad === undefined) return;
  const holds = createTermLookup(database, kind);
  const told = new Set<number>();
  for await (const part of listParts(database, kind, DETAIL_PAGE)) {
    for (const { term, seq } of database.rows(ROWS + part.sql, kind, ...part.values)) {
      const bytes = readBytes(term);
      if (bytes === undefined || typeof seq !== 'number' || seq > lastSeq || bad.has(seq) || told.has(seq)) continue;
      if (holds(seq, bytes)) continue;
      told.add(seq);
      faults.add({ seq, kind: 'index', message: `record ${seq} is found by what is not in it` });
      if (told.size === MAX_TOLD) return;
    }
  }
}

/** Whether a record has a term. One that is missing is told of elsewhere, so it has all. */
function createTermLookup(database: Database, kind: number): (seq: number, term: Buffer) => boolean {
  const cached = new Map<number, { terms: ReadonlySet<string>; json: string } | undefined>();

  function read(seq: number) {
    if (cached.has(seq)) return cached.get(seq);
    if (cached.size === MAX_CACHED) cached.clear();
    const row = database.rows(SELECT_ROW, seq).map(readRow)[0];
    const record = readDoc(row?.doc)?.record;
    const rows = record && listIndexRows(seq, record).filter(([one]) => one === kind);
    const terms = new Set(rows?.map(([, term]) => Buffer.from(term).toString('latin1')));
    cached.set(seq, rows && { terms, json: JSON.stringify(rows) });
    return cached.get(seq);
  }

  return (seq, term) => {
    const known = read(seq);
    if (known === undefined || known.terms.has(term.toString('latin1'))) return true;
    // SQLite writes halves of characters in its own way.
    return database.rows(IS_TERM, known.json, kind, term).length > 0;
  };
}
