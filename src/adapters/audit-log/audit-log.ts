import type { AuditRecord } from '../../core/audit.ts';
import { McoError } from '../../core/errors.ts';
import { writeJsonText } from '../../core/escape-text.ts';
import type { AuditLog } from '../../core/ports.ts';
import { type CurrentFileOptions, createCurrentFile } from './current-file.ts';
import { findLastTime } from './find-last-time.ts';
import { describeLogFailure } from './log-failure.ts';

const MAX_WAITING_BYTES = 64 * 1024 * 1024;
const MAX_BATCH_BYTES = 4 * 1024 * 1024;

interface Waiting {
  readonly line: Buffer;
  resolve(): void;
  reject(error: McoError): void;
}

export interface FileAuditLog extends AuditLog {
  /** The latest time in the records that were there when the file was opened, ms since the epoch. */
  readonly lastAt: number | undefined;
  /** Writes what waits, then closes the file. */
  close(): Promise<void>;
}

/**
 * An audit trail of JSON lines. Records that come at the same time are written and synced together. When a write fails,
 * the next record tries again: it opens the file anew and closes a line that was torn.
 *
 * @throws McoError `failed/audit` when the file can't be opened
 */
export async function openAuditLog(options: CurrentFileOptions): Promise<FileAuditLog> {
  const { path } = options;
  const file = createCurrentFile(options);
  let waiting: Waiting[] = [];
  let waitingBytes = 0;
  let writing: Promise<void> | undefined;
  let closed = false;

  function takeBatch(): Waiting[] {
    let bytes = 0;
    const end = waiting.findIndex(({ line }, i) => {
      bytes += line.length;
      return i > 0 && bytes > MAX_BATCH_BYTES;
    });
    const batch = end < 0 ? waiting : waiting.slice(0, end);
    waiting = end < 0 ? [] : waiting.slice(end);
    return batch;
  }

  async function writeBatch(batch: readonly Waiting[]): Promise<void> {
    try {
      const target = await file.getWithRoom();
      await target.append(Buffer.concat(batch.map(({ line }) => line)));
      await target.sync();
      for (const { resolve } of batch) resolve();
    } catch (cause) {
      await file.drop();
      const error = describeLogFailure(path, cause);
      for (const { reject } of batch) reject(error);
    }
  }

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const batch = takeBatch();
      await writeBatch(batch);
      for (const { line } of batch) waitingBytes -= line.length;
    }
    writing = undefined;
  }

  const lastAt = await openFirst();
  return {
    lastAt,
    append(record: AuditRecord) {
      // Escaped, so that whoever prints the file on a terminal prints text.
      const line = Buffer.from(`${writeJsonText(record, 0)}\n`);
      if (closed) return Promise.reject(new McoError('failed/audit', 'the audit log is closed'));
      if (waitingBytes + line.length > MAX_WAITING_BYTES) {
        return Promise.reject(new McoError('failed/audit', "the audit log can't keep up"));
      }
      waitingBytes += line.length;
      return new Promise((resolve, reject) => {
        waiting.push({ line, resolve, reject });
        writing ??= Promise.resolve().then(drain);
      });
    },
    async close() {
      closed = true;
      await writing;
      await file.drop();
    },
  };

  async function openFirst(): Promise<number | undefined> {
    try {
      await file.get();
      return await findLastTime(path);
    } catch (cause) {
      throw describeLogFailure(path, cause);
    }
  }
}
