import type * as v from 'valibot';
import { McoError } from '../core/errors.ts';
import { isForOwnDoings } from './glob.ts';
import type { AllowRule, ApprovalRule, DenyRule, InputLimits, NodeLimit } from './policy.ts';
import { complain, complainUnknown, quote } from './policy-part.ts';
import { readNodeLimit } from './read-node-limit.ts';
import type { allowRule, denyRule } from './rule-schema.ts';

/** Where a part of a rule stands. */
type AtPart = (path: readonly (string | number)[]) => string;

const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000 } as const;
const MIN_EXPIRES_MS = 60_000;
const MAX_EXPIRES_MS = 24 * 3_600_000;
const DEFAULT_EXPIRES_MS = 30 * 60_000;

/** The groups that approvals may come from. */
export interface ApprovingGroups {
  readonly names: ReadonlySet<string>;
  /** How many people the policy lists in a group; undefined where a chat service says who else is in it. */
  sizeOf(group: string): number | undefined;
}

/**
 * What an allowing rule puts up with.
 *
 * @throws McoError `usage/bad-file`
 */
export function readConditions(
  rule: v.InferOutput<typeof allowRule>,
  groups: ApprovingGroups,
  at: AtPart,
): Omit<AllowRule, 'actions' | 'effect' | 'at'> {
  const { inputs, nodes, max_nodes: maxNodes, require_filter: requireFilter, approval } = rule;
  refuseForOwnDoings(rule, ['inputs', 'nodes', 'max_nodes', 'require_filter', 'approval'], at);
  return {
    inputs: readInputs(inputs),
    nodes: readNodes(nodes, at),
    maxNodes,
    requireFilter,
    approval: approval === undefined ? undefined : readApproval(approval, groups, at),
  };
}

/**
 * What a denial is for.
 *
 * @throws McoError `usage/bad-file`
 */
export function readExtent(
  rule: v.InferOutput<typeof denyRule>,
  at: AtPart,
): Pick<DenyRule, 'effect' | 'inputs' | 'nodes'> {
  const { effect, inputs, nodes } = rule;
  if (effect === 'read') {
    const hint = 'leave it out to deny both, or write `write` to leave reads alone';
    throw complain(at(['effect']), 'a denial of reads would leave writes alone', hint);
  }
  if (effect !== undefined && effect !== 'write') {
    throw complainUnknown(at(['effect']), { kind: 'effect', name: effect, known: ['write'] });
  }
  refuseForOwnDoings(rule, ['effect', 'inputs', 'nodes'], at);
  return { effect, inputs: readInputs(inputs), nodes: readNodes(nodes, at) };
}

/** What the bot does by itself is a read that has no input and asks no node: these would hold nothing back. */
function refuseForOwnDoings<T extends { readonly actions: readonly string[] }>(
  rule: T,
  keys: readonly (string & keyof T)[],
  at: AtPart,
): void {
  const own = rule.actions.find(isForOwnDoings);
  const key = keys.find((one) => rule[one] !== undefined);
  if (own === undefined || key === undefined) return;
  const hint = 'leave it out, or give these actions a rule of their own';
  throw complain(at([key]), `\`${key}\` means nothing to ${quote(own)}, for which no node is asked`, hint);
}

function readInputs(inputs: Readonly<Record<string, string[]>> | undefined): InputLimits | undefined {
  return inputs === undefined ? undefined : new Map(Object.entries(inputs));
}

function readNodes(text: string | undefined, at: AtPart): NodeLimit | undefined {
  if (text === undefined) return undefined;
  try {
    return readNodeLimit(text);
  } catch (thrown) {
    if (!(thrown instanceof McoError)) throw thrown;
    throw complain(at(['nodes']), `\`nodes\`: ${thrown.message}`, thrown.hint);
  }
}

function readApproval(
  approval: NonNullable<v.InferOutput<typeof allowRule>['approval']>,
  { names, sizeOf }: ApprovingGroups,
  at: AtPart,
): ApprovalRule {
  const { from, count = 1, over_nodes: overNodes = 0, expires } = approval;
  if (!names.has(from)) {
    throw complainUnknown(at(['approval', 'from']), { kind: 'group', name: from, known: names });
  }
  const size = sizeOf(from);
  if (size !== undefined && size < count) {
    const people = size === 1 ? 'one person' : `${size} people`;
    const place = at(approval.count === undefined ? ['approval', 'from'] : ['approval', 'count']);
    throw complain(place, `the group \`${from}\` has only ${people}, and ${count} have to approve`);
  }
  return { from, count, overNodes, expiresMs: readExpiry(expires, at) };
}

function readExpiry(text: string | undefined, at: AtPart): number {
  if (text === undefined) return DEFAULT_EXPIRES_MS;
  const ms = Number(text.slice(0, -1)) * UNIT_MS[text.slice(-1) as keyof typeof UNIT_MS];
  if (ms >= MIN_EXPIRES_MS && ms <= MAX_EXPIRES_MS) return ms;
  throw complain(at(['approval', 'expires']), `${quote(text)} is not between \`1m\` and \`24h\``);
}
