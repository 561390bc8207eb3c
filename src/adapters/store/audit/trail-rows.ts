import { createHash } from 'node:crypto';
import type { AuditRecord } from '../../../core/audit.ts';
import type { ChainedRecord } from '../../../core/audit-trail.ts';
import type { SqlRow } from '../database.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** The hash before the first record. */
export const NO_HASH: Buffer = Buffer.alloc(32);

/** What a number of the program's can hold; no trail gets that long. */
export const SAFE_SEQ = Number.MAX_SAFE_INTEGER;

/** The columns of `audit` in a form that no damaged row can do harm in. */
export const COLUMNS = 'seq, CAST(doc AS BLOB) AS doc, CAST(hash AS BLOB) AS hash';

/** A row of `audit`. What is missing was not readable. */
export interface TrailRow {
  readonly seq: number;
  readonly doc: Buffer | undefined;
  readonly hash: Buffer | undefined;
}

export const readBytes = (value: unknown): Buffer | undefined =>
  value instanceof ArrayBuffer ? Buffer.from(value) : undefined;

export const readRow = ({ seq, doc, hash }: SqlRow): TrailRow => ({
  seq: typeof seq === 'number' ? seq : Number.NaN,
  doc: readBytes(doc),
  hash: readBytes(hash),
});

/** What makes a chain of the records: each hash covers the one before and the exact bytes of the record. */
export const chainHash = (before: Buffer, doc: Buffer): Buffer =>
  createHash('sha256').update(before).update(doc).digest();

/** The record in a row and the place that it says it has; undefined when it does not parse. */
export function readDoc(doc: Buffer | undefined): { seq: unknown; record: AuditRecord } | undefined {
  if (doc === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(UTF8.decode(doc));
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const { seq, ...record } = value as AuditRecord & { seq?: unknown };
    return typeof record.at === 'string' && typeof record.event === 'string' ? { seq, record } : undefined;
  } catch {
    return undefined;
  }
}

/** A row as others get it; undefined when it can't be read. */
export function toChained({ seq, doc, hash }: TrailRow): ChainedRecord | undefined {
  const read = readDoc(doc);
  if (read === undefined || hash === undefined) return undefined;
  return { seq, hash: hash.toString('hex'), record: read.record };
}
