import { LIMITS } from '../core/limits.ts';
import { CALLER } from '../core/names.ts';
import type { ApprovalClaim, TargetClaim } from '../core/request.ts';
import type { ApprovalRule, RuleSet } from './policy.ts';

/** What a request says of itself. */
interface Claims {
  readonly caller: string;
  readonly targets: TargetClaim;
  readonly approvals?: readonly ApprovalClaim[] | undefined;
  readonly approvedAt?: number | undefined;
  readonly issuedAt: number;
}

/** What is approved is sent at once; its last wave may be that much later. */
const MAX_AGE_MS = 24 * 3_600_000;

/**
 * Whether a request carries the approvals that a rule wants; undefined if so, else what is missing. They count by the
 * lists of this policy and by nothing else: whom the bot takes for a member is the bot's business.
 */
export function checkApprovals(policy: RuleSet, rule: ApprovalRule, claims: Claims): string | undefined {
  const { targets, approvals = [], approvedAt, issuedAt } = claims;
  const lack = `${targets.count === 1 ? '1 node needs' : `${targets.count} nodes need`} ${describeWanted(rule)}`;
  if (approvals.length === 0) return lack;
  // INVARIANT: what was approved is what is run: one approval of something else spoils all of them.
  if (approvals.some(({ digest }) => digest !== targets.digest)) return 'what was approved is not what is asked';
  if (approvedAt === undefined) return `${lack}; the request does not say when it was approved`;
  if (!(approvedAt <= issuedAt + LIMITS.clockSkewMs)) return `${lack}; it was approved after it was sent`;
  // INVARIANT: a yes is not kept for another day.
  if (!(issuedAt - approvedAt <= MAX_AGE_MS)) return `${lack}; it was approved more than 24 hours ago`;
  const counting = approvals.filter((claim) => isValid(policy, rule, { caller: claims.caller, claim, approvedAt }));
  // INVARIANT: people count once each.
  const people = new Set(counting.map(({ by }) => by)).size;
  if (people >= rule.count) return undefined;
  return `${lack}; the request carries ${people === 0 ? 'none' : people} that counts here`;
}

/** "approval by 2 people in `leads`" */
export function describeWanted({ count, from }: ApprovalRule): string {
  return `approval by ${count === 1 ? 'somebody' : `${count} people`} in \`${from}\``;
}

/** INVARIANT: nobody approves what they ask for themselves. */
function isValid(
  policy: RuleSet,
  { from, expiresMs }: ApprovalRule,
  {
    caller,
    claim: { by, at },
    approvedAt,
  }: { readonly caller: string; readonly claim: ApprovalClaim; readonly approvedAt: number },
): boolean {
  if (!CALLER.test(by) || by === caller) return false;
  if (policy.groups.get(from)?.has(by) !== true) return false;
  return at <= approvedAt + LIMITS.clockSkewMs && at >= approvedAt - expiresMs;
}
