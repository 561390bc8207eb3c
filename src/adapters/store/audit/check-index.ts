import type { AuditRecord } from '../../../core/audit.ts';
import { breathe } from '../breathe.ts';
import type { Database, SqlRow } from '../database.ts';
import type { FaultList } from './fault-list.ts';
import { checkStrangers } from './find-strangers.ts';
import { listIndexRows, readMoment } from './index-terms.ts';

/** Rows that are looked for at once: more block everything else for too long. */
const BATCH_ROWS = 500;

/** Of so many records with faults of their own the numbers are kept. */
const MAX_BAD = 10_000;

const LACKS_TERM = `SELECT json_extract(given.value, '$[2]') AS seq, json_extract(given.value, '$[0]') AS kind
  FROM json_each(?) AS given
  WHERE NOT EXISTS (SELECT 1 FROM terms WHERE kind = json_extract(given.value, '$[0]')
    AND term = CAST(json_extract(given.value, '$[1]') AS BLOB) AND seq = json_extract(given.value, '$[2]'))`;

/** In the table and in its index: somebody may have changed one of them. */
const LACKS_MOMENT = `SELECT json_extract(given.value, '$[0]') AS seq FROM json_each(?) AS given
  WHERE NOT EXISTS (SELECT 1 FROM moments NOT INDEXED
    WHERE seq = json_extract(given.value, '$[0]') AND at = json_extract(given.value, '$[1]'))
  OR NOT EXISTS (SELECT 1 FROM moments INDEXED BY moments_by_time
    WHERE seq = json_extract(given.value, '$[0]') AND at = json_extract(given.value, '$[1]'))`;

type TermRow = ReturnType<typeof listIndexRows>[number];

/** Holds the tables made for finding against the records they were made of. */
export interface IndexCheck {
  /** Takes the records in their order. `isFine`: it is what was written there. */
  take(seq: number, record: AuditRecord | undefined, isFine: boolean): Promise<void>;
  /** Looks for what is in these tables and in no record, up to the last record. */
  conclude(lastSeq: number): Promise<void>;
}

/** Memory is bounded: nothing is kept but numbers of rows, and of some records. */
export function createIndexCheck(database: Database, faults: FaultList): IndexCheck {
  const terms: TermRow[] = [];
  const moments: (readonly [number, number])[] = [];
  /** How many rows of each kind were found as they should be. */
  const counts = new Map<number, number>();
  /** Records of which nobody knows what they should be found by. Undefined: too many. */
  let bad: Set<number> | undefined = new Set();
  let hidden = 0;

  function addHidden(seqs: readonly number[], how: string): void {
    for (const seq of seqs) {
      // Of one record, one fault: it comes up in one batch after the other.
      if (seq === hidden) continue;
      hidden = seq;
      faults.add({ seq, kind: 'index', message: `record ${seq} is hidden from searches ${how}` });
    }
  }

  function addCount(kind: number, rows: 1 | -1): void {
    counts.set(kind, (counts.get(kind) ?? 0) + rows);
  }

  function flush(): void {
    const ask = (sql: string, rows: readonly unknown[]) => database.rows(sql, JSON.stringify(rows));
    const lackingMoment = toSeqs(ask(LACKS_MOMENT, moments.splice(0)));
    const lacking = ask(LACKS_TERM, terms.splice(0));
    for (const { kind } of lacking) addCount(kind as number, -1);
    const lackingTerm = toSeqs(lacking);
    addHidden(lackingTerm, 'by what is in it');
    addHidden(
      lackingMoment.filter((seq) => !lackingTerm.includes(seq)),
      'by its time',
    );
  }

  return {
    async take(seq, record, isFine) {
      if (record === undefined || !isFine) {
        bad?.add(seq);
        if ((bad?.size ?? 0) > MAX_BAD) bad = undefined;
        return;
      }
      moments.push([seq, readMoment(record)]);
      for (const row of listIndexRows(seq, record)) {
        addCount(row[0], 1);
        terms.push(row);
        if (terms.length < BATCH_ROWS) continue;
        flush();
        await breathe();
      }
    },
    async conclude(lastSeq) {
      flush();
      await checkStrangers({ database, faults, counts, bad, lastSeq });
    },
  };
}

const toSeqs = (rows: readonly SqlRow[]): number[] => rows.map(({ seq }) => seq as number).sort((a, b) => a - b);
