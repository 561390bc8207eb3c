import type { McoError } from '../../core/errors.ts';
import type { NewOutboxItem, OutboxItem, Store } from '../../core/store.ts';

/**
 * How the end of a run is told when the chat refuses the edit that would tell it: as a post of its own where the root
 * stood, and when that is refused too, to whoever asked for the run alone. Undefined for everything else.
 *
 * @throws McoError `failed/store`
 */
export async function findOtherWay(
  store: Store,
  { chat, lane, delivery, notBefore }: OutboxItem,
  error: McoError,
): Promise<NewOutboxItem | undefined> {
  // Without a root that was told with the root, and an edit that is made once more was told already.
  if (error.code === 'failed/no-root' || error.code === 'failed/no-chat' || notBefore !== undefined) return undefined;
  if (delivery.kind !== 'edit' && delivery.kind !== 'post') return undefined;
  // A post in the lane of a run is one of these; answers have lanes of their own.
  const run = await store.runs.find(lane);
  if (run?.end === undefined || run.root === undefined) return undefined;
  // Its buttons would redraw a root that is not there.
  const { buttons: _, ...card } = delivery.card;
  if (delivery.kind === 'edit') {
    const { channel, thread } = run.root;
    return { chat, lane, delivery: { kind: 'post', channel, thread, card } };
  }
  const { account, place } = run;
  const to = { account, channel: place.channel, thread: place.thread };
  return { chat, lane, delivery: { kind: 'whisper', to, card } };
}
