import { McoError } from '../../core/errors.ts';
import type { StoredApproval, StoredYes } from '../../core/store.ts';
import type { Bot } from '../bot.ts';
import { digestOrder } from './freeze-order.ts';

/** A run begins to wait once, and at most ten people approve it. */
const MAX_RECORDS = 50;

/**
 * INVARIANT: what is run is what the digest is of, and that is the digest which was put on record when the order began to
 * wait; whoever said yes is on record for that, too. A store that was changed, digest and all, is found out here.
 *
 * @throws McoError `untrusted/changed-order`, `failed/audit`
 */
export async function requireUnchanged(bot: Bot, approval: StoredApproval, run = approval.order.run): Promise<void> {
  const { order, digest } = approval;
  if (order.run === run && digestOrder(bot.hash, order) === digest && (await isOnRecord(bot, run, approval))) return;
  throw new McoError('untrusted/changed-order', 'what is kept of this order is not what was shown', {
    hint: 'somebody may have changed the store: nothing is run; `reject` it and tell whoever runs the bot',
  });
}

async function isOnRecord(
  { trail }: Pick<Bot, 'trail'>,
  run: string,
  { digest, yes }: StoredApproval,
): Promise<boolean> {
  // A terminal keeps no trail that can be read.
  if (trail === undefined) return true;
  const found = await trail.find({ run, events: ['awaiting', 'approved'], max: MAX_RECORDS });
  const own = found.map(({ record }) => record).filter((record) => record.run === run);
  const parked = own.filter(({ event }) => event === 'awaiting');
  const said = own.filter((record) => record.event === 'approved' && record.digest === digest);
  const isSaid = ({ by }: StoredYes): boolean => said.some(({ approvedBy }) => approvedBy?.includes(by) === true);
  return parked.length > 0 && parked.every((record) => record.digest === digest) && yes.every(isSaid);
}
