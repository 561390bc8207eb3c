import type { Facts } from '../facts.ts';

/** Facts as a tool tells them that takes its time, and is therefore asked in the background. */
export interface FactsBackend {
  /** What is remembered: at once, and undefined before the first time. */
  current(): TimedFacts | undefined;
  /** Asks now; who asks meanwhile shares the answer. @throws McoError `failed/*` */
  refresh(signal: AbortSignal): Promise<TimedFacts>;
}

export interface TimedFacts {
  readonly facts: Facts;
  /** Ms since the epoch. */
  readonly at: number;
  readonly elapsedMs: number;
}
