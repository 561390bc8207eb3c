import type { AuditRecord } from '../../core/audit.ts';
import { DATA_AGENT } from '../../core/data-functions.ts';

/** What a node did about one request, as its own records say. */
export interface Deed {
  readonly request: string;
  readonly action: string;
  readonly caller: string | undefined;
  readonly digest: string | undefined;
  readonly approvedBy: readonly string[] | undefined;
  /** Whether it was run; else it was turned down. */
  readonly ran: boolean;
  /** Whether it was recorded before it was run. */
  readonly begun: boolean;
  /** The status it ended with. */
  readonly ended: string | undefined;
  /** Why it was turned down. */
  readonly code: string | undefined;
}

/** A node's records of a run by request, in the order in which it met them. */
export function deedsOf(records: readonly AuditRecord[]): readonly Deed[] {
  const byRequest = new Map<string, AuditRecord[]>();
  for (const record of records) {
    const { request } = record;
    // What was looked up to tell whether the node is meant is no deed.
    if (request === undefined || record.action?.startsWith(`${DATA_AGENT}.`) === true) continue;
    const others = byRequest.get(request);
    if (others === undefined) byRequest.set(request, [record]);
    else others.push(record);
  }
  return [...byRequest].map(([request, about]) => readDeed(request, about));
}

/** The same request may come again and be refused as a replay: what was run counts. */
function readDeed(request: string, about: readonly AuditRecord[]): Deed {
  const intent = about.find(({ event }) => event === 'intent');
  const { action = 'an unknown action', caller, digest, approvedBy, code } = intent ?? about[0] ?? {};
  // A reply that could not be sent is recorded as an outcome too, without a result.
  const ended = about.find(({ event, result }) => event === 'outcome' && result !== undefined)?.result;
  const begun = intent !== undefined;
  return { request, action, caller, digest, approvedBy, ran: begun || ended !== undefined, begun, ended, code };
}
