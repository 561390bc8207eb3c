import type { AuditRecord } from '../../../core/audit.ts';
import { createFaultList, type FaultList } from './fault-list.ts';
import { chainHash, NO_HASH, readDoc, type TrailRow } from './trail-rows.ts';

/** After a fault the hash before the next record may be any of several; more than these are not tried. */
const MAX_BEFORE = 32;
const MAX_TRIED = 8;

export interface TakenRow {
  /** Undefined when it can't be read. */
  readonly record: AuditRecord | undefined;
  /** Whether it is what was written there. */
  readonly isFine: boolean;
}

export interface ChainWalk {
  readonly faults: FaultList;
  /** Takes the rows in the order of their numbers. */
  take(row: TrailRow): TakenRow;
  readonly records: number;
  /** Of the last row. */
  readonly last: { readonly seq: number; readonly hash: Buffer };
}

/**
 * Checks each record against the one before it. After a fault it goes on with whatever hash the records behind it agree
 * on, so that one change is one fault.
 */
export function createChainWalk(): ChainWalk {
  const faults = createFaultList();
  /** What the hash before the next record may be. Undefined: nobody knows. */
  let before: readonly Buffer[] | undefined = [NO_HASH];
  let records = 0;
  let last = { seq: 0, hash: NO_HASH };

  function noteGap(from: number, to: number): void {
    const which = from === to ? `record ${from} is` : `records ${from} to ${to} are`;
    faults.add({ seq: from, kind: 'removed', message: `${which} missing` });
    before = undefined;
  }

  function follows({ doc, hash }: TrailRow): boolean {
    if (doc === undefined || hash?.length !== NO_HASH.length) return false;
    return before === undefined || before.some((one) => chainHash(one, doc).equals(hash));
  }

  function goOn(row: TrailRow, isFine: boolean): void {
    const { doc, hash = NO_HASH } = row;
    const tried = before?.slice(0, MAX_TRIED) ?? [];
    const made = doc === undefined ? [] : tried.map((one) => chainHash(one, doc));
    before = isFine ? [hash] : [hash, ...made, ...(before ?? [])].slice(0, MAX_BEFORE);
    last = { seq: row.seq, hash };
  }

  return {
    faults,
    get records() {
      return records;
    },
    get last() {
      return last;
    },
    take(row) {
      const { seq } = row;
      if (seq > last.seq + 1) noteGap(last.seq + 1, seq - 1);
      records += 1;
      const read = readDoc(row.doc);
      const isPlaced = read?.seq === seq;
      const isFine = isPlaced && follows(row);
      if (read === undefined) {
        faults.add({ seq, kind: 'unreadable', message: `record ${seq} can't be read` });
      } else if (!isPlaced) {
        const claimed = Number.isSafeInteger(read.seq) ? `record ${String(read.seq)}` : 'a record without a number';
        faults.add({ seq, kind: 'reordered', message: `${claimed} stands where record ${seq} belongs` });
      } else if (!isFine) {
        faults.add({ seq, kind: 'changed', message: `record ${seq} was changed: it does not match its hash` });
      }
      goOn(row, isFine);
      // Where the right record is elsewhere, its hash is there too.
      if (read !== undefined && !isPlaced) before = undefined;
      return { record: read?.record, isFine };
    },
  };
}
