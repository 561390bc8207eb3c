import type { AuditRecord } from '../../../core/audit.ts';
import type { ChainedRecord } from '../../../core/audit-trail.ts';
import { McoError } from '../../../core/errors.ts';
import { writeJsonText } from '../../../core/escape-text.ts';
import { breathe } from '../breathe.ts';
import type { NewRecord } from './write-records.ts';

const MAX_WAITING_BYTES = 64 * 1024 * 1024;
/** Writing blocks everything else: one batch is not longer than that is bearable. */
const MAX_BATCH_BYTES = 1024 * 1024;
const MAX_BATCH_RECORDS = 256;

interface Waiting extends NewRecord {
  resolve(): void;
  reject(error: unknown): void;
}

export interface GroupCommit {
  /** Resolves when the record is on disk. @throws McoError `failed/audit` */
  append(record: AuditRecord): Promise<void>;
  /** Takes nothing more, and waits for what was taken. */
  close(): Promise<void>;
}

/**
 * Writes records in the order in which they come, those that come at the same time together.
 *
 * @param write writes all or none, and throws what `append` shall reject with; the next record tries again
 * @param tell gets the records that are on disk
 */
export function createGroupCommit(
  write: (records: readonly NewRecord[]) => readonly ChainedRecord[],
  tell: (records: readonly ChainedRecord[]) => void,
): GroupCommit {
  let waiting: Waiting[] = [];
  let waitingBytes = 0;
  let writing: Promise<void> | undefined;
  let isClosed = false;

  function takeBatch(): Waiting[] {
    let bytes = 0;
    const end = waiting.findIndex(({ json }, index) => {
      bytes += json.length;
      return index > 0 && (index === MAX_BATCH_RECORDS || bytes > MAX_BATCH_BYTES);
    });
    const batch = end < 0 ? waiting : waiting.slice(0, end);
    waiting = end < 0 ? [] : waiting.slice(end);
    for (const { json } of batch) waitingBytes -= json.length;
    return batch;
  }

  function writeBatch(batch: readonly Waiting[]): void {
    try {
      const written = write(batch);
      // INVARIANT: nobody is told before the transaction is over.
      for (const { resolve } of batch) resolve();
      tell(written);
    } catch (thrown) {
      for (const { reject } of batch) reject(thrown);
    }
  }

  async function drain(): Promise<void> {
    // Those who append in this same turn are waited for.
    await Promise.resolve();
    while (waiting.length > 0) {
      writeBatch(takeBatch());
      await breathe();
    }
    writing = undefined;
  }

  return {
    async append({ at, ...rest }) {
      const record = { at, ...rest };
      // Made at once, so that nobody changes it any more. Escaped, so that who prints the file prints text.
      const json = writeJsonText(record, 0);
      if (isClosed) throw new McoError('failed/audit', 'the audit trail is closed', { hint: 'the bot is stopping' });
      if (waitingBytes + json.length > MAX_WAITING_BYTES) {
        throw new McoError('failed/audit', "the audit trail can't keep up", { hint: 'look at the disk it is on' });
      }
      waitingBytes += json.length;
      await new Promise<void>((resolve, reject) => {
        waiting.push({ record, json, resolve, reject });
        writing ??= drain();
      });
    },
    async close() {
      isClosed = true;
      await writing;
    },
  };
}
