import { breathe } from './breathe.ts';
import type { Database } from './database.ts';

/** What one step deletes at most: it blocks everything else meanwhile. */
const STEP_ROWS = 1000;
const STEP_BYTES = 4 * 1024 * 1024;

/** A run is kept while something of it waits to be delivered. */
const HIDE_RUNS = `UPDATE runs SET forgotten = 1 WHERE row IN (
  SELECT row FROM runs WHERE finished_at < ? AND forgotten = 0
  AND NOT EXISTS (SELECT 1 FROM outbox WHERE lane = runs.id AND done_at IS NULL) LIMIT ${STEP_ROWS})`;

/** Rows to be deleted, with their size. */
interface Leftover {
  readonly table: 'results' | 'requests' | 'jobs' | 'runs' | 'inbox' | 'outbox';
  readonly where: string;
  readonly hasTime: boolean;
}

const OF_FORGOTTEN_RUNS = 'run IN (SELECT id FROM runs WHERE forgotten = 1)';

/** In this order: what belongs to a run goes before the run, so that no step has to delete all of it at once. */
const LEFTOVERS: readonly Leftover[] = [
  { table: 'results', where: OF_FORGOTTEN_RUNS, hasTime: false },
  { table: 'requests', where: OF_FORGOTTEN_RUNS, hasTime: false },
  { table: 'jobs', where: OF_FORGOTTEN_RUNS, hasTime: false },
  { table: 'runs', where: 'forgotten = 1', hasTime: false },
  { table: 'inbox', where: 'closed_at < ?', hasTime: true },
  { table: 'outbox', where: 'done_at < ?', hasTime: true },
];

/**
 * Deletes what is finished and older than that, in small steps between which everything else goes on. A run is not
 * found any more from the first step on; what a crash leaves behind is deleted by the next call.
 */
export async function forgetBefore(database: Database, time: number): Promise<void> {
  while (database.run(HIDE_RUNS, time) > 0) await breathe();
  for (const leftover of LEFTOVERS) {
    while (deleteSome(database, leftover, time) > 0) await breathe();
  }
}

function deleteSome(database: Database, { table, where, hasTime }: Leftover, time: number): number {
  const find = `SELECT row, coalesce(length(doc), 0) AS size FROM ${table} WHERE ${where} LIMIT ${STEP_ROWS}`;
  return database.transact(() => {
    let bytes = 0;
    let deleted = 0;
    for (const { row, size } of database.rows(find, ...(hasTime ? [time] : []))) {
      bytes += size as number;
      if (deleted > 0 && bytes > STEP_BYTES) break;
      deleted += database.run(`DELETE FROM ${table} WHERE row = ?`, row as number);
    }
    return deleted;
  });
}
