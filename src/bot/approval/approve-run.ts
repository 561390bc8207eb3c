import type { Control, Tell, Word } from '../../core/command.ts';
import { McoError } from '../../core/errors.ts';
import type { StoredApproval, StoredYes } from '../../core/store.ts';
import type { Bot } from '../bot.ts';
import type { ControlScene } from '../control/control-scene.ts';
import { answered, type Handled, reported } from '../handled.ts';
import { wordOf } from '../records/find-run.ts';
import { deny } from './deny.ts';
import { describeAwaited } from './describe-awaited.ts';
import { decideInTurn, findOrder, type WaitingRun } from './find-order.ts';
import { shortDigest } from './freeze-order.ts';
import { isSamePerson, requireApprover } from './judge-approver.ts';
import { replaceApproval } from './replace-approval.ts';
import { requireUnchanged } from './require-unchanged.ts';
import { runApproved } from './run-approved.ts';
import { waitingOrdersOf } from './waiting-orders.ts';

type Approval = Extract<Control, { verb: 'approve' }>;

/** What somebody types of a digest must be more than a guess. */
const DIGEST_START = /^[0-9a-f]{4,64}$/;

/**
 * Says yes to a run that waits for approval. With as many yeses as it needs it is sent, exactly as it was frozen: the
 * approver is told at once, and the run goes on in its own thread until its end.
 *
 * @throws McoError `unknown/run`, `usage/*`, `denied/*`, `untrusted/changed-order`, `failed/audit`, `failed/store`
 */
export async function approveRun(bot: Bot, scene: ControlScene, control: Approval): Promise<Handled> {
  const { id } = await findOrder(bot, scene, control);
  const agreed = await sayYes(bot, scene, { id, typed: control.digest });
  const { run, approval } = agreed;
  const answer = describeYes(approval);
  if (approval.state === 'awaiting') {
    const thread = bot.openThread(run);
    // The yes counts, whether it can be shown or not.
    await thread?.remind(describeAwaited(bot, run, approval)).catch(() => undefined);
    await scene.surface.tell(answer);
    return answered(answer);
  }
  waitingOrdersOf(bot).release(id);
  const active = bot.active.start(id, approval.order.caller, scene.signal);
  try {
    // It may take as long as the run does: nobody waits for it, and after a crash it must not look as if nothing was done.
    await closeMessage(bot, scene).catch(() => undefined);
    await scene.surface.tell(answer).catch(() => undefined);
    return reported(await runApproved(bot, { run, approval, active }));
  } finally {
    active.end();
  }
}

/** Of two who say yes at the same time each is counted, one after the other. */
async function sayYes(
  bot: Bot,
  scene: ControlScene,
  { id, typed }: { readonly id: string; readonly typed: Word | undefined },
): Promise<WaitingRun> {
  const { asker, trail } = scene;
  return await decideInTurn(bot, { scene, id }, async ({ run, approval: was }) => {
    const { order, digest } = was;
    await requireUnchanged(bot, was, id);
    await requireSameList(scene, was, typed);
    await requireApprover(bot, scene, was);
    requireFirstYes(bot, scene, was);
    const { caller: by, account, place } = asker;
    const yes: readonly StoredYes[] = [...was.yes, { by, account, place, at: bot.clock.now(), digest }];
    const isEnough = yes.length >= was.count;
    // Before anything is written: what can't begin leaves the order as it is.
    if (isEnough) bot.active.requireRoom(order.caller);
    // INVARIANT: no record, no action.
    await trail.record('approved', { digest, count: order.nodes.length, approvedBy: [by] });
    const approval: StoredApproval = { ...was, yes, state: isEnough ? 'approved' : 'awaiting' };
    await replaceApproval(bot, { id, was, approval });
    return { run, approval };
  });
}

/** INVARIANT: whoever says which list they saw says yes to that list and to no other. */
async function requireSameList(
  { trail, typed: text }: ControlScene,
  { digest, order }: StoredApproval,
  word: Word | undefined,
): Promise<void> {
  if (word === undefined) return;
  const { at } = wordOf(word, text);
  const start = word.text.toLowerCase();
  const short = order.run.slice(-4);
  if (!DIGEST_START.test(start)) {
    throw new McoError('usage/bad-list', `\`${word.text}\` is no list: a list is named by four hex digits or more`, {
      hint: `run \`${short}\` waits for approval of list \`${shortDigest(digest)}\``,
      at,
    });
  }
  if (digest.startsWith(start)) return;
  throw await deny(
    trail,
    new McoError('denied/changed-list', `run \`${short}\` is not about list \`${start}\``, {
      hint: `it is list \`${shortDigest(digest)}\`: look at its thread before you approve it`,
      at,
    }),
  );
}

function requireFirstYes(bot: Bot, { asker }: ControlScene, { yes, order, count }: StoredApproval): void {
  const isAgain = yes.some(({ by, account }) => isSamePerson(bot, asker, { caller: by, account }));
  if (!isAgain) return;
  throw new McoError('usage/approved-already', `you have approved run \`${order.run.slice(-4)}\` already`, {
    hint: `it needs ${count} people, each once`,
  });
}

/** The message that approves is done with, whatever becomes of the run. */
async function closeMessage({ store }: Bot, { message: { place, id } }: ControlScene): Promise<void> {
  if (place !== undefined && id !== undefined) await store.inbox.close(place.chat, id);
}

function describeYes({ order, digest, state, count, yes, from }: StoredApproval): Tell {
  const short = order.run.slice(-4);
  const list = `list ${shortDigest(digest)}, ${order.nodes.length} ${order.nodes.length === 1 ? 'node' : 'nodes'}`;
  const title =
    state === 'approved'
      ? `run ${short} is approved (${list}): it goes on in its own thread`
      : `you have approved run ${short} (${list}): ${count - yes.length} more of ${from} needed`;
  return { kind: 'tell', title, sections: [] };
}
