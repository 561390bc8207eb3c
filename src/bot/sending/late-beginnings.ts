import { LIMITS } from '../../core/limits.ts';
import type { Clock } from '../../core/ports.ts';
import { GRACE_MS, type Patience } from './patience.ts';

/** When nodes that have not answered may begin, and may be at work. */
export interface LateBeginnings {
  /** @param notAfter until when their request is valid */
  noteAsked(nodes: Iterable<string>, notAfter: number): void;
  /** It says that it has begun. */
  noteBegun(node: string): void;
  noteAnswered(node: string): void;
  /** It has said so, and has not answered. */
  hasBegun(node: string): boolean;
  /** How long it may still begin, with what the clocks may be apart. A clock that was set back makes it no longer. */
  leftMs(node: string): number;
  /** How long it may work that has begun and does not answer. */
  workMs(node: string): number;
  /** How long it may work if nobody knows whether it has begun. */
  longestMs(node: string): number;
}

export function createLateBeginnings(clock: Clock, { actionTimeoutMs, ttlMs }: Patience): LateBeginnings {
  const validUntil = new Map<string, number>();
  const begunAt = new Map<string, number>();
  const leftMs = (node: string): number => {
    const until = validUntil.get(node);
    return until === undefined ? 0 : Math.min(until - clock.now(), ttlMs) + LIMITS.clockSkewMs + GRACE_MS;
  };
  return {
    leftMs,
    longestMs: (node) => (validUntil.has(node) ? leftMs(node) + actionTimeoutMs : 0),
    noteAsked(nodes, notAfter) {
      for (const node of nodes) validUntil.set(node, notAfter);
    },
    noteBegun: (node) => void begunAt.set(node, clock.now()),
    noteAnswered(node) {
      validUntil.delete(node);
      begunAt.delete(node);
    },
    hasBegun: (node) => begunAt.has(node),
    workMs(node) {
      const begun = begunAt.get(node);
      return begun === undefined ? 0 : Math.min(begun - clock.now(), 0) + actionTimeoutMs + GRACE_MS;
    },
  };
}
