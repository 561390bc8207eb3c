/**
 * JSON in one spelling: keys sorted by code unit, no blanks, undefined fields left out. For hashes; the values are plain
 * data of the program's own.
 */
export function writeCanonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
