import type { Decision, Grant } from '../../src/policy/policy.ts';

type Allowance = Extract<Decision, { outcome: 'allow' }>;

/** A grant that demands nothing but what is given. */
export const grantOf = (conditions: Partial<Grant> = {}): Grant => ({
  rules: ['roles.yaml:1'],
  requireFilter: false,
  ...conditions,
});

/** An allowance by one grant that demands nothing. */
export const allowed = (...rules: readonly string[]): Allowance => allowedBy(grantOf({ rules }));

/** An allowance by these grants, the widest first. */
export const allowedBy = (...grants: readonly Grant[]): Allowance => ({
  outcome: 'allow',
  rules: grants.flatMap(({ rules }) => rules),
  grants,
  excluded: [],
});

export const denied = (
  reason = 'it is not allowed here',
  ...rules: readonly string[]
): Extract<Decision, { outcome: 'deny' }> => ({ outcome: 'deny', rules, reason });
