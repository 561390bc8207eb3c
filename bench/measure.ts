/** The least, the middle and the greatest of some measured values. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const last = sorted.length - 1;
  const middle = ((sorted[Math.floor(last / 2)] ?? 0) + (sorted[Math.ceil(last / 2)] ?? 0)) / 2;
  return { min: sorted[0] ?? 0, median: middle, max: sorted[last] ?? 0 };
}

/** What a batch of calls took, divided by their number: microseconds a call. */
export interface Timing {
  /** How many calls make a batch. */
  readonly calls: number;
  /** How many batches are measured; one more runs first to warm up. */
  readonly batches: number;
}

/** @param batch does the thing `calls` times */
export async function timeCalls(
  { calls, batches }: Timing,
  batch: (calls: number) => Promise<void> | void,
): Promise<Spread> {
  await batch(calls);
  const micros: number[] = [];
  for (let i = 0; i < batches; i++) {
    const startedAt = performance.now();
    await batch(calls);
    micros.push(((performance.now() - startedAt) * 1000) / calls);
  }
  return spreadOf(micros);
}

/** Calls something asynchronous with several calls under way at once, as a burst of messages does. */
export async function callAtOnce(calls: number, atOnce: number, call: (index: number) => Promise<unknown>) {
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < calls) await call(next++);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, calls) }, work));
}

/** Processor time that this process has used so far, milliseconds, all threads together. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
