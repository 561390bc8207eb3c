import { McoError } from '../../core/errors.ts';
import type { NodeResult, RunReport } from '../../core/report.ts';
import type { RunStore, StoredApproval, StoredRequest, StoredRun } from '../../core/store.ts';
import type { Database, SqlRow } from './database.ts';
import { blobs, decodeDocument, decodeRows, encodeDocument } from './document.ts';
import { closeMessage } from './inbox-store.ts';
import { addItems } from './outbox-store.ts';
import { decodeApproval, decodeRun, encodeReport } from './run-record.ts';
import type { StoreParts } from './store-parts.ts';

const BEGIN = 'INSERT INTO runs (id, chat, channel, thread, account, started_at, doc) VALUES (?, ?, ?, ?, ?, ?, ?)';
const SET_TARGETS = 'UPDATE runs SET nodes = ?, frozen = ? WHERE id = ?';
/** What is being approved never changes: the first stays. */
const PARK = 'UPDATE runs SET approval = ?, nodes = ? WHERE id = ? AND approval IS NULL AND finished_at IS NULL';
const APPROVAL = `SELECT ${blobs('approval')} FROM runs WHERE id = ? AND finished_at IS NULL AND approval IS NOT NULL`;
const SET_APPROVAL = 'UPDATE runs SET approval = ? WHERE id = ?';
const ADD_REQUEST = 'INSERT INTO requests (id, run, doc) VALUES (?, ?, ?)';
const ADD_RESULT = 'INSERT INTO results (run, node, doc) VALUES (?, ?, ?) ON CONFLICT (run, node) DO NOTHING';
/** The first end stays: it may have been told already. */
const FINISH = 'UPDATE runs SET report = ?, finished_at = ? WHERE id = ? AND finished_at IS NULL';
const EXISTS = 'SELECT 1 AS found FROM runs WHERE id = ?';

/** What is being forgotten is not shown any more. */
const SELECT = `SELECT row, ${blobs('doc', 'root', 'approval', 'nodes', 'frozen', 'report')} FROM runs WHERE forgotten = 0`;
const FIND = `${SELECT} AND id = ?`;
/** INVARIANT: compared as text, never as a pattern: what was typed has no wildcards. */
const FIND_BY_END = `${SELECT} AND chat = ?1 AND channel = ?2 AND substr(id, -length(?3)) = ?3
  ORDER BY started_at DESC, id DESC LIMIT 10`;
const LIST = `${SELECT} AND chat = ?1 AND channel = ?2
  AND (?3 IS NULL OR thread = ?3 OR root_thread = ?3)
  AND (?4 IS NULL OR account = ?4)
  AND (?5 IS NULL OR (finished_at IS NOT NULL) = ?5)
  ORDER BY started_at DESC, id DESC LIMIT ?6`;
const OPEN = `${SELECT} AND finished_at IS NULL ORDER BY started_at, id`;
const REQUESTS = `SELECT row, ${blobs('doc')} FROM requests WHERE run = ? ORDER BY row`;
const RESULTS = `SELECT row, ${blobs('doc')} FROM results WHERE run = ? ORDER BY node`;

/** Runs with what was asked and answered, in the tables `runs`, `requests` and `results`. */
export function createRunStore({ database, clock, noteProblem }: StoreParts): RunStore {
  const readRuns = (rows: readonly SqlRow[]) => decodeRows(rows, decodeRun, noteProblem);

  return {
    async begin(run) {
      database.transact(() => begin(database, run, clock.now()));
    },
    async setTargets(run, nodes, order) {
      const frozen = order === undefined ? null : encodeDocument(order);
      if (database.run(SET_TARGETS, encodeDocument(nodes), frozen, run) !== 1) throw describeMissing(run);
    },
    async park(run, approval, items = []) {
      return database.transact(() => (park(database, run, approval) ? addItems(database, items) : []));
    },
    async changeApproval(run, was, approval) {
      return database.transact(() => changeApproval(database, run, { was, approval }));
    },
    async addRequests(requests) {
      database.transact(() => addRequests(database, requests));
    },
    async addResults(run, results) {
      database.transact(() => addResults(database, run, results));
    },
    async finish(report, items = []) {
      return database.transact(() => (finish(database, report, clock.now()) ? addItems(database, items) : []));
    },
    async find(run) {
      const [row] = database.rows(FIND, run);
      return row === undefined ? undefined : decodeRun(row);
    },
    async findByEnd({ chat, channel }, end) {
      return end === '' ? [] : readRuns(database.rows(FIND_BY_END, chat, channel, end.toLowerCase()));
    },
    async list({ chat, channel, thread, account, isFinished, max }) {
      const finished = isFinished === undefined ? null : Number(isFinished);
      return readRuns(database.rows(LIST, chat, channel, thread ?? null, account ?? null, finished, max));
    },
    async open() {
      return readRuns(database.rows(OPEN));
    },
    async requestsOf(run) {
      const decode = ({ row, doc }: SqlRow) => decodeDocument<StoredRequest>(doc, `row ${row as number} of requests`);
      return database.rows(REQUESTS, run).map(decode);
    },
    async resultsOf(run) {
      // One that is missing would make the counts wrong, so a damaged one is not left out.
      const decode = ({ row, doc }: SqlRow) => decodeDocument<NodeResult>(doc, `row ${row as number} of results`);
      return database.rows(RESULTS, run).map(decode);
    },
  };
}

function begin(database: Database, run: StoredRun, at: number): void {
  const { chat, channel, thread = null } = run.place;
  database.run(BEGIN, run.id, chat, channel, thread, run.account, run.startedAt, encodeDocument(run));
  // INVARIANT: a message is open until its run is known, and no longer: after a crash it is run once.
  if (run.message !== undefined) closeMessage(database, { chat, id: run.message, at });
}

/** False: it waits already, or is over. */
function park(database: Database, run: string, approval: StoredApproval): boolean {
  const { nodes } = approval.order;
  if (database.run(PARK, encodeDocument(approval), encodeDocument(nodes), run) === 1) return true;
  if (database.rows(EXISTS, run).length === 0) throw describeMissing(run);
  return false;
}

/** INVARIANT: looked at and changed in one transaction, so that of two who decide at the same time one wins. */
function changeApproval(
  database: Database,
  run: string,
  { was, approval }: { readonly was: StoredApproval; readonly approval: StoredApproval },
): boolean {
  const [row] = database.rows(APPROVAL, run);
  if (row === undefined) return false;
  const now = decodeApproval(row.approval, `run ${run}`);
  const isAsItWas =
    now.state === 'awaiting' &&
    was.state === 'awaiting' &&
    now.yes.length === was.yes.length &&
    now.digest === was.digest;
  return isAsItWas && database.run(SET_APPROVAL, encodeDocument(approval), run) === 1;
}

function addRequests(database: Database, requests: readonly StoredRequest[]): void {
  for (const request of requests) database.run(ADD_REQUEST, request.id, request.run, encodeDocument(request));
}

function addResults(database: Database, run: string, results: readonly NodeResult[]): void {
  for (const result of results) database.run(ADD_RESULT, run, result.node, encodeDocument(result));
}

/** False: it had ended before. */
function finish(database: Database, report: RunReport, at: number): boolean {
  const { run } = report.header;
  if (database.run(FINISH, encodeReport(report), at, run) !== 1) {
    if (database.rows(EXISTS, run).length === 0) throw describeMissing(run);
    return false;
  }
  addResults(database, run, report.results);
  return true;
}

function describeMissing(run: string): McoError {
  return new McoError('failed/store', `run ${run} is not in the store`);
}
