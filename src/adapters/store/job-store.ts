import type { AwaitedJobs } from '../../core/awaited-jobs.ts';
import type { JobStore } from '../../core/store.ts';
import type { SqlRow } from './database.ts';
import { decodeDocument, decodeRows, encodeDocument } from './document.ts';
import { addItems } from './outbox-store.ts';
import type { StoreParts } from './store-parts.ts';

const ADD = 'INSERT INTO jobs (run, node, doc) VALUES (?, ?, ?) ON CONFLICT (run, node) DO NOTHING';
/** What is being forgotten is not waited for any more. */
const ALL = `SELECT jobs.row AS row, CAST(jobs.doc AS BLOB) AS doc FROM jobs
  JOIN runs ON runs.id = jobs.run WHERE runs.forgotten = 0 ORDER BY jobs.row`;
const REMOVE = 'DELETE FROM jobs WHERE run = ? AND node = ?';

/** A row of the table `jobs`. */
interface AwaitedJob {
  readonly run: string;
  readonly node: string;
  readonly until: number;
}

/** Whose jobs are waited for after the end of their run, in the table `jobs`. */
export function createJobStore({ database, noteProblem }: StoreParts): JobStore {
  const decode = ({ row, doc }: SqlRow) => decodeDocument<AwaitedJob>(doc, `row ${row as number} of jobs`);
  return {
    async add({ run, nodes, until }) {
      database.transact(() => {
        for (const node of nodes) database.run(ADD, run, node, encodeDocument({ run, node, until }));
      });
    },
    async all() {
      return gatherRuns(decodeRows(database.rows(ALL), decode, noteProblem));
    },
    async settle(run, nodes, items = []) {
      return database.transact(() => {
        for (const node of nodes) database.run(REMOVE, run, node);
        return addItems(database, items);
      });
    },
  };
}

/** Of a run the latest moment counts. */
function gatherRuns(jobs: readonly AwaitedJob[]): readonly AwaitedJobs[] {
  const runs = new Map<string, { readonly nodes: string[]; until: number }>();
  for (const { run, node, until } of jobs) {
    const gathered = runs.get(run) ?? { nodes: [], until };
    gathered.nodes.push(node);
    gathered.until = Math.max(gathered.until, until);
    runs.set(run, gathered);
  }
  return [...runs].map(([run, { nodes, until }]) => ({ run, nodes, until }));
}
