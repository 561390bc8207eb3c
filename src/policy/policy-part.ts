import type * as v from 'valibot';
import { openCheckedYaml } from '../core/checked-yaml.ts';
import { McoError } from '../core/errors.ts';
import { suggest } from '../core/nearest.ts';
import { plainMapsSchema } from './plain-maps.ts';
import type { PolicyFile } from './policy.ts';

const MAX_SHOWN = 80;

type Path = readonly (string | number)[];

/** One policy file, its shape checked, its names not yet resolved. */
export interface PolicyPart<T> {
  readonly file: string;
  readonly sections: T;
  /** `FILE:LINE` of what stands at a path. */
  at(path: Path): string;
}

/** @throws McoError `usage/bad-file` with file and line */
export function readPart<T extends object>(
  schema: v.GenericSchema<unknown, T>,
  { name, text }: PolicyFile,
): PolicyPart<T> {
  const yaml = openCheckedYaml(text, name);
  yaml.check(plainMapsSchema);
  const { value, lineOf } = yaml.check(schema);
  if (Object.keys(value).length === 0) {
    throw new McoError('usage/bad-file', `${name}:1: the file is empty`, {
      hint: 'a policy file has people, groups, roles, bindings or deny',
    });
  }
  return { file: name, sections: value, at: (path) => `${name}:${lineOf(path)}` };
}

/** @param at `FILE:LINE` */
export function complain(at: string, message: string, hint?: string): McoError {
  return new McoError('usage/bad-file', `${at}: ${message}`, { hint });
}

/** A name that nothing has, and the names of that kind that something has. */
export interface UnknownName {
  readonly kind: string;
  readonly name: string;
  readonly known: Iterable<string>;
}

/** @param at `FILE:LINE` */
export function complainUnknown(at: string, { kind, name, known }: UnknownName): McoError {
  return complain(at, `unknown ${kind} ${quote(name)}`, suggest(name, [...known]));
}

/** Text from a file in back-ticks. It may be long, and a message is one line. */
export function quote(text: string): string {
  return `\`${text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text}\``;
}

/** A named entry, and where it stands. */
export interface Entry<T> {
  readonly value: T;
  readonly at: string;
  atField(path: Path): string;
}

/**
 * One section of all files by name. A name that stands in two files is an error: neither file alone says what it means.
 *
 * @throws McoError `usage/bad-file`
 */
export function mergeSection<S extends object, T>(
  parts: readonly PolicyPart<S>[],
  section: string & keyof S,
  kind: string,
): Map<string, Entry<T>> {
  const merged = new Map<string, Entry<T>>();
  for (const part of parts) {
    for (const [name, value] of Object.entries((part.sections[section] ?? {}) as Record<string, T>)) {
      const at = part.at([section, name]);
      const earlier = merged.get(name);
      if (earlier !== undefined) throw complain(at, `the ${kind} \`${name}\` is already in ${earlier.at}`);
      merged.set(name, { value, at, atField: (path) => part.at([section, name, ...path]) });
    }
  }
  return merged;
}
