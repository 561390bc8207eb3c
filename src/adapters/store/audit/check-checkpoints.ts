import type { Checkpoint, SignedCheckpoint, TrailFault } from '../../../core/audit-trail.ts';
import { McoError } from '../../../core/errors.ts';
import type { Verifier } from '../../../core/ports.ts';
import type { Database } from '../database.ts';
import { keyOf, readStatement } from './checkpoint-text.ts';
import type { CheckpointsFile } from './checkpoints-file.ts';
import { createPlaceCheck } from './compare-places.ts';
import type { FaultList } from './fault-list.ts';
import { NO_HASH, readBytes } from './trail-rows.ts';

/** Junk that looks like checkpoints fills no more memory than this; behind it one is checked each time that it is met. */
const MAX_SEEN = 200_000;

export interface CheckpointCheck {
  readonly database: Database;
  readonly trail: string;
  readonly faults: FaultList;
  /** Knows the keys that the bot signs with. Undefined: no signature counts. */
  readonly verifier: Verifier | undefined;
  readonly checkpoints: CheckpointsFile | undefined;
}

/** A checkpoint and where it stands, for people: `record 17`, `line 3 of checkpoints.jsonl`. */
export interface FoundCheckpoint {
  readonly signed: SignedCheckpoint | undefined;
  readonly where: string;
  /** Of the record that carries it; undefined for one from outside of the trail. */
  readonly heldBy?: number | undefined;
  /** A line of the file beside the trail. */
  readonly isLine?: boolean | undefined;
}

export interface CheckpointChecker {
  check(found: FoundCheckpoint): Promise<void>;
  /** Tells what the checkpoints together say of the chain, and which are missing in the file. */
  conclude(lastSeq: number): Promise<void>;
  readonly count: number;
  readonly newest: Checkpoint | undefined;
}

/** Checks signed checkpoints, each once, and holds the chain against them. */
export function createCheckpointChecker(check: CheckpointCheck): CheckpointChecker {
  const { database, trail, faults, verifier, checkpoints: file } = check;
  /** What they say; undefined for those that do not count. */
  const seen = new Map<string, number | undefined>();
  const places = createPlaceCheck();
  const strangers = new Set<string>();
  const broken: Checkpoint[] = [];
  let newest: Checkpoint | undefined;

  /** Why it does not count, or what it says. */
  async function judge({ signed, where, heldBy }: FoundCheckpoint): Promise<string | Checkpoint> {
    const checkpoint = signed && readStatement(signed.statement);
    if (signed === undefined || checkpoint === undefined) return `${where} is not a checkpoint`;
    const reason = await refuse(signed, verifier);
    if (reason !== undefined) return `the checkpoint in ${where} is not by the bot: ${reason}`;
    if (checkpoint.trail !== trail) return describeStranger(checkpoint, where);
    if (heldBy !== undefined && checkpoint.seq >= heldBy) return `${where} holds a checkpoint of later records`;
    return checkpoint;
  }

  /** One fault for each other trail: its checkpoints are many. */
  function describeStranger({ trail: other }: Checkpoint, where: string): string {
    if (strangers.has(other)) return '';
    strangers.add(other);
    return `the checkpoint in ${where} is of the trail ${other}, and this one is ${trail}: the trail was replaced`;
  }

  /** Which record it vouches for; undefined when it does not count. */
  async function examine(found: FoundCheckpoint): Promise<number | undefined> {
    const judged = await judge(found);
    if (typeof judged === 'string') {
      if (judged !== '') faults.add({ seq: found.heldBy ?? 0, kind: 'bad-checkpoint', message: judged });
      return undefined;
    }
    if (judged.seq > (newest?.seq ?? -1)) newest = judged;
    if (hashOf(database, judged.seq) !== judged.hash) broken.push(judged);
    return judged.seq;
  }

  return {
    get count() {
      return seen.size;
    },
    get newest() {
      return newest;
    },
    async check(found) {
      const { signed, heldBy, isLine = false } = found;
      const key = signed && keyOf(signed);
      const seq = key !== undefined && seen.has(key) ? seen.get(key) : await examine(found);
      if (key === undefined) return;
      if (seen.size < MAX_SEEN) seen.set(key, seq);
      if (seq === undefined) return;
      if (isLine) places.addOfFile(key, seq);
      if (heldBy !== undefined) places.addOfTrail(key, seq, heldBy);
    },
    async conclude(lastSeq) {
      const isBehind = ({ seq }: Checkpoint) => seq > lastSeq;
      for (const found of [findFirst(broken.filter(isBehind)), findFirst(broken.filter((one) => !isBehind(one)))]) {
        if (found !== undefined && !faults.has(found.seq)) faults.add(describeBroken(found, lastSeq));
      }
      if (file !== undefined) await places.conclude(faults, file);
    },
  };
}

async function refuse(signed: SignedCheckpoint, verifier: Verifier | undefined): Promise<string | undefined> {
  if (verifier === undefined) return 'no key is known to check it with';
  try {
    const body = Buffer.from(signed.statement);
    const { fingerprint } = await verifier.verify('mco-audit@v1', body, signed.signature);
    return fingerprint === signed.signer ? undefined : `it was signed with ${fingerprint}, and names another key`;
  } catch (thrown) {
    if (thrown instanceof McoError && thrown.family === 'untrusted') return thrown.message;
    throw thrown;
  }
}

function hashOf(database: Database, seq: number): string | undefined {
  if (seq === 0) return NO_HASH.toString('hex');
  const [row] = database.rows('SELECT CAST(hash AS BLOB) AS hash FROM audit WHERE seq = ?', seq);
  return readBytes(row?.hash)?.toString('hex');
}

const findFirst = (checkpoints: readonly Checkpoint[]): Checkpoint | undefined =>
  checkpoints.reduce<Checkpoint | undefined>((first, one) => (first && first.seq <= one.seq ? first : one), undefined);

function describeBroken({ seq, at }: Checkpoint, lastSeq: number): TrailFault {
  if (seq > lastSeq) {
    const message = `the trail ends with record ${lastSeq}, and the checkpoint of ${at} saw record ${seq}`;
    return { seq, kind: 'truncated', message: `${message}: what was behind is missing` };
  }
  const message = `record ${seq} or one before it was changed: the checkpoint of ${at} saw another hash`;
  return { seq, kind: 'changed', message };
}
