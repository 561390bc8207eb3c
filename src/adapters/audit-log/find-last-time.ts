/**
 * The latest time, ms since the epoch, in the records among the last bytes of an audit trail. Undefined when there is
 * none. Not simply that of the last line: what was summed up is written later than it happened.
 */
export function findLastTime(tail: Uint8Array): number | undefined {
  const times = new TextDecoder()
    .decode(tail)
    .split('\n')
    .map(readTime)
    .filter((time) => Number.isFinite(time));
  return times.length === 0 ? undefined : times.reduce((latest, time) => Math.max(latest, time));
}

/** NaN for what is no record: the first line may have lost its beginning, another may be torn. */
function readTime(line: string): number {
  try {
    const { at } = JSON.parse(line) as { at?: unknown };
    return typeof at === 'string' ? Date.parse(at) : Number.NaN;
  } catch {
    return Number.NaN;
  }
}
