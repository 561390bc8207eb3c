import * as v from 'valibot';

const MAP_SECTIONS = ['people', 'groups', 'roles', 'signers'];

/** Object schemas leave these keys out without a word, and a rule that silently isn't there is worse than an error. */
const UNUSABLE_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

interface Mistake {
  readonly message: string;
  readonly path: readonly (string | number)[];
}

/** Refuses what the schemas proper would quietly read as less than was written. Run it before them. */
export const plainMapsSchema = v.pipe(
  v.unknown(),
  v.rawCheck(({ dataset, addIssue }) => {
    const mistake = findMistake(dataset.value);
    if (mistake === undefined) return;
    const [first, ...rest] = mistake.path.map((key) => ({
      type: 'unknown' as const,
      origin: 'value' as const,
      input: undefined,
      key,
      value: undefined,
    }));
    addIssue({ message: mistake.message, ...(first === undefined ? {} : { path: [first, ...rest] }) });
  }),
);

function findMistake(file: unknown): Mistake | undefined {
  if (!isMap(file)) return { message: 'is not a map of policy sections', path: [] };
  for (const section of MAP_SECTIONS) {
    const entries = Object.hasOwn(file, section) ? file[section] : undefined;
    if (entries === undefined) continue;
    if (!isMap(entries)) return { message: `is not a map of ${section}`, path: [section] };
    for (const [name, entry] of Object.entries(entries)) {
      const path = [section, name];
      if (UNUSABLE_KEYS.has(name)) return { message: 'is not a name that can be used', path };
      if (!isMap(entry)) return { message: 'is not a map; write `{}` for an empty one', path };
      const mistake = section === 'roles' ? findInputMistake(entry.allow, [...path, 'allow']) : undefined;
      if (mistake !== undefined) return mistake;
    }
  }
  return findInputMistake(Object.hasOwn(file, 'deny') ? file.deny : undefined, ['deny']);
}

/** A limit that is left out without a word would make a rule wider than it was written. */
function findInputMistake(rules: unknown, path: Mistake['path']): Mistake | undefined {
  for (const [index, rule] of (Array.isArray(rules) ? rules : []).entries()) {
    const inputs: unknown = isMap(rule) && Object.hasOwn(rule, 'inputs') ? rule.inputs : undefined;
    if (inputs === undefined) continue;
    const here = [...path, index, 'inputs'];
    if (!isMap(inputs)) return { message: 'is not a map such as `{ package: ["openafs-*", libc6] }`', path: here };
    const name = Object.keys(inputs).find((key) => UNUSABLE_KEYS.has(key));
    if (name !== undefined) return { message: 'is not a name that can be used', path: [...here, name] };
  }
  return undefined;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
