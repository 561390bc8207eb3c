import type { DataAnswers } from './data-functions.ts';
import type { JsonValue } from './json.ts';

/** A fact's value. */
export type FactValue = JsonValue;

/** A node's facts by name. */
export type Facts = { readonly [name: string]: FactValue };

/** What is known of a node when a filter is matched against it. */
export interface NodeProfile {
  readonly identity: string;
  readonly facts: Facts;
  /** Configuration-management classes. */
  readonly classes: ReadonlySet<string>;
  /** Names of the agents it runs. */
  readonly agents: ReadonlySet<string>;
  /** What its data functions have found, where they were asked. */
  readonly data?: DataAnswers | undefined;
}

/**
 * The value at a dotted path: `os.release.major`, `interfaces.0.name`. A fact whose own name contains the dots wins.
 * Undefined when there is none.
 */
export function lookUpFact(facts: Facts, path: string): FactValue | undefined {
  if (Object.hasOwn(facts, path)) return facts[path];
  let here: FactValue = facts;
  for (const key of path.split('.')) {
    if (here === null || typeof here !== 'object' || !Object.hasOwn(here, key)) return undefined;
    // A list has its elements and a `length`, which is no fact.
    if (Array.isArray(here) && key === 'length') return undefined;
    here = (here as { readonly [key: string]: FactValue })[key] as FactValue;
  }
  return here;
}
