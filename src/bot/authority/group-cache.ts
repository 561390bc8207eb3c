import { McoError, toMcoError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { waitAtMost } from '../../core/waiting.ts';

/** Who asks waits no longer than this; an answer that comes later is for those who ask then. */
const PATIENCE_MS = 2000;

/** After a failure, unless the service said when to come back. */
const PAUSE_MS = 10_000;

/** A group that the service does not let the bot see, or does not know, is not seen a moment later either. */
const REFUSED_PAUSE_MS = 300_000;

/** A look-up that has not ended by then never will: another one may be made. */
const LOST_MS = 60_000;

export interface GroupCacheOptions {
  readonly clock: Clock;
  readonly maxAgeMs: number;
  readonly staleMs: number;
  readonly maxGroups: number;
  /** Undefined: nobody knows such groups. */
  lookUp(group: string): Promise<readonly string[]> | undefined;
  /** A look-up failed: who depends on the group is denied, and somebody should know why. */
  onProblem?: ((problem: McoError) => void) | undefined;
}

export interface GroupCache {
  /**
   * The accounts in a group; undefined when that can't be told for now. Never fails.
   *
   * @param isFresh only an answer to a question that is put now counts
   */
  membersOf(group: string, isFresh?: boolean): Promise<ReadonlySet<string> | undefined>;
}

interface Answer {
  readonly members: ReadonlySet<string>;
  /** When it was asked for. */
  readonly askedAt: number;
  /** Which look-up it is of. */
  readonly number: number;
}

interface Group {
  /** How many look-ups were made. */
  count: number;
  answer?: Answer;
  underWay?: { readonly startedAt: number; readonly end: Promise<void> } | undefined;
  notBefore?: number | undefined;
}

/** Remembers who is in which group, and makes one look-up of a group at a time; where it has to be fresh, one a moment. */
export function createGroupCache(options: GroupCacheOptions): GroupCache {
  const { clock, maxAgeMs, staleMs } = options;
  const groups = new Map<string, Group>();
  const membersWithin = ({ answer }: Group, limitMs: number): ReadonlySet<string> | undefined => {
    if (answer === undefined) return undefined;
    const ageMs = clock.now() - answer.askedAt;
    // A clock that was set back makes an answer younger than nothing: it tells nothing about its age then.
    return ageMs >= 0 && ageMs < limitMs ? answer.members : undefined;
  };
  return {
    async membersOf(name, isFresh = false) {
      const group = groups.get(name) ?? makeRoom(groups, options.maxGroups, name);
      if (group === undefined) return undefined;
      if (isFresh) {
        const underWay = startLookUp(options, { name, group, withinMs: 1 });
        const number = group.count;
        if (underWay !== undefined) await waitAtMost(clock, PATIENCE_MS, underWay);
        const { answer } = group;
        // INVARIANT: an earlier question's answer, or none, says nothing about now.
        return underWay !== undefined && answer !== undefined && answer.number >= number ? answer.members : undefined;
      }
      const known = membersWithin(group, maxAgeMs);
      if (known !== undefined) return known;
      const underWay = startLookUp(options, { name, group, withinMs: LOST_MS });
      if (underWay !== undefined) await waitAtMost(clock, PATIENCE_MS, underWay);
      return membersWithin(group, staleMs);
    },
  };
}

/** The look-up that is being made, if it was begun within this time, or a new one; undefined while none is to be made. */
function startLookUp(
  { clock, lookUp, onProblem }: GroupCacheOptions,
  { name, group, withinMs }: { readonly name: string; readonly group: Group; readonly withinMs: number },
): Promise<void> | undefined {
  const startedAt = clock.now();
  const { underWay, notBefore } = group;
  if (underWay !== undefined && Math.abs(startedAt - underWay.startedAt) < withinMs) return underWay.end;
  if (notBefore !== undefined && startedAt < notBefore && notBefore - startedAt <= REFUSED_PAUSE_MS) return undefined;
  const number = ++group.count;
  const ask = async (): Promise<void> => {
    const answer = lookUp(name);
    if (answer === undefined) return;
    const members = new Set(await answer);
    if ((group.answer?.number ?? 0) < number) group.answer = { members, askedAt: startedAt, number };
  };
  const end = ask()
    .catch((thrown: unknown) => {
      const error = toMcoError(thrown);
      const { code, message, hint } = error;
      onProblem?.(new McoError(code, `the group ${name} could not be looked up: ${message}`, { hint, cause: error }));
      const pauseMs = error.family === 'failed' ? REFUSED_PAUSE_MS : Math.min(error.retryAfterMs ?? PAUSE_MS, LOST_MS);
      group.notBefore = clock.now() + pauseMs;
    })
    .finally(() => {
      if (group.underWay?.end === end) group.underWay = undefined;
    });
  group.underWay = { startedAt, end };
  return end;
}

/** Forgets the group that has been known the longest, if need be; never one that is being looked up. */
function makeRoom(groups: Map<string, Group>, maxGroups: number, name: string): Group | undefined {
  if (groups.size >= maxGroups) {
    const idle = [...groups].find(([, { underWay }]) => underWay === undefined);
    if (idle === undefined) return undefined;
    groups.delete(idle[0]);
  }
  const group: Group = { count: 0 };
  groups.set(name, group);
  return group;
}
