import type { Chat, PostRef } from '../../core/chat.ts';
import { McoError } from '../../core/errors.ts';
import type { OutboxItem, RunRecord, Store } from '../../core/store.ts';

/** A file with all results of a run. Its content is drawn when it is sent, so that it is not stored twice. */
export type DrawFile = (
  run: RunRecord,
  format: 'csv' | 'json',
) => Promise<{ name: string; title: string; content: string }>;

export interface DeliveryTools {
  readonly store: Store;
  readonly chats: ReadonlyMap<string, Chat>;
  readonly drawFile: DrawFile;
  /** When it was first tried, if that may have succeeded. */
  readonly firstTriedAt?: number | undefined;
}

/**
 * Hands one item of the outbox to its chat. Resolves with the post, where it makes one.
 *
 * @throws McoError what `Chat` throws; `failed/no-chat`, `failed/no-root` when there is nowhere to deliver it
 */
export async function deliverItem(
  { id, chat: name, delivery }: OutboxItem,
  { store, chats, drawFile, firstTriedAt }: DeliveryTools,
): Promise<PostRef | undefined> {
  const chat = chats.get(name);
  if (chat === undefined) throw new McoError('failed/no-chat', `${name} is not configured any more`);
  // Other bots may post with the same account: their stores count from 1 as well.
  const key = `mco:${store.id}:${id}`;
  switch (delivery.kind) {
    case 'root':
    case 'post': {
      const { channel, thread, card } = delivery;
      return await chat.post({ channel, thread, card, key, firstTriedAt });
    }
    case 'whisper':
      await chat.whisper(delivery.to, delivery.card, key);
      return undefined;
    case 'edit': {
      const { root } = await findRun(store, delivery.run);
      await chat.edit(root, delivery.card, 'final');
      return root;
    }
    case 'reply': {
      const { root } = await findRun(store, delivery.run);
      return await chat.post({ ...threadOf(root), card: delivery.card, key, firstTriedAt });
    }
    case 'file': {
      const { run, root } = await findRun(store, delivery.run);
      await chat.upload({ ...threadOf(root), ...(await drawFile(run, delivery.format)), key, firstTriedAt });
      return undefined;
    }
  }
}

/** Where replies to a run go: the thread that its root stands in, or else its own. */
const threadOf = ({ channel, thread, id }: PostRef) => ({ channel, thread: thread ?? id });

async function findRun(store: Store, id: string): Promise<{ run: RunRecord; root: PostRef }> {
  const run = await store.runs.find(id);
  if (run?.root === undefined) throw new McoError('failed/no-root', `run ${id} has no root message`);
  return { run, root: run.root };
}
