import { type FileHandle, open } from 'node:fs/promises';
import type { AuditRecord } from '../../core/audit.ts';
import type { AuditReader, FoundRecords } from '../../core/audit-reader.ts';
import { McoError } from '../../core/errors.ts';
import { rotatedName } from './rotate-files.ts';
import { scanBackwards } from './scan-backwards.ts';

const NEWLINE = 0x0a;
/** How much earlier than its run's id a record may say it is: the clocks differ. */
const CLOCK_MARGIN_MS = 3_600_000;

/** What one search may find and read. */
export interface SearchLimits {
  readonly maxRecords: number;
  /** Of the records found, as they stand in the file. */
  readonly maxFoundBytes: number;
  readonly maxScannedBytes: number;
}

const LIMITS: SearchLimits = { maxRecords: 200, maxFoundBytes: 512 * 1024, maxScannedBytes: 200_000_000 };

export interface AuditReaderOptions {
  readonly path: string;
  /** How many older files there may be; see `rotatedName`. */
  readonly keep: number;
  /** Whose records: several nodes may write one file. */
  readonly by: string;
  readonly limits?: SearchLimits | undefined;
}

/**
 * Searches an audit trail and its older files, the newest records first. One search at a time: whoever asks again and
 * again keeps one disk busy, not the node.
 */
export function createAuditReader(options: AuditReaderOptions): AuditReader {
  let last: Promise<unknown> = Promise.resolve();
  return {
    find(run, signal) {
      const found = last.then(() => searchFiles(run, options, signal));
      last = found.catch(() => undefined);
      return found;
    },
  };
}

async function searchFiles(run: string, options: AuditReaderOptions, signal?: AbortSignal): Promise<FoundRecords> {
  const search = createSearch(run, options);
  const seen = new Set<string>();
  for (let age = 0; age <= options.keep && !search.isOver(); age++) {
    const file = await openIfThere(rotatedName(options.path, age));
    if (file === undefined) continue;
    try {
      const { dev, ino } = await file.stat();
      const name = `${dev}:${ino}`;
      // A file that was rotated while this goes on is met again under its next name.
      if (seen.has(name)) continue;
      seen.add(name);
      await scanBackwards({ file, take: (lines) => search.take(lines, signal?.aborted === true) });
    } finally {
      await file.close();
    }
  }
  return search.result();
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new McoError('failed/audit', `the audit log can't be read: ${code ?? String(cause)}`, { cause });
  }
}

function createSearch(run: string, { by, limits = LIMITS }: AuditReaderOptions) {
  const needle = Buffer.from(run);
  const startedAt = timeOf(run);
  /** The newest first. */
  const records: AuditRecord[] = [];
  let foundBytes = 0;
  let scannedBytes = 0;
  let truncated = false;
  let isOver = false;

  function cut(): void {
    truncated = true;
    isOver = true;
  }

  function takeLine(line: Buffer): void {
    const record = parseRecord(line);
    if (record?.run !== run || record.by !== by) return;
    foundBytes += line.length;
    if (records.length >= limits.maxRecords || foundBytes > limits.maxFoundBytes) cut();
    else records.push(record);
  }

  return {
    isOver: () => isOver,
    take(lines: Buffer, isAborted: boolean): boolean {
      if (isAborted) cut();
      for (let at = lines.lastIndexOf(needle); at >= 0 && !isOver; ) {
        const start = lines.lastIndexOf(NEWLINE, at) + 1;
        const end = lines.indexOf(NEWLINE, at);
        takeLine(lines.subarray(start, end < 0 ? lines.length : end));
        at = start === 0 ? -1 : lines.lastIndexOf(needle, start - 1);
      }
      scannedBytes += lines.length;
      if (scannedBytes >= limits.maxScannedBytes) cut();
      // Once something was found, what is from long before the run has nothing more of it.
      if (records.length > 0 && firstTime(lines) < startedAt - CLOCK_MARGIN_MS) isOver = true;
      return !isOver;
    },
    result: (): FoundRecords => ({ records: records.reverse(), truncated }),
  };
}

/** When a UUIDv7 was made, ms since the epoch (RFC 9562, 5.7); of another one nothing is known. */
function timeOf(uuid: string): number {
  return uuid[14] === '7' ? Number.parseInt(uuid.slice(0, 13).replace('-', ''), 16) : Number.NEGATIVE_INFINITY;
}

/** The time of the first record in some lines; NaN where it can't be told. */
function firstTime(lines: Buffer): number {
  const [, at = ''] = /^\{"at":"([^"]{1,40})"/.exec(lines.toString('latin1', 0, 64)) ?? [];
  return Date.parse(at);
}

/** Undefined for what is no record: a line that a crash tore. */
function parseRecord(line: Buffer): AuditRecord | undefined {
  try {
    const value: unknown = JSON.parse(line.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as AuditRecord) : undefined;
  } catch {
    return undefined;
  }
}
