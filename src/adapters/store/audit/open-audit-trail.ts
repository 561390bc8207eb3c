import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { AuditTrail, ChainedRecord, SignedCheckpoint, Verification } from '../../../core/audit-trail.ts';
import { McoError, toMcoError } from '../../../core/errors.ts';
import type { Clock, Signer, Verifier } from '../../../core/ports.ts';
import { createFile } from '../create-file.ts';
import { type Database, openSharedDatabase } from '../database.ts';
import { readSigned } from './checkpoint-text.ts';
import { type CheckpointsFile, openCheckpointsFile } from './checkpoints-file.ts';
import { createSchemaGuard, requireOwnSchema } from './compare-schema.ts';
import { findRecords } from './find-records.ts';
import { createGroupCommit } from './group-commit.ts';
import { recordCheckpoint, signCheckpoint } from './make-checkpoint.ts';
import { readRecords } from './read-records.ts';
import { describeTrailFailure } from './trail-failure.ts';
import { requireHead } from './trail-head.ts';
import { readDoc, type TrailRow, toChained } from './trail-rows.ts';
import { prepareTrail } from './trail-schema.ts';
import { verifyTrail } from './verify-trail.ts';
import { writeRecords } from './write-records.ts';

/** Somebody who gets a copy of each record that is on disk. Best effort: it never holds anything up. */
export interface AuditSink {
  take(record: ChainedRecord): void;
  /** Gives what waits a little time, then gives up. */
  close(): Promise<void>;
}

export interface AuditTrailOptions {
  /** A SQLite file of its own, in a directory that exists; or `:memory:`, which forgets everything at the end. */
  readonly path: string;
  /** Whether a trail that is not there is an error; without a signer it is opened to be looked at. Default: an empty one is made. */
  readonly mustExist?: boolean | undefined;
  /** Where signed checkpoints are kept outside of the trail, as JSON lines. Undefined: nowhere. */
  readonly checkpointsPath?: string | undefined;
  /** The bot's read key. Undefined: no checkpoint can be made. */
  readonly signer?: Signer | undefined;
  /** Knows the keys whose checkpoints count. Undefined: none does, and each is a fault. */
  readonly verifier?: Verifier | undefined;
  /** `bot:NAME`, in checkpoints. */
  readonly by: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly sinks?: readonly AuditSink[] | undefined;
  /** Told of records that can't be read where others are given without them, and of sinks that fail. */
  onProblem(problem: McoError): void;
}

export interface OpenTrail extends AuditTrail {
  /** 16 hex digits, made with the file. */
  readonly id: string;
  /** @param extra checkpoints that somebody kept elsewhere */
  verify(extra?: readonly SignedCheckpoint[]): Promise<Verification>;
  /** Writes what waits, closes the sinks and then the file. */
  close(): Promise<void>;
}

const MEMORY = ':memory:';

/** Fewer than the end of the file that is looked at has lines. */
const MAX_RECENT = 50;

/**
 * Opens the bot's audit trail. Several processes may have it open: the bot, and `mcobot audit` beside it.
 *
 * @throws McoError `failed/audit`: no such directory, another program's file, a newer version, damaged
 */
export async function openAuditTrail(options: AuditTrailOptions): Promise<OpenTrail> {
  const path = options.path === MEMORY ? MEMORY : resolve(options.path);
  const database = await openFile(path, options);
  let id: string;
  try {
    id = prepareTrail(database, options.clock.now());
    if (isWritten(options)) requireOwnSchema(database);
  } catch (thrown) {
    database.discard();
    throw describeTrailFailure(path, thrown);
  }
  const { checkpointsPath } = options;
  const checkpoints = checkpointsPath === undefined ? undefined : openCheckpointsFile(checkpointsPath, path);
  return createTrail({ ...options, path, id, database, checkpoints });
}

/** Who only looks at a trail may look at one that somebody changed. */
const isWritten = ({ mustExist = false, signer }: AuditTrailOptions): boolean => !mustExist || signer !== undefined;

async function openFile(path: string, { mustExist = false }: AuditTrailOptions): Promise<Database> {
  try {
    if (mustExist && path !== MEMORY) await requireFile(path);
    else if (path !== MEMORY) await createFile(path);
    return openSharedDatabase(path);
  } catch (thrown) {
    throw describeTrailFailure(path, thrown);
  }
}

async function requireFile(path: string): Promise<void> {
  await access(path).catch((cause: unknown) => {
    const why = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is none yet' : "it can't be read";
    throw new McoError('failed/audit', `the audit trail ${path}: ${why}`, {
      hint: 'the bot makes it when it starts; `audit.trail` in its configuration says where',
      cause,
    });
  });
}

interface TrailParts extends AuditTrailOptions {
  readonly id: string;
  readonly database: Database;
  readonly checkpoints: CheckpointsFile | undefined;
}

function createTrail(parts: TrailParts): OpenTrail {
  const { path, id, database, checkpoints, signer, by, clock, sinks = [], verifier, onProblem } = parts;

  async function attempt<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (thrown) {
      throw describeTrailFailure(path, thrown);
    }
  }

  function tell(records: readonly ChainedRecord[]): void {
    for (const sink of sinks) {
      try {
        for (const record of records) sink.take(record);
      } catch (thrown) {
        onProblem(toMcoError(thrown));
      }
    }
  }

  const guard = createSchemaGuard(database);
  const commits = createGroupCommit((records) => {
    try {
      return writeRecords(database, records, guard);
    } catch (thrown) {
      throw describeTrailFailure(path, thrown);
    }
  }, tell);

  function toRecords(row: TrailRow): ChainedRecord[] {
    const chained = toChained(row);
    if (chained !== undefined) return [chained];
    const hint = '`mcobot audit verify` says what else is wrong';
    onProblem(new McoError('failed/audit', `record ${row.seq} of the audit trail can't be read`, { hint }));
    return [];
  }

  async function readHeadNow() {
    const { seq, hash } = await attempt(() => requireHead(database));
    return { seq, hash: hash.toString('hex') };
  }

  return {
    id,
    append: (record) => commits.append(record),
    find: (query) =>
      attempt(async () => {
        const found: ChainedRecord[] = [];
        for await (const row of findRecords(database, query)) found.push(...toRecords(row));
        return found;
      }),
    async *read({ since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY }) {
      const isWhole = since === Number.NEGATIVE_INFINITY && until === Number.POSITIVE_INFINITY;
      const rows = readRecords(database);
      for (let next = await attempt(() => rows.next()); next.done !== true; next = await attempt(() => rows.next())) {
        for (const chained of toRecords(next.value)) {
          const at = Date.parse(chained.record.at);
          if (isWhole || (at >= since && at < until)) yield chained;
        }
      }
    },
    head: readHeadNow,
    verify: (extra) => attempt(() => verifyTrail({ database, trail: id, checkpoints, verifier }, extra)),
    async checkpoint() {
      if (signer === undefined) throw new McoError('failed/audit', 'there is no key to sign a checkpoint with');
      return await attempt(async () => {
        const at = new Date(clock.now()).toISOString();
        const facts = { head: await readHeadNow(), by, at, trail: id };
        const recent = checkpoints === undefined ? [] : await listRecent(database);
        const checkpoint = await signCheckpoint(signer, facts);
        await commits.append(recordCheckpoint(checkpoint, facts));
        await checkpoints?.append(checkpoint, recent);
        return checkpoint;
      });
    },
    async close() {
      await commits.close();
      await Promise.all(sinks.map((sink) => sink.close().catch((thrown: unknown) => onProblem(toMcoError(thrown)))));
      database.close();
    },
  };
}

/** What a full disk or a power failure may have kept out of the file of checkpoints. */
async function listRecent(database: Database): Promise<readonly SignedCheckpoint[]> {
  const recent: SignedCheckpoint[] = [];
  for await (const row of findRecords(database, { events: ['checkpoint'], max: MAX_RECENT })) {
    const signed = readSigned(readDoc(row.doc)?.record.checkpoint);
    if (signed !== undefined) recent.push(signed);
  }
  return recent;
}
