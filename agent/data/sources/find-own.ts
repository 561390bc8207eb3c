import type { DataAnswer, DataValue } from '../../../src/core/data-functions.ts';
import { type FactValue, lookUpFact } from '../../../src/core/facts.ts';
import type { DataBackends } from './data-backends.ts';

/** What `fact('os.family')` knows. What is neither text nor number nor true or false has no value. */
export function findFact(path: string, { profile }: Pick<DataBackends, 'profile'>): DataAnswer {
  const fact = lookUpFact(profile().facts, path);
  if (fact === undefined || fact === null) return { exists: false };
  return { exists: true, type: typeOf(fact), value: valuesOf(fact) };
}

function typeOf(fact: FactValue): string {
  if (Array.isArray(fact)) return 'list';
  return typeof fact === 'string' ? 'text' : typeof fact;
}

function valuesOf(fact: FactValue): DataValue | readonly DataValue[] | undefined {
  if (Array.isArray(fact)) return fact.flatMap((item: FactValue) => (isScalar(item) ? [item] : []));
  return isScalar(fact) ? fact : undefined;
}

const isScalar = (value: FactValue): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

/** What `agent('shell')` knows. */
export function findAgent(
  name: string,
  { profile, versionOf }: Pick<DataBackends, 'profile' | 'versionOf'>,
): DataAnswer {
  const present = profile().agents.has(name);
  return { present, version: present ? versionOf(name) : undefined };
}
