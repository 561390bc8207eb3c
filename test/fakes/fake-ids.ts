import type { NewId } from '../../src/core/ports.ts';

/** UUIDv7-shaped identifiers that count up. */
export function createFakeIds(): NewId {
  let count = 0;
  return () => `01890000-0000-7000-8000-${(++count).toString(16).padStart(12, '0')}`;
}
