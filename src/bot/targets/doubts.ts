import type { Reply } from '../../core/reply.ts';
import type { UndecidedNode } from '../../core/report.ts';

/** The nodes of a discovery that could not say at once whether they match. */
export interface Doubts {
  /** Whether a reply is one of them, and no answer. */
  take(reply: Reply): boolean;
  /** Whether one of them is still at it. */
  isAwaiting(): boolean;
  /** Goes up whenever one of them says something new. */
  heard(): number;
  /** @param isEnough nobody waits for those that are still at it */
  undecided(end: { readonly isEnough: boolean }): readonly UndecidedNode[];
}

/** @param hasData whether the filter asks data functions; without any, nodes always know */
export function createDoubts(hasData: boolean): Doubts {
  const awaited = new Set<string>();
  const reasons = new Map<string, string>();
  let heard = 0;
  return {
    take({ sender, kind, status }) {
      if (!hasData) return false;
      heard += 1;
      if (kind !== 'result') {
        awaited.add(sender);
        return true;
      }
      awaited.delete(sender);
      if (status.name === 'ok' || status.name === 'filtered') return false;
      reasons.set(sender, status.message === '' ? status.name : status.message);
      return true;
    },
    isAwaiting: () => awaited.size > 0,
    heard: () => heard,
    undecided({ isEnough }) {
      const late = isEnough ? [] : [...awaited].map((node) => ({ node, reason: 'it did not say in time' }));
      const told = [...reasons].map(([node, reason]) => ({ node, reason }));
      return [...told, ...late].sort((a, b) => (a.node < b.node ? -1 : 1));
    },
  };
}
