import { maskInput } from '../../core/secret-input.ts';
import type { RunRecord, StoredApproval } from '../../core/store.ts';
import type { RootView } from '../../core/surface.ts';
import type { Bot } from '../bot.ts';

/** What people see of a run that waits. */
export function describeAwaited(
  { agents }: Pick<Bot, 'agents'>,
  { header }: Pick<RunRecord, 'header'>,
  approval: StoredApproval,
): Extract<RootView, { state: 'awaiting' }> {
  const { order, digest, from, count, yes, expiresAt, rules } = approval;
  const { agent, action, input } = order.ask;
  const description = agents.find((known) => known.agent === agent)?.actions[action];
  const awaited = {
    nodes: order.nodes,
    input: maskInput(description, input) ?? {},
    digest,
    from,
    count,
    approvedBy: yes.map(({ by }) => by),
    expiresAt,
    rules,
  };
  return { state: 'awaiting', header, awaited };
}

/** As reports say who approved, once somebody did. */
export function describeApprovers(approval: StoredApproval | undefined) {
  const yes = approval?.yes ?? [];
  return yes.length === 0 ? undefined : yes.map(({ by, at }) => ({ by, at }));
}
