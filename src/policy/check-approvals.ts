import { LIMITS } from '../core/limits.ts';
import { CALLER } from '../core/names.ts';
import type { ApprovalClaim, TargetClaim } from '../core/request.ts';
import type { ApprovalRule, RuleSet } from './policy.ts';

/** What a request says of itself. */
interface Claims {
  readonly caller: string;
  readonly targets: TargetClaim;
  readonly approvals?: readonly ApprovalClaim[] | undefined;
  readonly issuedAt: number;
}

/**
 * Whether a request carries the approvals that a rule wants; undefined if so, else what is missing. They count by the
 * lists of this policy and by nothing else: whom the bot takes for a member is the bot's business.
 */
export function checkApprovals(policy: RuleSet, rule: ApprovalRule, claims: Claims): string | undefined {
  const { targets, approvals = [] } = claims;
  const wanted = `approval by ${rule.count === 1 ? 'somebody' : `${rule.count} people`} in \`${rule.from}\``;
  if (approvals.length === 0) return `${targets.count} nodes need ${wanted}`;
  // INVARIANT: what was approved is what is run: one approval of something else spoils all of them.
  if (approvals.some(({ digest }) => digest !== targets.digest)) return 'what was approved is not what is asked';
  const counting = approvals.filter((claim) => isValid(policy, rule, { ...claims, claim }));
  // INVARIANT: people count once each.
  const people = new Set(counting.map(({ by }) => by)).size;
  if (people >= rule.count) return undefined;
  return `${targets.count} nodes need ${wanted}; the request carries ${people === 0 ? 'none' : people} that counts here`;
}

/** INVARIANT: nobody approves what they ask for themselves. */
function isValid(
  policy: RuleSet,
  { from, expiresMs }: ApprovalRule,
  { caller, claim: { by, at }, issuedAt }: Claims & { readonly claim: ApprovalClaim },
): boolean {
  if (!CALLER.test(by) || by === caller) return false;
  if (policy.groups.get(from)?.has(by) !== true) return false;
  return at <= issuedAt + LIMITS.clockSkewMs && at >= issuedAt - expiresMs;
}
