import type { AuditRecord } from './audit.ts';

/** What a node has on record about one run. */
export interface FoundRecords {
  /** Oldest first. */
  readonly records: readonly AuditRecord[];
  /** There may be more: the newest were taken, or not all files were read. */
  readonly truncated: boolean;
}

/** Reads a node's own audit records back. */
export interface AuditReader {
  /**
   * @param run a run's whole id
   * @param signal ends the search; what was found until then is told
   * @throws McoError `failed/audit` when the files can't be read
   */
  find(run: string, signal?: AbortSignal): Promise<FoundRecords>;
}
