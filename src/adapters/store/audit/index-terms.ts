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
export function listTerms(record: AuditRecord): readonly (readonly [Kind, string])[] {
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
