import type { McoError } from '../core/errors.ts';
import { toMcoError } from '../core/errors.ts';
import type { Clock } from '../core/ports.ts';
import type { NodeResult } from '../core/report.ts';
import type { Store, StoredRequest, StoredRun } from '../core/store.ts';
import type { IncomingMessage } from '../core/surface.ts';
import { headerOf } from './compose-report.ts';
import type { Run } from './compose-request.ts';
import { runPlaceOf } from './find-run.ts';

/** Results are written together: what a crash may take is this much of them, and they then count as unknown. */
const GATHER_MS = 250;

/** Writes down how a run goes, so that a restart knows whom it asked and who has answered. */
export interface RunKeeper {
  /** Before they are sent. @throws McoError `failed/store` */
  noteRequests(requests: readonly Omit<StoredRequest, 'run'>[]): Promise<void>;
  noteResult(result: NodeResult): void;
}

export function createRunKeeper(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  run: string,
  onProblem: (problem: McoError) => void = () => {},
): RunKeeper {
  let gathered: NodeResult[] = [];
  const write = (): void => {
    const batch = gathered;
    gathered = [];
    // The end of the run writes all of them again: what fails here is lost only if the bot dies before.
    store.runs.addResults(run, batch).catch((thrown: unknown) => onProblem(toMcoError(thrown)));
  };
  return {
    noteRequests: (requests) => store.runs.addRequests(requests.map((request) => ({ ...request, run }))),
    noteResult(result) {
      if (gathered.push(result) === 1) clock.after(GATHER_MS, write);
    },
  };
}

/** A run as it is stored from its beginning on. */
export function describeRun(run: Run, message: IncomingMessage, startedAt: number): StoredRun {
  const { id, caller, isRepeatable } = run;
  return {
    id,
    caller,
    isRepeatable,
    account: message.account,
    place: runPlaceOf(message),
    message: message.id,
    header: headerOf(run),
    startedAt,
  };
}
