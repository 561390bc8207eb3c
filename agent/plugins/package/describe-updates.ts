import type { PackageUpdate } from '../../../src/core/host/package-backend.ts';

/** So many are named on a line. */
const MAX_NAMED = 5;

/** `2 updates: bash 5.1-2 -> 5.2-1, libc6 2.36-9 -> 2.36-10`; of more than five the first, `and 12 more`. */
export function describeUpdates(updates: readonly PackageUpdate[]): string {
  if (updates.length === 0) return 'no updates';
  const named = updates.slice(0, MAX_NAMED).map(({ package: name, from, to }) => `${name} ${from} -> ${to}`);
  const rest = updates.length - named.length;
  const count = `${updates.length} ${updates.length === 1 ? 'update' : 'updates'}`;
  return `${count}: ${named.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
