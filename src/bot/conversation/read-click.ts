import type { ButtonAction } from '../../core/card.ts';
import type { ChatClick, ChatMessage } from '../../core/chat.ts';
import { McoError, toMcoError } from '../../core/errors.ts';
import type { RunRecord, Store } from '../../core/store.ts';
import type { RootView } from '../../core/surface.ts';
import { drawRootCard } from '../../render/draw-root-card.ts';
import { describeAwaited } from '../approval/describe-awaited.ts';
import type { Bot } from '../bot.ts';
import { reportOf } from '../control/load-report.ts';
import { commandOf } from '../control/retry-run.ts';
import type { Channelled } from './chat-surface.ts';

/** Of the digest in the command that a press stands for. */
const DIGEST_LENGTH = 12;

/** A press is a command that the presser gives: it is decided, recorded and answered as if they had typed it. */
export interface ReadClick {
  readonly message: ChatMessage;
  readonly run: RunRecord;
  /** Why it can't be carried out, whoever presses. */
  readonly problem: McoError | undefined;
}

/**
 * What a press asks for.
 *
 * @throws McoError `untrusted/foreign-click` when the button is not on that run's root message; `failed/store`
 */
export async function readClick({ chat, store }: Channelled, click: ChatClick): Promise<ReadClick> {
  const run = await store.runs.find(click.run);
  // INVARIANT: a button counts only on the root message of the run that it names.
  const isOurs =
    run?.root !== undefined &&
    run.place.chat === chat.name &&
    run.root.channel === click.channel &&
    run.root.id === click.post;
  if (!isOurs) throw new McoError('untrusted/foreign-click', 'a button was pressed that is not on its run’s message');
  const { account, channel, post, action, via } = click;
  // Used up by each presser for themselves: else a press that is denied would take the button from those who may.
  const id = `${click.id}:${account}`;
  const { text, problem } = commandFor(action, run);
  const thread = action === 'details' ? (run.root.thread ?? run.root.id) : run.root.thread;
  return { message: { id, text, account, channel, thread, post, via }, run, problem };
}

function commandFor(action: ButtonAction, run: RunRecord): { text: string; problem: McoError | undefined } {
  switch (action) {
    case 'cancel':
      return { text: `cancel ${run.id}`, problem: undefined };
    case 'approve':
      return commandForApproval(run);
    case 'reject':
    case 'withdraw':
      return { text: `${action} ${run.id}`, problem: undefined };
    case 'retryFailed':
      return { text: `retry ${run.id} failed`, problem: undefined };
    case 'retrySilent':
      return { text: `retry ${run.id} silent`, problem: undefined };
    case 'details':
      return { text: `show ${run.id} --display all`, problem: undefined };
    case 'again':
      try {
        return { text: commandOf(run), problem: undefined };
      } catch (thrown) {
        return { text: `retry ${run.id}`, problem: toMcoError(thrown) };
      }
  }
}

/** INVARIANT: a press says yes to the list that the message with the button is about, and to no other. */
function commandForApproval({ id, approval }: RunRecord): { text: string; problem: McoError | undefined } {
  if (approval !== undefined)
    return { text: `approve ${id} ${approval.digest.slice(0, DIGEST_LENGTH)}`, problem: undefined };
  const problem = new McoError('usage/not-waiting', `run \`${id.slice(-4)}\` needs no approval`);
  return { text: `approve ${id}`, problem };
}

/** Where a press uses a button up, the root message gets new ones. */
export async function drawButtonsAnew(
  bot: Pick<Bot, 'agents'>,
  { chat, store, outbox }: Channelled,
  id: string,
): Promise<void> {
  if (!chat.traits.hasSingleUseButtons) return;
  const run = await store.runs.find(id);
  const view = run && (await viewOf(bot, store, run));
  if (view === undefined) return;
  const card = drawRootCard(view, chat.traits);
  await outbox.add([{ chat: chat.name, lane: id, delivery: { kind: 'edit', run: id, card } }]);
}

/** A run that is over, or that waits: those have buttons that stay. */
async function viewOf(bot: Pick<Bot, 'agents'>, store: Store, run: RunRecord): Promise<RootView | undefined> {
  const report = await reportOf({ store }, run);
  if (report !== undefined) return { state: 'done', report };
  return run.approval?.state === 'awaiting' ? describeAwaited(bot, run, run.approval) : undefined;
}
