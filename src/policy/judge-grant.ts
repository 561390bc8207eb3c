import type { Grant, Targeted, Verdict } from './policy.ts';

/** Decides for one grant, once it is known which nodes are meant. Both the bot and every node ask this. */
export function judgeGrant(grant: Grant, { count, isNarrowed }: Targeted): Verdict {
  const { rules, maxNodes, requireFilter, approval } = grant;
  // INVARIANT: what can't be counted is denied, whatever the limits are.
  if (!Number.isSafeInteger(count) || count < 0) return deny(rules, 'the nodes could not be counted');
  if (requireFilter && isNarrowed !== true) {
    const how = 'with `-F FACT=VALUE`, `-C CLASS`, `-I NODE`, `-S EXPRESSION` or `--nodes`';
    return deny(rules, `this needs a filter: say which nodes are meant, ${how}`);
  }
  if (maxNodes !== undefined && !(count <= maxNodes)) {
    const most = maxNodes === 1 ? 'one node' : `${maxNodes} nodes`;
    return deny(
      rules,
      `${count} nodes are meant, and at most ${most} may be at once: narrow the filter or use \`--limit\``,
    );
  }
  if (approval !== undefined && !(count <= approval.overNodes)) return { outcome: 'needs-approval', rules, approval };
  return { outcome: 'allow', rules };
}

function deny(rules: readonly string[], reason: string): Verdict {
  return { outcome: 'deny', rules, reason };
}
