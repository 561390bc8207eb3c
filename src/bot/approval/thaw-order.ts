import type { FrozenOrder, RunRecord, StoredYes } from '../../core/store.ts';
import type { FrozenRun } from '../sending/send-run.ts';

interface Thawing {
  readonly digest: string;
  /** Where the rules stand that allow it now. */
  readonly rules: readonly string[];
  /** Who approved it; left out where nobody had to. */
  readonly yes?: readonly StoredYes[] | undefined;
}

/**
 * A frozen order as a run that can be sent. INVARIANT: what is run comes from the order alone, of which the digest is.
 */
export function thawOrder(
  { isRepeatable }: Pick<RunRecord, 'isRepeatable'>,
  order: FrozenOrder,
  { digest, rules, yes = [] }: Thawing,
): FrozenRun {
  const { run, caller, origin, command, ask, collective, options, filter, isNarrowed, nodes } = order;
  const thawed: FrozenRun = {
    id: run,
    caller,
    origin,
    command,
    ask,
    collective,
    options,
    isRepeatable,
    filter,
    targets: { count: nodes.length, digest, isNarrowed },
    // What the policy demands was looked at just now: of that only its lines are left to record.
    grant: { rules, requireFilter: false },
  };
  if (yes.length === 0) return thawed;
  const approvals = yes.map(({ by, at }) => ({ by, at, digest }));
  return { ...thawed, approvals, approvedAt: Math.max(...yes.map(({ at }) => at)) };
}
