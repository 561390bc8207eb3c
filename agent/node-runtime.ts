import type { Agent } from '../src/core/agent.ts';
import { LIMITS } from '../src/core/limits.ts';
import { createRefusalRecorder, type RefusalRecorder } from '../src/core/refusal-recorder.ts';
import { type ActionSlots, createActionSlots } from './action-slots.ts';
import { createCounters, type NodeCounters, type NodeDependencies } from './node-dependencies.ts';
import { createReplayGuard, type ReplayGuard } from './replay-guard.ts';

const MAX_RUNNING_ACTIONS = 32;
const MAX_WAITING_ACTIONS = 256;
const MAX_REMEMBERED_REQUESTS = 50_000;
const MAX_REMEMBERED_LATE_REQUESTS = 2000;

/** A node's dependencies and what it has to remember between requests. */
export interface NodeRuntime extends Omit<NodeDependencies, 'agents'> {
  readonly agents: ReadonlyMap<string, Agent>;
  readonly counters: NodeCounters;
  readonly startedAt: number;
  readonly seen: ReplayGuard;
  /** Requests out of time that were answered: each is told once. */
  readonly late: ReplayGuard;
  readonly slots: ActionSlots;
  readonly refusals: RefusalRecorder;
  /** Calls `fn` when the node stops, or at once if it did; the returned function takes that back. */
  onStop(fn: () => void): () => void;
}

/** @param stopping aborts the actions that run */
export function createNodeRuntime(node: NodeDependencies, stopping: AbortSignal): NodeRuntime {
  const { audit, clock } = node;
  // A request may come 30 s before its issue by this node's clock and is accepted until 30 s after its end.
  const windowMs = LIMITS.validityMs + 2 * LIMITS.clockSkewMs;
  return {
    ...node,
    profile: () => node.profile(),
    policy: () => node.policy(),
    onProblem: (problem) => node.onProblem?.(problem),
    agents: new Map(node.agents.map((agent) => [agent.description.agent, agent])),
    counters: node.counters ?? createCounters(),
    // What ran before this start was issued before it, or is below the mark.
    startedAt: Math.max(node.startedAt ?? clock.now(), (node.highWaterMark?.current() ?? -1) + 1),
    seen: createReplayGuard({ windowMs, maxEntries: MAX_REMEMBERED_REQUESTS }),
    late: createReplayGuard({ windowMs, maxEntries: MAX_REMEMBERED_LATE_REQUESTS }),
    slots: createActionSlots(MAX_RUNNING_ACTIONS, MAX_WAITING_ACTIONS),
    refusals: createRefusalRecorder({ audit, clock, onProblem: (problem) => node.onProblem?.(problem) }),
    onStop: createStopList(stopping),
  };
}

/** One listener for all: an AbortSignal takes more than ten for a leak. */
function createStopList(stopping: AbortSignal): NodeRuntime['onStop'] {
  const calls = new Set<() => void>();
  stopping.addEventListener('abort', () => {
    for (const call of [...calls]) call();
  });
  return (fn) => {
    if (stopping.aborted) fn();
    else calls.add(fn);
    return () => calls.delete(fn);
  };
}
