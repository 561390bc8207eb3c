import type { Pattern } from './regex.ts';

/** `=` is equality, `=~` a regular expression; the others order numbers as numbers and text as text. */
export type Comparison = '=' | '!=' | '<' | '>' | '<=' | '>=' | '=~' | '!~';

/** `fact OP value`. With `=~` and `!~` the value is a pattern. */
export type FactTest =
  | { readonly fact: string; readonly op: Exclude<Comparison, '=~' | '!~'>; readonly value: string }
  | { readonly fact: string; readonly op: '=~' | '!~'; readonly value: Pattern };

/** A name, exact or by pattern. */
export type NameTest = { readonly is: string } | { readonly matches: Pattern };

/** `function('argument').field OP value`, answered by a data function of the node. */
export interface DataTest {
  readonly function: string;
  readonly argument?: string | undefined;
  readonly field: string;
  readonly op: Comparison;
  readonly value: string | Pattern;
}

/** What `-S` says: and, or, not over classes, facts and data functions. Names of nodes come from policies only. */
export type Expression =
  | { readonly all: readonly Expression[] }
  | { readonly any: readonly Expression[] }
  | { readonly not: Expression }
  | { readonly fact: FactTest }
  | { readonly class: NameTest }
  | { readonly identity: NameTest }
  | { readonly data: DataTest };

/** Which nodes are meant. Everything is ANDed, but several identities are alternatives. It travels inside the signature. */
export interface Filter {
  readonly facts: readonly FactTest[];
  readonly classes: readonly NameTest[];
  readonly agents: readonly NameTest[];
  readonly identities: readonly NameTest[];
  readonly where: readonly Expression[];
}

/** The filter that every node matches. */
export const EVERYBODY: Filter = { facts: [], classes: [], agents: [], identities: [], where: [] };
