import type { TrailFault } from '../../../core/audit-trail.ts';

type FaultKind = TrailFault['kind'];

const MAX_OF_KIND = 20;

/** The most telling first. */
const KINDS: readonly FaultKind[] = [
  'changed',
  'removed',
  'reordered',
  'truncated',
  'index',
  'unreadable',
  'bad-checkpoint',
];

/** The first faults of each kind; of the others is only known how many there are. */
export interface FaultList {
  add(fault: TrailFault): void;
  /** Whether something is wrong with this very record; of kinds with many faults, only the first records are known. */
  has(seq: number): boolean;
  readonly isEmpty: boolean;
  /** By their kinds, and in the order of the records. */
  list(): readonly TrailFault[];
}

/** INVARIANT: many faults of one kind push out none of another. */
export function createFaultList(): FaultList {
  const kept = new Map<FaultKind, TrailFault[]>();
  const left = new Map<FaultKind, number>();
  const all = (): TrailFault[] => [...kept.values()].flat();

  function listKind(kind: FaultKind): TrailFault[] {
    const faults = [...(kept.get(kind) ?? [])].sort((a, b) => a.seq - b.seq);
    const times = left.get(kind);
    const last = faults.at(-1);
    if (times === undefined || last === undefined) return faults;
    return [...faults, { seq: last.seq, kind, message: `and ${times} more like that`, times }];
  }

  return {
    add(fault) {
      const faults = kept.get(fault.kind) ?? [];
      kept.set(fault.kind, faults);
      if (faults.length < MAX_OF_KIND) faults.push(fault);
      else left.set(fault.kind, (left.get(fault.kind) ?? 0) + (fault.times ?? 1));
    },
    has: (wanted) => all().some(({ seq }) => seq === wanted),
    get isEmpty() {
      return kept.size === 0;
    },
    list: () => KINDS.flatMap(listKind),
  };
}
