import type { TrailFault } from '../../../core/audit-trail.ts';

const MAX_FAULTS = 100;

/** The first faults of a trail; of the others is only known that there are more. */
export interface FaultList {
  add(fault: TrailFault): void;
  /** Whether something is wrong with this very record. */
  has(seq: number): boolean;
  readonly isEmpty: boolean;
  /** In the order of the records. */
  list(): readonly TrailFault[];
}

export function createFaultList(): FaultList {
  const faults: TrailFault[] = [];
  return {
    add(fault) {
      if (faults.length < MAX_FAULTS) faults.push(fault);
    },
    has: (wanted) => faults.some(({ seq }) => seq === wanted),
    get isEmpty() {
      return faults.length === 0;
    },
    list: () => [...faults].sort((a, b) => a.seq - b.seq),
  };
}
