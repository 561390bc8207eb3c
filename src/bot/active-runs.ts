/** The runs that this process works on, and the way to cancel them. */
export interface ActiveRuns {
  /**
   * Takes a run into the list until `end`.
   *
   * @param outer cancels too, without a name: a terminal's Ctrl-C
   */
  start(run: string, outer?: AbortSignal): ActiveRun;
  /** False: it is not under way here. The first to cancel is the one who did. */
  cancel(run: string, by: string): boolean;
  ids(): readonly string[];
}

export interface ActiveRun {
  readonly signal: AbortSignal;
  cancelledBy(): string | undefined;
  end(): void;
}

export function createActiveRuns(): ActiveRuns {
  const runs = new Map<string, { readonly controller: AbortController; by?: string }>();
  return {
    start(run, outer) {
      const entry: { readonly controller: AbortController; by?: string } = { controller: new AbortController() };
      const abort = (): void => entry.controller.abort();
      outer?.addEventListener('abort', abort, { once: true });
      if (outer?.aborted === true) abort();
      runs.set(run, entry);
      return {
        signal: entry.controller.signal,
        cancelledBy: () => entry.by,
        end() {
          runs.delete(run);
          outer?.removeEventListener('abort', abort);
        },
      };
    },
    cancel(run, by) {
      const entry = runs.get(run);
      if (entry === undefined) return false;
      if (!entry.controller.signal.aborted) {
        entry.by = by;
        entry.controller.abort();
      }
      return true;
    },
    ids: () => [...runs.keys()],
  };
}
