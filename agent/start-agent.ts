import { broadcastDestination, nodeDestination } from '../src/core/destinations.ts';
import { McoError, toMcoError } from '../src/core/errors.ts';
import type { JobSpool } from '../src/core/jobs.ts';
import type { BusMessage } from '../src/core/ports.ts';
import { limitTime, waitAtMost } from '../src/core/waiting.ts';
import { recordRefusal } from './audit-request.ts';
import { handleRequest } from './handle-request.ts';
import { resumeJobs } from './jobs/resume-jobs.ts';
import type { NodeDependencies } from './node-dependencies.ts';
import { createNodeRuntime, type NodeRuntime } from './node-runtime.ts';

/** What may be between arrival and answer at once; more is refused, so that a flood costs bounded memory. */
const MAX_OPEN_MESSAGES = 1024;
const MAX_OPEN_BYTES = 32 * 1024 * 1024;
/** What a stop waits for actions that run, and then for the replies of those it aborted. Jobs it hands over at once. */
const FINISH_MS = 5000;
const LAST_WORDS_MS = 1000;
/** What the audit log gets for the last records: its disk may hang. */
const LAST_RECORDS_MS = 3000;

export interface RunningAgent {
  /**
   * Takes no more requests, lets the open ones end (5 s, then they are aborted), and records the stop. Jobs go on and are
   * not waited for: the next process concludes them.
   *
   * @throws McoError `failed/audit` when the stop can't be recorded, within 3 s
   */
  stop(): Promise<void>;
}

/**
 * Starts to answer requests, from the broadcast and from this node's own queue of each collective.
 *
 * @throws McoError `failed/audit` when the start can't be recorded
 */
export async function startAgent(node: NodeDependencies): Promise<RunningAgent> {
  const leaving = new AbortController();
  const stopping = new AbortController();
  const runtime = createNodeRuntime({ ...node, jobs: leaveJobs(node.jobs, leaving.signal) }, stopping.signal);
  const stamp = (): { at: string; by: string } => ({
    at: new Date(node.clock.now()).toISOString(),
    by: `node:${node.identity}`,
  });
  await node.audit.append({ ...stamp(), event: 'started' });

  await resumeJobs(runtime);
  const open = new Set<Promise<void>>();
  const receive = createReceiver(runtime, open);
  const unsubscribe = node.collectives
    .flatMap((collective) => [broadcastDestination(collective), nodeDestination(collective, node.identity)])
    .map((destination) => node.bus.subscribe(destination, receive));

  async function stop(): Promise<void> {
    for (const leave of unsubscribe) leave();
    leaving.abort();
    await waitAtMost(runtime.clock, FINISH_MS, Promise.all(open));
    stopping.abort();
    await waitAtMost(runtime.clock, LAST_WORDS_MS, Promise.all([...open, ...runtime.background]));
    await limitTime(runtime.clock, recordStop(), {
      limitMs: LAST_RECORDS_MS,
      describeLate: () =>
        new McoError(
          'failed/audit',
          `the audit log did not take the stop within ${LAST_RECORDS_MS / 1000} s: it was left`,
        ),
    });
  }

  async function recordStop(): Promise<void> {
    await Promise.all([runtime.refusals.flush(), runtime.denials.flush()]);
    await node.audit.append({ ...stamp(), event: 'stopped' });
  }

  let stopped: Promise<void> | undefined;
  return {
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** INVARIANT: only the wait for a program ends early; what came of one that has ended is still made, told and kept. */
function leaveJobs(jobs: JobSpool, leaving: AbortSignal): JobSpool {
  return { ...jobs, waitForEnd: (id, signal) => jobs.waitForEnd(id, AbortSignal.any([signal, leaving])) };
}

function createReceiver(runtime: NodeRuntime, open: Set<Promise<void>>): (message: BusMessage) => void {
  let openBytes = 0;
  return (message) => {
    runtime.counters.received += 1;
    const size = message.body.length;
    if (open.size >= MAX_OPEN_MESSAGES || openBytes + size > MAX_OPEN_BYTES) {
      recordRefusal(new McoError('untrusted/flood', 'more messages came than this node can check'), undefined, runtime);
      return;
    }
    openBytes += size;
    const done = handleRequest(message, runtime)
      .catch((thrown: unknown) => runtime.onProblem?.(toMcoError(thrown)))
      .finally(() => {
        openBytes -= size;
        open.delete(done);
      });
    open.add(done);
  };
}
