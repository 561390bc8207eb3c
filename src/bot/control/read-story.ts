import type { AuditRecord } from '../../core/audit.ts';
import { AUDIT_EVENTS } from '../../core/audit.ts';
import type { JsonValue } from '../../core/json.ts';
import type { NodeOutcome, NodeResult } from '../../core/report.ts';
import type { NodeStory } from './compare-stories.ts';

/** Of any text in a record that came from a node. */
const MAX_LENGTH = 255;
const MAX_RECORDS = 1000;
const MAX_APPROVERS = 20;

const WHY: Readonly<Partial<Record<NodeOutcome, string>>> = {
  silent: 'no answer',
  notSent: 'it was not asked',
  unknown: 'the broker was lost, or the question was cancelled',
};

/**
 * A node's answer to `rpcutil.audit`. It is signed by the node, and still only what the node says: what is no record is
 * passed over, and only what is compared is taken from one.
 */
export function readStory({ outcome, status, data }: NodeResult, run: string): NodeStory {
  if (outcome !== 'ok') {
    const said = status === undefined || status.message === '' ? undefined : status.message.slice(0, MAX_LENGTH);
    return { silence: said ?? WHY[outcome] ?? outcome };
  }
  const { records, truncated } = data;
  if (!Array.isArray(records)) return { silence: 'its answer holds no records' };
  const read = (records as readonly JsonValue[]).slice(0, MAX_RECORDS).flatMap((value) => readRecord(value, run));
  return { records: read, truncated: truncated !== false || records.length > MAX_RECORDS };
}

function readRecord(value: JsonValue, run: string): AuditRecord[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  const text = (name: string): string | undefined => textOf((value as { readonly [key: string]: JsonValue })[name]);
  const event = AUDIT_EVENTS.find((known) => known === text('event'));
  if (event === undefined || text('run') !== run) return [];
  const { approvedBy } = value as { readonly approvedBy?: JsonValue };
  return [
    {
      at: text('at') ?? '',
      by: text('by') ?? '',
      event,
      run,
      request: text('request'),
      caller: text('caller'),
      action: text('action'),
      digest: text('digest'),
      result: text('result'),
      code: text('code'),
      approvedBy: namesOf(approvedBy),
    },
  ];
}

function namesOf(value: JsonValue | undefined): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const names = (value as readonly JsonValue[]).slice(0, MAX_APPROVERS).map(textOf);
  return names.filter((name) => name !== undefined);
}

const textOf = (value: JsonValue | undefined): string | undefined =>
  typeof value === 'string' ? value.slice(0, MAX_LENGTH) : undefined;
