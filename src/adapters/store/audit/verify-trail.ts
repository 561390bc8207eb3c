import type { AuditRecord } from '../../../core/audit.ts';
import type { SignedCheckpoint, Verification } from '../../../core/audit-trail.ts';
import { McoError } from '../../../core/errors.ts';
import type { Verifier } from '../../../core/ports.ts';
import type { Database } from '../database.ts';
import { type CheckpointChecker, createCheckpointChecker, type FoundCheckpoint } from './check-checkpoints.ts';
import { createIndexCheck, type IndexCheck } from './check-index.ts';
import { readSigned } from './checkpoint-text.ts';
import type { CheckpointsFile } from './checkpoints-file.ts';
import { compareSchema } from './compare-schema.ts';
import type { FaultList } from './fault-list.ts';
import { readRecords } from './read-records.ts';
import { readHead, type TrailHead } from './trail-head.ts';
import { SAFE_SEQ } from './trail-rows.ts';
import { type ChainWalk, createChainWalk } from './walk-chain.ts';

const COUNT_STRAYS = `SELECT count(*) AS strays FROM audit WHERE seq < 1 OR seq > ${SAFE_SEQ}`;
const COUNT_LATER = `SELECT count(*) AS later FROM audit WHERE seq > ? AND seq <= ${SAFE_SEQ}`;

const OF_CHAIN = ['audit', 'head'];
const FOR_FINDING = ['moments', 'moments_by_time', 'terms'];
const NO_CHECK: IndexCheck = { take: async () => {}, conclude: async () => {} };

export interface TrailToVerify {
  readonly database: Database;
  /** Its id. */
  readonly trail: string;
  readonly checkpoints: CheckpointsFile | undefined;
  readonly verifier: Verifier | undefined;
}

/**
 * Reads every record, each checkpoint in the trail and each that is kept outside of it, and holds them against each other.
 *
 * @param extra checkpoints that somebody kept elsewhere
 * @throws McoError `failed/store`
 */
export async function verifyTrail(
  trail: TrailToVerify,
  extra: readonly SignedCheckpoint[] = [],
): Promise<Verification> {
  const walk = createChainWalk();
  const { faults } = walk;
  const checker = createCheckpointChecker({ ...trail, faults });
  try {
    const index = checkSchema(trail.database, faults);
    if (index !== undefined) {
      await checkOutside(trail, checker, extra);
      await checkRecords(trail, { walk, checker, index });
      await index.conclude(walk.last.seq);
      await checker.conclude(walk.last.seq);
    }
  } catch (thrown) {
    if (!isDamage(thrown)) throw thrown;
    const seq = walk.last.seq + 1;
    const message = `record ${seq} and what is behind it can't be read: the file is damaged`;
    faults.add({ seq, kind: 'unreadable', message });
  }
  return {
    records: walk.records,
    head: { seq: walk.last.seq, hash: walk.last.hash.toString('hex') },
    checkpoints: checker.count,
    lastCheckpoint: checker.newest,
    faults: faults.list(),
  };
}

/** Whether SQLite found that its own structures are broken. */
const isDamage = (thrown: unknown): boolean =>
  thrown instanceof McoError && /^SQLITE_(?:CORRUPT|NOTADB)/.test(String((thrown.cause as { code?: string })?.code));

/** Undefined where something else stands in the place of the records: nobody knows whether that has an end. */
function checkSchema(database: Database, faults: FaultList): IndexCheck | undefined {
  const differences = compareSchema(database);
  for (const { message } of differences) faults.add({ seq: 0, kind: 'index', message });
  if (differences.some(({ name, isTable }) => OF_CHAIN.includes(name) && !isTable)) {
    faults.add({
      seq: 0,
      kind: 'unreadable',
      message: 'no record was looked at: its table is not the one of the trail',
    });
    return undefined;
  }
  if (!differences.some(({ name }) => FOR_FINDING.includes(name))) return createIndexCheck(database, faults);
  faults.add({
    seq: 0,
    kind: 'index',
    message: 'searches find what somebody else decided: their tables are not the own ones',
  });
  return NO_CHECK;
}

/** Those outside come first: what they know of is in the trail already. */
async function checkOutside(
  { checkpoints }: TrailToVerify,
  checker: CheckpointChecker,
  extra: readonly SignedCheckpoint[],
): Promise<void> {
  for (const signed of extra) await checker.check({ signed, where: 'the file' });
  let line = 0;
  for await (const signed of checkpoints?.read() ?? []) {
    line += 1;
    await checker.check({ signed, where: `line ${line} of the checkpoints`, isLine: true });
  }
}

interface Checks {
  readonly walk: ChainWalk;
  readonly checker: CheckpointChecker;
  readonly index: IndexCheck;
}

async function checkRecords({ database }: TrailToVerify, { walk, checker, index }: Checks): Promise<void> {
  let end: TrailEnd;
  let before: number;
  do {
    before = walk.last.seq;
    for await (const row of readRecords(database, walk.last.seq)) {
      const { record, isFine } = walk.take(row);
      await index.take(row.seq, record, isFine);
      if (record?.event === 'checkpoint') await checker.check(findIn(record, row.seq));
    }
    // What was added meanwhile is read as well.
    end = readEnd(database, walk.last.seq);
    // INVARIANT: ends. A damaged file may count records that no search finds.
  } while (end.later > 0 && walk.last.seq > before);
  if (end.later > 0) {
    const seq = walk.last.seq + 1;
    walk.faults.add({
      seq,
      kind: 'unreadable',
      message: `there are records behind record ${seq - 1} that can't be read`,
    });
  }
  checkEnd(walk, end.head);
  const strays = database.rows(COUNT_STRAYS)[0]?.strays as number;
  if (strays > 0) {
    const message = `${strays} records stand outside of the chain, with numbers that no record gets`;
    walk.faults.add({ seq: 0, kind: 'reordered', message });
  }
}

interface TrailEnd {
  readonly head: TrailHead | undefined;
  /** How many records there are behind one. */
  readonly later: number;
}

/** Nobody writes between the two looks. */
const readEnd = (database: Database, seq: number): TrailEnd =>
  database.transact(() => ({
    head: readHead(database),
    later: database.rows(COUNT_LATER, seq)[0]?.later as number,
  }));

function findIn({ checkpoint }: AuditRecord, seq: number): FoundCheckpoint {
  return { signed: readSigned(checkpoint), where: `record ${seq}`, heldBy: seq };
}

function checkEnd({ faults, last, records }: ChainWalk, head: TrailHead | undefined): void {
  if (head === undefined) {
    faults.add({
      seq: last.seq,
      kind: 'unreadable',
      message: 'the note of which record is the last one can not be read',
    });
  } else if (head.seq > last.seq) {
    const message = `the trail ends with record ${last.seq}, and record ${head.seq} was written: the end is missing`;
    faults.add({ seq: last.seq + 1, kind: 'truncated', message });
  } else if (head.seq < last.seq) {
    const message = `record ${head.seq + 1} stands behind the last one that was written`;
    faults.add({ seq: head.seq + 1, kind: 'changed', message });
  } else if (!head.hash.equals(last.hash) && !faults.has(last.seq)) {
    faults.add({ seq: last.seq, kind: 'changed', message: `record ${last.seq} is not the last one that was written` });
  } else if (head.records !== records && faults.isEmpty) {
    const message = `${head.records} records were written, and ${records} are there`;
    faults.add({ seq: 0, kind: 'removed', message });
  }
}
