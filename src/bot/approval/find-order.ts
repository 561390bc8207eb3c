import type { Control } from '../../core/command.ts';
import { McoError } from '../../core/errors.ts';
import type { RunRecord, StoredApproval } from '../../core/store.ts';
import type { Bot } from '../bot.ts';
import type { ControlScene } from '../control/control-scene.ts';
import { findRun, runPlaceOf, wordOf } from '../records/find-run.ts';
import { deny } from './deny.ts';
import { expireRun } from './expire-run.ts';
import { isSamePerson, requesterOf } from './judge-approver.ts';
import { waitingOrdersOf } from './waiting-orders.ts';

/** A run that waits for approval. */
export interface WaitingRun {
  readonly run: RunRecord;
  readonly approval: StoredApproval;
}

/** What is decided about which run. */
export type Deciding = Pick<Extract<Control, { verb: 'approve' | 'reject' | 'withdraw' }>, 'verb' | 'run'>;

/** More are not under way in a channel: those that wait and those that run are bounded. */
const MAX_OPEN = 500;

/**
 * The run of this channel that somebody means, and what the trail shall say of it. With `last` the newest one that waits
 * and that they can decide about is meant: for `approve` and `reject` somebody else's, for `withdraw` one's own; in a
 * thread only that thread's.
 *
 * @throws McoError `unknown/run`, `usage/ambiguous-run`, `usage/nothing-waits`
 */
export async function findOrder(bot: Bot, scene: ControlScene, { verb, run: word }: Deciding): Promise<RunRecord> {
  const { message, typed, trail } = scene;
  const named = wordOf(word, typed);
  const whose = verb === 'withdraw' ? 'own' : 'others';
  const run = word.text === 'last' ? await findLast(bot, scene, { whose, named }) : await findRun(bot, message, named);
  const { agent, action } = run.header;
  trail.know({ run: run.id, action: `${agent}.${action}` });
  return run;
}

interface LastOne {
  readonly whose: 'own' | 'others';
  readonly named: ReturnType<typeof wordOf>;
}

async function findLast(bot: Bot, { message, asker }: ControlScene, { whose, named }: LastOne): Promise<RunRecord> {
  const place = runPlaceOf(message);
  const open = await bot.store.runs.list({ ...place, isFinished: false, max: MAX_OPEN });
  const waiting = open.filter(({ approval }) => approval?.state === 'awaiting');
  const isOwn = ({ approval }: RunRecord): boolean =>
    approval !== undefined && isSamePerson(bot, asker, requesterOf(approval.order));
  const found = waiting.find((run) => isOwn(run) === (whose === 'own'));
  if (found !== undefined) return found;
  const where = place.thread === undefined ? 'in this channel' : 'in this thread';
  const what = whose === 'own' ? 'no run of yours waits' : 'no run of somebody else waits';
  const [other] = waiting;
  throw new McoError('usage/nothing-waits', `${what} for approval ${where}`, {
    hint: other === undefined ? '`runs` lists the runs of this channel' : describeOther(other, whose),
    at: named.at,
  });
}

/** What waits, but not for this verb of theirs. */
function describeOther({ id, header }: RunRecord, whose: LastOne['whose']): string {
  const short = id.slice(-4);
  if (whose === 'others')
    return `your own run \`${short}\` waits for somebody else; \`withdraw ${short}\` takes it back`;
  return `run \`${short}\` of ${header.caller.replace(/^person:/, '@')} waits: \`approve ${short}\`, \`reject ${short}\``;
}

/**
 * Decides about an order as it stands now, when all that was said before is decided: it must wait still. One whose time is
 * up is ended here at the latest.
 * INVARIANT: of several decisions at once only the one that counts is put on record as such.
 *
 * @throws McoError `usage/not-waiting`, `denied/expired`, `failed/audit`, `failed/store`; what `decide` throws
 */
export async function decideInTurn<T>(
  bot: Bot,
  { scene: { trail }, id }: { readonly scene: Pick<ControlScene, 'trail'>; readonly id: string },
  decide: (waiting: WaitingRun) => Promise<T>,
): Promise<T> {
  const decided = await waitingOrdersOf(bot).inTurn(id, async () => {
    const waiting = await readOrder(bot, id);
    // INVARIANT: by the clock, whether a timer noticed or not.
    return bot.clock.now() < waiting.approval.expiresAt ? { value: await decide(waiting) } : undefined;
  });
  if (decided !== undefined) return decided.value;
  await expireRun(bot, id);
  throw await deny(
    trail,
    new McoError('denied/expired', `the time to approve run \`${id.slice(-4)}\` is over`, {
      hint: 'give the command again',
    }),
  );
}

async function readOrder(bot: Bot, id: string): Promise<WaitingRun> {
  const run = await bot.store.runs.find(id);
  const approval = run?.approval;
  if (run === undefined || approval === undefined || approval.state !== 'awaiting' || run.end !== undefined) {
    throw new McoError('usage/not-waiting', describeState(bot, id, run), {
      hint: `\`show ${id.slice(-4)}\` shows how it ended, \`runs\` lists the others`,
    });
  }
  return { run, approval };
}

function describeState(bot: Bot, id: string, run: RunRecord | undefined): string {
  const name = `run \`${id.slice(-4)}\``;
  const { approval, end } = run ?? {};
  if (approval === undefined) return `${name} needs no approval`;
  if (approval.state === 'awaiting') return `${name} is over: ${end?.outcome ?? 'it was ended'}`;
  if (approval.state === 'expired') return `${name} has expired`;
  if (approval.state !== 'approved') {
    const by = waitingOrdersOf(bot).endedBy(id) ?? end?.cancelledBy;
    return `${name} is ${approval.state} already${by === undefined ? '' : `, by ${by.replace(/^person:/, '@')}`}`;
  }
  const names = approval.yes.map(({ by }) => by.replace(/^person:/, '@')).join(', ');
  return `${name} is approved already, by ${names}`;
}
