import {
  DATA_TIMEOUT_MS,
  type DataAnswer,
  type DataAnswers,
  type DataCall,
  type DataSource,
  describeCall,
  findDataFault,
  gatherCalls,
  keyOfCall,
  MAX_DATA_CALLS,
} from '../../src/core/data-functions.ts';
import { McoError, toMcoError } from '../../src/core/errors.ts';
import type { DataTest } from '../../src/core/filter.ts';
import type { Request } from '../../src/core/request.ts';
import { limitTime } from '../../src/core/waiting.ts';
import type { NodeRuntime } from '../node-runtime.ts';
import { ACK, createReplyWriter } from '../reply-writer.ts';
import { permitCall } from './permit-call.ts';

/** So many calls of one request run at a time. */
const CONCURRENT_CALLS = 2;

/** What takes longer is announced: from then on the asker waits for this node, which answers whether it matches or not. */
const ANNOUNCE_AFTER_MS = 300;

/** What was found out. */
export interface Asked {
  readonly answers: DataAnswers;
  /** Whether the asker was told to wait. */
  readonly isAnnounced: boolean;
}

interface SourcedCall {
  readonly call: DataCall;
  readonly source: DataSource;
}

/** @throws McoError `usage/too-many` */
export function requireFewCalls(tests: readonly DataTest[]): void {
  if (gatherCalls(tests).length <= MAX_DATA_CALLS) return;
  throw new McoError('usage/too-many', `more than ${MAX_DATA_CALLS} different data functions are asked`);
}

/**
 * Asks this node's data functions what these tests need to know, each different call once.
 * INVARIANT: nothing is asked before this node's own policy has allowed all of it to the caller, and it is on record.
 *
 * @param request one whose signature held, and that was accepted
 * @throws McoError `unknown/data-function`, `unknown/data-field`, `usage/*`, `denied/policy`, `failed/audit`,
 *   `failed/high-water-mark`, `failed/busy`; `failed/data` when one of them could not find out, or all took too long
 */
export async function askDataFunctions(
  tests: readonly DataTest[],
  request: Request,
  node: NodeRuntime,
): Promise<Asked> {
  const leave = node.dataDesk.enter();
  try {
    return await askPermitted(findSources(tests, node.data ?? []), request, node);
  } finally {
    leave();
  }
}

async function askPermitted(calls: readonly SourcedCall[], request: Request, node: NodeRuntime): Promise<Asked> {
  const permits = calls.map(({ call }) => permitCall(call, request, node));
  if (request.issuedAt > node.clock.now()) await node.highWaterMark?.raise(request.issuedAt);
  for (const permit of permits) await permit.record();
  const over = new AbortController();
  let isAnnounced = false;
  const cancelNote = node.clock.after(ANNOUNCE_AFTER_MS, () => {
    isAnnounced = true;
    void createReplyWriter(request, node).send('ack', ACK);
  });
  try {
    const describeLate = () =>
      new McoError('failed/data', `it can't be said within ${DATA_TIMEOUT_MS / 1000} s whether this node matches`);
    const asking = askAll(calls, { request, node, signal: over.signal });
    const answers = await limitTime(node.clock, asking, { limitMs: DATA_TIMEOUT_MS, describeLate });
    return { answers, isAnnounced };
  } finally {
    over.abort();
    cancelNote();
  }
}

function findSources(tests: readonly DataTest[], sources: readonly DataSource[]): SourcedCall[] {
  const descriptions = sources.map(({ description }) => description);
  const fault = findDataFault(tests, descriptions);
  if (fault !== undefined) throw fault.error;
  return gatherCalls(tests).flatMap((call) => {
    const source = sources.find(({ description }) => description.name === call.function);
    return source === undefined ? [] : [{ call, source }];
  });
}

interface Asking {
  readonly request: Request;
  readonly node: NodeRuntime;
  readonly signal: AbortSignal;
}

/** A few side by side. After the first that fails, and when nobody waits any more, no other is begun. */
async function askAll(calls: readonly SourcedCall[], asking: Asking): Promise<DataAnswers> {
  const answers = new Map<string, DataAnswer>();
  const left = [...calls];
  async function work(): Promise<void> {
    for (let next = left.shift(); next !== undefined && !asking.signal.aborted; next = left.shift()) {
      answers.set(keyOfCall(next.call), await askOne(next, asking));
    }
  }
  await Promise.all(Array.from({ length: CONCURRENT_CALLS }, work));
  return answers;
}

/** A tool that is not there has nothing to tell; any other failure is no answer. */
async function askOne({ call, source }: SourcedCall, { request, node }: Asking): Promise<DataAnswer> {
  try {
    const argument = await node.dataDesk.settle(source, call);
    const meant = { ...call, argument };
    // INVARIANT: what is looked at was decided, and is on record, by what it is and not by a link that leads to it.
    if (argument !== call.argument) await permitCall(meant, request, node).record();
    return await node.dataDesk.find(source, meant);
  } catch (thrown) {
    const error = toMcoError(thrown);
    if (error.code === 'failed/not-installed') return {};
    const isOwnAnswer = error.code === 'failed/busy' || error.code === 'failed/audit';
    if (isOwnAnswer || error.family === 'usage' || error.family === 'denied') throw error;
    if (error.family !== 'failed') node.onProblem?.(error);
    const why = error.family === 'failed' ? error.message : "this node's agent made a mistake: see its log";
    throw new McoError('failed/data', `it can't be said whether this node matches: \`${describeCall(call)}\`: ${why}`, {
      cause: error,
    });
  }
}
