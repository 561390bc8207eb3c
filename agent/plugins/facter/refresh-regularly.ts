import type { FactsBackend } from '../../../src/core/host/facts-backend.ts';
import type { Clock } from '../../../src/core/ports.ts';

export interface RefreshOptions {
  readonly clock: Clock;
  readonly everyMs: number;
  /** Told of the first failure after a success, and not of those that follow it. */
  onProblem(problem: unknown): void;
}

/**
 * Asks for facts now and then every so often after the last answer, until the returned function is called.
 * Nobody's question waits for it.
 */
export function refreshRegularly(backend: FactsBackend, { clock, everyMs, onProblem }: RefreshOptions): () => void {
  const stop = new AbortController();
  let cancel = (): void => {};
  let isFailing = false;

  async function refresh(): Promise<void> {
    try {
      await backend.refresh(stop.signal);
      isFailing = false;
    } catch (problem) {
      if (!isFailing && !stop.signal.aborted) onProblem(problem);
      isFailing = true;
    }
    if (!stop.signal.aborted) cancel = clock.after(everyMs, () => void refresh());
  }

  void refresh();
  return () => {
    stop.abort();
    cancel();
  };
}
