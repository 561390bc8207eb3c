import type { ButtonAction, CardButton } from '../core/card.ts';
import type { ChatTraits } from '../core/chat.ts';
import { escapeText } from '../core/escape-text.ts';
import type { RunHeader, RunReport } from '../core/report.ts';
import { formatCount } from './format-count.ts';

export type ButtonTraits = Pick<ChatTraits, 'hasButtons' | 'hasConfirm'>;

/** A question before a press must fit into what chats leave for one. */
const COMMAND_LENGTH = 160;

/** While a run goes on it can be cancelled. */
export function drawRunningButtons({ run }: RunHeader, { hasButtons }: ButtonTraits): CardButton[] {
  return hasButtons ? [{ action: 'cancel', run, label: 'Cancel' }] : [];
}

/**
 * What can be done with a finished run. A write is repeated by a button only where the chat asks first, and never for nodes
 * that did not answer: they may have done it.
 */
export function drawDoneButtons({ header, counts, outcome }: RunReport, traits: ButtonTraits): CardButton[] {
  if (!traits.hasButtons) return [];
  const { run, effect } = header;
  // A preview sends nothing, however often.
  const isWrite = effect === 'write' && outcome !== 'PREVIEW';
  // A retry asks everybody whom `--nodes RUN:failed` means: also those to whom nothing was sent.
  const isFailed = counts.failed + counts.expired > 0;
  const retried = counts.failed + counts.expired + counts.notSent;
  const who = counts.notSent > 0 ? 'failed or were not sent to' : 'failed';
  const command = `\`${escapeText(header.command, COMMAND_LENGTH)}\` (WRITE)`;
  const repeat = (action: ButtonAction, label: string, question: string): CardButton[] => {
    if (!isWrite) return [{ action, run, label }];
    // INVARIANT: a write is never one press away.
    return traits.hasConfirm ? [{ action, run, label, confirm: question }] : [];
  };
  return [
    ...(isFailed
      ? repeat('retryFailed', 'Retry failed', `Run ${command} again on ${formatCount(retried, 'node')} that ${who}?`)
      : []),
    ...(counts.silent + counts.unknown > 0 && !isWrite ? repeat('retrySilent', 'Retry silent', '') : []),
    ...repeat('again', 'Run again', askAgain(command, counts)),
    ...(counts.targeted > 0 ? [{ action: 'details', run, label: 'Details' } as const] : []),
  ];
}

/** The same command again looks anew for whom it means: a number would be a promise that nobody can keep. */
function askAgain(command: string, { silent, unknown }: RunReport['counts']): string {
  const open = silent + unknown;
  const warning = open === 0 ? '' : ` ${formatCount(open, 'node')} did not answer and may still be at it.`;
  return `Run ${command} again, on every node that it matches now?${warning}`;
}
