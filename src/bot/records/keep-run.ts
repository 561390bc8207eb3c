import type { Clock } from '../../core/ports.ts';
import type { NodeResult, Outcome, RunReport } from '../../core/report.ts';
import type { Store, StoredRequest, StoredRun } from '../../core/store.ts';
import type { IncomingMessage } from '../../core/surface.ts';
import { headerOf } from '../collecting/compose-report.ts';
import type { Run } from '../compose-request.ts';
import { runPlaceOf } from './find-run.ts';
import type { Trail } from './trail.ts';

/** Results are written together: what a crash may take is this much of them, and they then count as unknown. */
const GATHER_MS = 250;

/** What was sent to nobody by intention: its nodes were never asked, so how it went for each says nothing. */
const ASKED_NOBODY: readonly Outcome[] = ['PREVIEW', 'REJECTED', 'WITHDRAWN', 'EXPIRED'];

/** Writes down how a run goes, so that a restart knows whom it asked and who has answered. */
export interface RunKeeper {
  /** Before they are sent. @throws McoError `failed/store` */
  noteRequests(requests: readonly Omit<StoredRequest, 'run'>[]): Promise<void>;
  /** An answer goes on record and is then kept with the run; that there was none is kept only. */
  noteResult(result: NodeResult): void;
  /** Resolves when what was noted so far is on disk, or can't be written. */
  settle(): Promise<void>;
}

/** @param trail where each node's answer is recorded */
export function createRunKeeper(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  run: string,
  trail: Trail,
): RunKeeper {
  const requestOf = new Map<string, string>();
  let gathered: NodeResult[] = [];
  let recording: Promise<void>[] = [];
  let written: Promise<unknown> = Promise.resolve();
  const write = (): void => {
    if (gathered.length === 0) return;
    const batch = gathered;
    const recorded = recording;
    gathered = [];
    recording = [];
    // On record first: what is kept need not be recorded again after a crash. The end of the run writes all of them again,
    // and a trail that can't be written shows at its outcome: what fails here is lost only if the bot dies before.
    const done = Promise.all(recorded)
      .then(() => store.runs.addResults(run, batch))
      .catch(() => undefined);
    written = Promise.all([written, done]);
  };
  return {
    noteRequests(requests) {
      for (const { id, nodes } of requests) for (const node of nodes) requestOf.set(node, id);
      return store.runs.addRequests(requests.map((request) => ({ ...request, run })));
    },
    noteResult(result) {
      const isAnswer = result.status !== undefined;
      if (isAnswer) recording.push(recordAnswer(trail, result, requestOf.get(result.node)).catch(() => undefined));
      if (gathered.push(result) === 1) clock.after(GATHER_MS, write);
    },
    async settle() {
      write();
      await written;
    },
  };
}

function recordAnswer(trail: Trail, { node, outcome, status, elapsedMs }: NodeResult, request?: string): Promise<void> {
  const [result, reason] = [status?.name ?? outcome, status?.message];
  return trail.record('answered', { node, request, result, reason, elapsedMs });
}

/**
 * One record for each node that was meant to be asked and gave no answer, before the run's outcome goes on record.
 *
 * @throws McoError `failed/audit`
 */
export async function recordUnanswered({ outcome, counts, results }: RunReport, trail: Trail): Promise<void> {
  const isRefused = outcome === 'DENIED' && counts.notSent === counts.targeted;
  if (isRefused || ASKED_NOBODY.includes(outcome)) return;
  const unanswered = results.filter(({ status }) => status === undefined);
  await Promise.all(unanswered.map((result) => recordAnswer(trail, result)));
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
