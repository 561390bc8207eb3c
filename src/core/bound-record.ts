import type { AuditRecord } from './audit.ts';
import { writeCanonicalJson } from './canonical-json.ts';
import type { Hash } from './ports.ts';

/** Of a record's input, and of its filter: characters of JSON. */
const MAX_LENGTH = 2000;

/**
 * A record without an input or a filter of over 2,000 characters: its reason then tells how large it was, and the SHA-256
 * of its canonical JSON. Whoever may ask for anything fills no log with it, and the signed message can be held against it.
 */
export function boundRecord(record: AuditRecord, hash: Hash): AuditRecord {
  const [input, filter] = [measure('input', record.input, hash), measure('filter', record.filter, hash)];
  if (input === undefined && filter === undefined) return record;
  return {
    ...record,
    ...(input === undefined ? {} : { input: undefined }),
    ...(filter === undefined ? {} : { filter: undefined }),
    reason: [record.reason, input, filter].filter((part) => part !== undefined).join('; '),
  };
}

/** What is told in its place; undefined: it may stay. */
function measure(name: string, value: unknown, hash: Hash): string | undefined {
  if (value === undefined) return undefined;
  const text = writeCanonicalJson(value);
  if (text.length <= MAX_LENGTH) return undefined;
  return `the ${name} is left out: ${text.length} characters, SHA-256 ${hash(text)}`;
}
