import { breathe } from '../breathe.ts';
import type { Database } from '../database.ts';
import { COLUMNS, readRow, SAFE_SEQ, type TrailRow } from './trail-rows.ts';

const PAGE = 128;
/** Work on more than that blocks everything else for too long. */
const BREATH_BYTES = 512 * 1024;

const SELECT_PAGE = `SELECT ${COLUMNS} FROM audit WHERE seq > ? AND seq <= ${SAFE_SEQ} ORDER BY seq LIMIT ${PAGE}`;

/**
 * All records of the chain behind one, in their order, also those that are added meanwhile. Others get to work in between.
 *
 * @throws McoError `failed/store`
 */
export async function* readRecords(database: Database, after = 0): AsyncGenerator<TrailRow> {
  let last = after;
  let bytes = 0;
  for (;;) {
    const rows = database.rows(SELECT_PAGE, last).map(readRow);
    for (const row of rows) {
      last = row.seq;
      yield row;
      bytes += row.doc?.length ?? 0;
      if (bytes < BREATH_BYTES) continue;
      bytes = 0;
      await breathe();
    }
    if (rows.length < PAGE) return;
    await breathe();
  }
}
