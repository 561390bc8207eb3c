import { McoError } from '../../core/errors.ts';
import type { StoredApproval } from '../../core/store.ts';
import type { Bot } from '../bot.ts';

interface Replacement {
  readonly id: string;
  readonly was: StoredApproval;
  readonly approval: StoredApproval;
}

/**
 * What was decided about an order, on disk.
 *
 * @throws McoError `failed/store`, also when somebody else changed it between two turns of this process
 */
export async function replaceApproval({ store }: Bot, { id, was, approval }: Replacement): Promise<void> {
  if (await store.runs.changeApproval(id, was, approval)) return;
  throw new McoError('failed/store', `what is kept of run \`${id.slice(-4)}\` was changed meanwhile`, {
    hint: 'say it again',
  });
}
