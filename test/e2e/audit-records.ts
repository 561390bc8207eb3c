import { existsSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { type Database, openSharedDatabase } from '../../src/adapters/store/database.ts';
import type { AuditRecord } from '../../src/core/audit.ts';
import { waitFor } from '../contract/wait-for.ts';

/** The records of an audit log or of an audit trail (`.db`) so far. Every line and every row must be one. */
export function readRecords(path: string): AuditRecord[] {
  if (!existsSync(path)) return [];
  if (path.endsWith('.db')) return readTrail(path);
  const lines = readFileSync(path, 'utf8').split('\n');
  // What stands behind the last line's end is being written.
  return lines.slice(0, -1).map((line) => JSON.parse(line) as AuditRecord);
}

/** Kept open: the driver lets go of a file only when it is garbage collected, and a test looks again and again. */
const opened = new Map<string, Database>();

function readTrail(path: string): AuditRecord[] {
  const database = opened.get(path) ?? openSharedDatabase(path);
  opened.set(path, database);
  const [schema] = database.rows("SELECT count(*) AS tables FROM sqlite_schema WHERE name = 'audit'");
  if (schema?.tables !== 1) return [];
  const rows = database.rows('SELECT CAST(doc AS BLOB) AS doc FROM audit ORDER BY seq');
  return rows.map(({ doc }) => JSON.parse(Buffer.from(doc as ArrayBuffer).toString('utf8')) as AuditRecord);
}

/** The records that have all of these fields. */
export function findRecords(path: string, fields: Partial<AuditRecord>): AuditRecord[] {
  return readRecords(path).filter((record) =>
    Object.entries(fields).every(([name, value]) => isDeepStrictEqual(record[name as keyof AuditRecord], value)),
  );
}

/** Resolves with the records that have these fields, once there are `count` of them. */
export async function waitForRecords(path: string, fields: Partial<AuditRecord>, count = 1): Promise<AuditRecord[]> {
  await waitFor(() => findRecords(path, fields).length >= count).catch(() => {
    const found = readRecords(path).map((record) => JSON.stringify(record));
    throw new Error(`${path} never had ${count} of ${JSON.stringify(fields)}, but:\n${found.slice(-10).join('\n')}`);
  });
  return findRecords(path, fields);
}
