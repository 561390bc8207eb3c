import type { PackageChange, PackageStep } from '../../../src/core/host/package-backend.ts';
import type { ReplyData } from '../../../src/core/reply.ts';
import { nameVersions, withoutArch } from './package-state.ts';

const MAX_ALSO = 200;

/** What was before, kept with the job: the package's version, and all packages as `writePackage` writes them. */
export interface ChangeMemory {
  readonly before: string;
  readonly list: readonly string[];
}

/** What a change did, or would do. `also` are the other packages, `NAME BEFORE -> AFTER`, whoever changed them meanwhile. */
export interface Result {
  readonly package: string;
  readonly before: string;
  readonly after: string;
  readonly also: readonly string[];
}

/** What came to a node was `absent` before, as the others in the list were: of them nobody knows what was left. */
export const nameBefore = ({ before, after }: Pick<Result, 'before' | 'after'>): string =>
  before === 'purged' && after !== 'purged' ? 'absent' : before;

/** The outputs; those about other packages only where there are any. */
export function describeResult({ package: name, before, after, also }: Result): ReplyData {
  const changed = before !== after || also.length > 0;
  const old = nameBefore({ before, after });
  const change = before === after ? `${after}, unchanged` : `${old} -> ${after}`;
  const outputs = { package: name, before: old, after, changed, change };
  const [first] = also;
  if (first === undefined) return outputs;
  const more = also.length === 1 ? '' : ` and ${also.length - 1} more`;
  return { ...outputs, also: also.slice(0, MAX_ALSO), note: `, also ${first}${more}` };
}

/**
 * What a dry run said.
 *
 * @param gone the word for the package when it is not there any more
 */
export function describeRehearsal(change: PackageChange, steps: readonly PackageStep[], gone: string): Result {
  const plain = withoutArch(change.package);
  const before = nameVersions(change.before);
  const own = steps.filter(({ name }) => withoutArch(name) === plain);
  const others = steps.filter(({ name }) => withoutArch(name) !== plain);
  const after = [...new Set(own.map((step) => (step.after === '' ? gone : step.after)))].join(', ');
  return {
    package: change.package,
    before,
    after: own.length === 0 ? before : after,
    also: others.map((step) => `${step.name} ${step.before || 'absent'} -> ${step.after || 'absent'}`),
  };
}

/** How two lists of `writePackage` differ, but for one package: `NAME BEFORE -> AFTER`, sorted. */
export function compareLists(except: string, before: readonly string[], after: readonly string[]): string[] {
  const [old, now] = [readVersions(before, after), readVersions(after, before)];
  const names = [...new Set([...old.keys(), ...now.keys()])].filter((name) => name !== withoutArch(except)).sort();
  return names.map((name) => `${name} ${join(old.get(name))} -> ${join(now.get(name))}`);
}

/** Versions by name, of the lines that the other list does not have. */
function readVersions(list: readonly string[], other: readonly string[]): Map<string, string[]> {
  const known = new Set(other);
  const versions = new Map<string, string[]>();
  for (const line of list) {
    if (known.has(line)) continue;
    const [name = '', version = ''] = line.split(' ');
    versions.set(name, [...(versions.get(name) ?? []), version]);
  }
  return versions;
}

const join = (versions: readonly string[] | undefined): string => versions?.join(', ') ?? 'absent';
