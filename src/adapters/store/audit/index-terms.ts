import type { AuditRecord } from '../../../core/audit.ts';

/** What records are found by. The numbers are kept in the file. */
export const KIND = { caller: 1, node: 2, action: 3, run: 4, event: 5 } as const;

export type Kind = (typeof KIND)[keyof typeof KIND];

/** Names are shorter; what is longer is found by its beginning alone. */
const MAX_LENGTH = 255;

/** As a term is kept and looked for. */
export const toTerm = (text: string): string => text.slice(0, MAX_LENGTH);

/** Runs are looked for by their end: turned round, that is a beginning. */
export const turnRound = (text: string): string => [...toTerm(text)].reverse().join('');

/** Everything that a record shall be found by, without repetitions. */
function listTerms(record: AuditRecord): readonly (readonly [Kind, string])[] {
  const { caller, approvedBy = [], node, nodes = [], action, run, event } = record;
  const people = [...(caller === undefined ? [] : [caller]), ...approvedBy];
  const machines = [...(node === undefined ? [] : [node]), ...nodes];
  // An agent has no dot, so that it is taken for no action.
  const deeds = action === undefined ? [] : [action, action.split('.', 1)[0] ?? action];
  return [
    ...distinct(KIND.caller, people.map(toTerm)),
    ...distinct(KIND.node, machines.map(toTerm)),
    ...distinct(KIND.action, deeds.map(toTerm)),
    ...distinct(KIND.run, run === undefined ? [] : [turnRound(run)]),
    ...distinct(KIND.event, [event]),
  ];
}

const distinct = (kind: Kind, terms: readonly string[]): (readonly [Kind, string])[] =>
  [...new Set(terms)].map((term) => [kind, term] as const);

/** The rows of `terms` of one record: kind, term, number. */
export const listIndexRows = (seq: number, record: AuditRecord): readonly (readonly [Kind, string, number])[] =>
  listTerms(record).map(([kind, term]) => [kind, term, seq]);

/** The time in `moments`, ms since the epoch. A time that is none is before all others. */
export function readMoment({ at }: AuditRecord): number {
  const time = Date.parse(at);
  return Number.isNaN(time) ? 0 : time;
}
