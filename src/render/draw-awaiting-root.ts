import type { Card, CardButton } from '../core/card.ts';
import { escapeText } from '../core/escape-text.ts';
import type { RunHeader } from '../core/report.ts';
import type { Awaited } from '../core/surface.ts';
import { formatTime, shortList } from './describe-approval.ts';
import { describeHeader, nameCaller, shortRun } from './describe-header.ts';
import type { ButtonTraits } from './draw-buttons.ts';
import { formatCount } from './format-count.ts';
import { NAME_LENGTH } from './list-names.ts';

/** A question before a press must fit into what chats leave for one. */
const COMMAND_LENGTH = 160;

/** What waits for approval: from a run's header and its frozen order. */
export interface AwaitingView {
  readonly header: RunHeader;
  readonly awaited: Awaited;
}

/**
 * The root message of a run that waits: `AWAITING APPROVAL · 145 nodes, list 9c1e41 · needs 1 of ops-leads, not @ana ·
 * expires 15:10 UTC`. When as many approved as are needed, it says so and has no buttons any more.
 */
export function drawAwaitingRoot({ header, awaited }: AwaitingView, traits: ButtonTraits): Card {
  const { nodes, digest, from, count, approvedBy, expiresAt } = awaited;
  const dryRun = header.options.noop === true ? 'DRY RUN on ' : '';
  const list = `${dryRun}${formatCount(nodes.length, 'node')}, list ${shortList(digest)}`;
  const names = approvedBy.map(nameCaller).join(', ');
  if (approvedBy.length >= count) {
    return { header: describeHeader(header), outcome: `APPROVED by ${names}`, summary: list, body: [], buttons: [] };
  }
  const needs = `needs ${count} of ${escapeText(from, NAME_LENGTH)}, not ${nameCaller(header.caller)}`;
  const sofar = names === '' ? [] : [`approved by ${names}`];
  return {
    header: describeHeader(header),
    outcome: 'AWAITING APPROVAL',
    summary: [list, needs, ...sofar, `expires ${formatTime(expiresAt)}`].join(' · '),
    // Where there are buttons the thread says it.
    body: traits.hasButtons ? [] : [{ kind: 'prose', lines: describeWays({ header, awaited }) }],
    buttons: drawButtons({ header, awaited }, traits),
  };
}

/** How to decide by typing. */
export function describeWays({ header, awaited }: AwaitingView): string[] {
  const run = shortRun(header.run);
  const { from, digest } = awaited;
  const group = escapeText(from, NAME_LENGTH);
  return [
    `\`approve ${run} ${shortList(digest)}\` says yes to exactly this list, \`reject ${run}\` says no: for ${group}`,
    `\`withdraw ${run}\` takes it back: for ${nameCaller(header.caller)}`,
  ];
}

function drawButtons({ header, awaited }: AwaitingView, { hasButtons, hasConfirm }: ButtonTraits): CardButton[] {
  if (!hasButtons) return [];
  const { run, command, effect } = header;
  const who = formatCount(awaited.nodes.length, 'node');
  const what = `\`${escapeText(command, COMMAND_LENGTH)}\`${effect === 'write' ? ' (WRITE)' : ''}`;
  const question = `Approve ${what} on ${who}, list ${shortList(awaited.digest)}?`;
  return [
    // Without a question the button itself says what it does.
    { action: 'approve', run, ...(hasConfirm ? { label: 'Approve', confirm: question } : { label: `Approve ${who}` }) },
    { action: 'reject', run, label: 'Reject' },
    { action: 'withdraw', run, label: 'Withdraw' },
  ];
}
