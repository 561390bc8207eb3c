import { existsSync } from 'node:fs';
import { type Database, openSharedDatabase } from '../../../src/adapters/store/database.ts';
import type { AuditRecord } from '../../../src/core/audit.ts';

export type SeenRecord = AuditRecord & { readonly seq: number };

/** Reads the bot's trail along with it, from another process. */
export interface TrailWatch {
  /** Up to the last `refresh`, in their order. */
  readonly records: readonly SeenRecord[];
  refresh(): void;
  close(): void;
}

const HAS_TABLE = "SELECT count(*) AS tables FROM sqlite_schema WHERE name = 'audit'";
const NEWER = 'SELECT seq, CAST(doc AS BLOB) AS doc FROM audit WHERE seq > ? ORDER BY seq';

export function watchTrail(path: string): TrailWatch {
  const records: SeenRecord[] = [];
  let database: Database | undefined;
  return {
    records,
    refresh() {
      if (database === undefined && !existsSync(path)) return;
      database ??= openSharedDatabase(path);
      if (database.rows(HAS_TABLE)[0]?.tables !== 1) return;
      for (const { doc } of database.rows(NEWER, records.at(-1)?.seq ?? 0)) {
        records.push(JSON.parse(Buffer.from(doc as ArrayBuffer).toString('utf8')) as SeenRecord);
      }
    },
    close: () => database?.close(),
  };
}
