import type { Tell } from '../../core/command.ts';
import type { RunRecord, StoredApproval } from '../../core/store.ts';
import { nameCaller } from '../../render/describe-header.ts';
import { drawInput } from '../../render/draw-awaited-cards.ts';
import { describeWays } from '../../render/draw-awaiting-root.ts';
import { formatCount } from '../../render/format-count.ts';
import { drawColumns } from '../../render/list-names.ts';
import { describeAwaited } from '../approval/describe-awaited.ts';
import type { Bot } from '../bot.ts';

/** A run that waits for approval: all that its thread says of it, for whoever looks later or has no thread. */
export function describeWaiting(bot: Pick<Bot, 'agents'>, run: RunRecord, approval: StoredApproval): Tell {
  const view = describeAwaited(bot, run, approval);
  const { agent, action, command, caller } = run.header;
  const { nodes, input, digest, from, count, approvedBy, expiresAt, rules } = view.awaited;
  const until = new Date(expiresAt).toISOString().slice(0, 16).replace('T', ' ');
  const requester = nameCaller(caller);
  return {
    kind: 'tell',
    title: `AWAITING APPROVAL: run ${run.id.slice(-4)}, ${agent}.${action} on ${formatCount(nodes.length, 'node')}`,
    sections: [
      {
        lines: [
          `${requester} asked for: \`${command}\``,
          `needs ${count} of ${from}, not ${requester}, until ${until} UTC`,
          ...(approvedBy.length === 0 ? [] : [`approved by ${approvedBy.map(nameCaller).join(', ')}`]),
        ],
      },
      { heading: 'Arguments', lines: drawInput(input) },
      { heading: 'Nodes', lines: drawColumns(nodes, nodes.length) },
      {
        lines: [
          `digest of all this: ${digest}`,
          ...(rules.length === 0 ? [] : [`wanted by ${rules.join(', ')}`]),
          ...describeWays(view),
        ],
      },
    ],
  };
}
