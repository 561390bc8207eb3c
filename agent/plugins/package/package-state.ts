import type { VersionOrder } from '../../../src/core/data-functions.ts';
import type { PackageState } from '../../../src/core/host/package-backend.ts';
import { compareVersions } from '../../../src/core/version-order.ts';

/** Whether a version is on the disk, well installed or not. */
export const isThere = ({ ensure }: PackageState): boolean => ensure !== 'absent' && ensure !== 'purged';

/** What a package is that is left half-way: `half-configured`, `unpacked`, `triggers-pending`...; undefined: it is not. */
export function findTrouble(rows: readonly PackageState[]): string | undefined {
  const states = rows.map(({ status }) => status).filter((status) => !AT_REST.has(status));
  return states.length === 0 ? undefined : [...new Set(states)].join(', ');
}

const AT_REST: ReadonlySet<string> = new Set(['installed', 'not-installed', 'config-files']);

/** The versions of all rows, once each: several where architectures differ, or where old ones stay as kernels do. */
export const nameVersions = (rows: readonly PackageState[]): string =>
  [...new Set(rows.map(({ ensure }) => ensure))].join(', ');

/** Whether an installed version is the one that somebody named: to rpm without epoch and release where they named none. */
export function isVersion(order: VersionOrder, installed: string, wanted: string): boolean {
  const isSameEpoch = order === 'deb' || /^\d+:/.test(wanted);
  return compareVersions(order, isSameEpoch ? installed : installed.replace(/^\d+:/, ''), wanted) === 0;
}

/** A package's name without its architecture. */
export const withoutArch = (name: string): string => name.replace(/:.*$/, '');
