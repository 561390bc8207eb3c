import type { Agent } from '../src/core/agent.ts';
import { requireSound } from '../src/core/agent-description.ts';
import type { AuditRecord } from '../src/core/audit.ts';
import type { McoError } from '../src/core/errors.ts';
import { LIMITS } from '../src/core/limits.ts';
import { type BudgetOwner, createRefusalRecorder, type RefusalRecorder } from '../src/core/refusal-recorder.ts';
import { type ActionSlots, createActionSlots } from './action-slots.ts';
import { createDataDesk, type DataDesk } from './data/data-desk.ts';
import { createCounters, type NodeCounters, type NodeDependencies } from './node-dependencies.ts';
import { createReplayGuard, type ReplayGuard } from './replay-guard.ts';

const SLOT_LIMITS = { running: 32, waiting: 256, runningReads: 24, waitingReads: 192 };
const REMEMBERED_REQUESTS = { maxEntries: 50_000, maxEntriesPerKey: 20_000 };
const REMEMBERED_TURNED_DOWN = { maxEntries: 5000, maxEntriesPerKey: 1000 };

/** A node's dependencies and what it has to remember between requests. */
export interface NodeRuntime extends Omit<NodeDependencies, 'agents' | 'externalAgents'> {
  /** As they are now. */
  readonly agents: ReadonlyMap<string, Agent>;
  readonly counters: NodeCounters;
  readonly startedAt: number;
  readonly seen: ReplayGuard;
  /** Requests that were answered although they were not accepted: each is told once. */
  readonly turnedDown: ReplayGuard;
  readonly slots: ActionSlots;
  /** What goes on after its request was answered. A stop waits for it as for open requests. */
  readonly background: Set<Promise<void>>;
  /** Apart from the actions' places: filters of everybody must not keep them from running. */
  readonly dataDesk: DataDesk;
  /** What was not accepted. */
  readonly refusals: RefusalRecorder;
  /** What was accepted and not run. Apart from refusals: a flood of strangers must not hide it. */
  readonly denials: RefusalRecorder;
  /** Calls `fn` when the node stops, or at once if it did; the returned function takes that back. */
  onStop(fn: () => void): () => void;
}

/** @param stopping aborts the actions that run */
export function createNodeRuntime(node: NodeDependencies, stopping: AbortSignal): NodeRuntime {
  const { audit, clock } = node;
  for (const { description } of node.agents) requireSound(description);
  const onProblem = (problem: McoError): void => node.onProblem?.(problem);
  // A request may come 30 s before its issue by this node's clock and is accepted until 30 s after its end.
  const windowMs = LIMITS.validityMs + 2 * LIMITS.clockSkewMs;
  const counters = node.counters ?? createCounters();
  const onStop = createStopList(stopping);
  const listAgents = createAgentList(node);
  return {
    ...node,
    profile: () => node.profile(),
    policy: () => node.policy(),
    onProblem,
    get agents() {
      return listAgents();
    },
    counters,
    // What ran before this start was issued before it, or is below the mark.
    startedAt: Math.max(node.startedAt ?? clock.now(), (node.highWaterMark?.current() ?? -1) + 1),
    seen: createReplayGuard({ windowMs, ...REMEMBERED_REQUESTS }),
    turnedDown: createReplayGuard({ windowMs, ...REMEMBERED_TURNED_DOWN }),
    slots: createActionSlots(SLOT_LIMITS),
    background: new Set(),
    dataDesk: createDataDesk({ clock, counters, onStop }),
    refusals: createRefusalRecorder({ audit, clock, onProblem }),
    denials: createRefusalRecorder({ audit, clock, ownerOf: findKey, onProblem }),
    onStop,
  };
}

/** By name; made anew when the external ones change. Built-in agents win. */
function createAgentList(node: NodeDependencies): () => ReadonlyMap<string, Agent> {
  const none: readonly Agent[] = [];
  let external: readonly Agent[] | undefined;
  let byName: ReadonlyMap<string, Agent> = new Map();
  return () => {
    const now = node.externalAgents?.() ?? none;
    if (now !== external) {
      external = now;
      byName = new Map([...now, ...node.agents].map((agent) => [agent.description.agent, agent]));
    }
    return byName;
  };
}

/** INVARIANT: a denial's signer is the key that signed; its caller is that key's word. */
const findKey = ({ signer, caller }: AuditRecord): BudgetOwner | undefined =>
  signer === undefined || caller === undefined ? undefined : { key: signer, caller };

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
