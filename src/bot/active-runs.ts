import { McoError } from '../core/errors.ts';

/** Runs under way: of one caller, and in all. Each of them holds memory and asks the whole fleet. */
const MAX_OF_ONE = 10;
const MAX_RUNS = 100;

/** The runs that this process works on, and the way to cancel them. */
export interface ActiveRuns {
  /** @throws McoError `usage/too-many` when no run of this caller may begin now */
  requireRoom(caller: string): void;
  /**
   * Takes a run into the list until `end`, whether there is room or not: what a restart takes up is under way already.
   *
   * @param outer cancels too, without a name: a terminal's Ctrl-C
   */
  start(run: string, caller: string, outer?: AbortSignal): ActiveRun;
  /** False: it is not under way here. The first to cancel is the one who did. */
  cancel(run: string, by: string): boolean;
  /** Whether all is done but to write down how it ended. */
  isEnding(run: string): boolean;
  ids(): readonly string[];
}

export interface ActiveRun {
  readonly signal: AbortSignal;
  cancelledBy(): string | undefined;
  /** From here on nothing is left to cancel. */
  noteEnding(): void;
  end(): void;
}

interface Entry {
  readonly caller: string;
  readonly controller: AbortController;
  by?: string;
  isEnding: boolean;
}

export function createActiveRuns(): ActiveRuns {
  const runs = new Map<string, Entry>();
  return {
    requireRoom(caller) {
      const own = [...runs.values()].filter((entry) => entry.caller === caller).length;
      if (own < MAX_OF_ONE && runs.size < MAX_RUNS) return;
      const whose = own < MAX_OF_ONE ? `${runs.size} in all` : `${own} of yours`;
      throw new McoError('usage/too-many', `too many runs are under way: ${whose}`, {
        hint: 'wait for one to end, or cancel one',
      });
    },
    start(run, caller, outer) {
      const entry: Entry = { caller, controller: new AbortController(), isEnding: false };
      const abort = (): void => entry.controller.abort();
      outer?.addEventListener('abort', abort, { once: true });
      if (outer?.aborted === true) abort();
      runs.set(run, entry);
      return {
        signal: entry.controller.signal,
        cancelledBy: () => entry.by,
        noteEnding() {
          entry.isEnding = true;
        },
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
    isEnding: (run) => runs.get(run)?.isEnding === true,
    ids: () => [...runs.keys()],
  };
}
