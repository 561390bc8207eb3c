/** The jobs that this process is about to run. */
export interface JobStarts {
  /** Settles as the work does, whose signal aborts when nobody wants the job any more. */
  run(id: string, start: (callOff: AbortSignal) => Promise<void>): Promise<void>;
  /**
   * INVARIANT: a job that is called off before its program was started never runs. Resolves when that is settled: false
   * when it does not run, true when it does, or was none of these.
   */
  callOff(id: string): Promise<boolean>;
}

interface Start {
  readonly controller: AbortController;
  /** Whether it runs. */
  readonly outcome: Promise<boolean>;
}

export function createJobStarts(): JobStarts {
  const starts = new Map<string, Start>();
  return {
    async run(id, start) {
      const controller = new AbortController();
      const done = start(controller.signal);
      const outcome = done.then(
        () => true,
        () => false,
      );
      starts.set(id, { controller, outcome });
      await done.finally(() => starts.delete(id));
    },
    async callOff(id) {
      const start = starts.get(id);
      start?.controller.abort();
      return (await start?.outcome) ?? true;
    },
  };
}
