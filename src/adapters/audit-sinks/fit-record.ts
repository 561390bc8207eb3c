import type { ChainedRecord } from '../../core/audit-trail.ts';

/** What a record is recognised by, whatever else is cut. */
const ESSENTIAL: ReadonlySet<string> = new Set(['seq', 'hash', 'at', 'by', 'event']);

/**
 * A record with its place as JSON in plain ASCII. Where it is too long, whole fields are left out, the longest first, and
 * named in `cut`: what arrives is JSON always.
 *
 * @param maxBytes enough for what is essential
 */
export function fitRecord({ seq, hash, record }: ChainedRecord, maxBytes: number): string {
  let fields: Readonly<Record<string, unknown>> = { seq, hash, ...record };
  const cut: string[] = [];
  for (;;) {
    const text = writeAscii(cut.length === 0 ? fields : { ...fields, cut });
    if (text.length <= maxBytes) return text;
    const longest = findLongest(fields);
    if (longest === undefined) return writeAscii({ seq, hash, event: record.event, cut: ['all'] });
    cut.push(longest);
    const { nodes } = record;
    const count = longest === 'nodes' && fields.count === undefined ? { count: nodes?.length } : {};
    fields = { ...Object.fromEntries(Object.entries(fields).filter(([name]) => name !== longest)), ...count };
  }
}

function findLongest(fields: Readonly<Record<string, unknown>>): string | undefined {
  const lengths = Object.entries(fields)
    .filter(([name, value]) => !ESSENTIAL.has(name) && value !== undefined)
    .map(([name, value]) => ({ name, length: writeAscii(value).length }));
  return lengths.sort((a, b) => b.length - a.length)[0]?.name;
}

/** Nothing in it is a control, and no reader has to guess its encoding. */
const writeAscii = (value: unknown): string =>
  JSON.stringify(value).replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
