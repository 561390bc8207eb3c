import { createHash } from 'node:crypto';
import type { Card } from '../../core/card.ts';
import type { PostRef } from '../../core/chat.ts';
import { slackCodeOf } from './chat-error.ts';
import { postCard } from './post-card.ts';
import type { SlackContext } from './slack-context.ts';

const CLOSED = ['edit_window_closed', 'cant_update_message'];

export interface Edit {
  readonly post: PostRef;
  readonly card: Card;
  readonly urgency: 'progress' | 'final';
}

/**
 * Puts a card into a post of the bot's. Where the workspace closed it for edits, a final card becomes a reply.
 *
 * @throws McoError as the port `Chat` says
 */
export async function editCard(context: SlackContext, { post, card, urgency }: Edit): Promise<void> {
  const { text, blocks = [] } = context.renderMessage(card);
  context.edits.take(urgency);
  try {
    const args = { channel: post.channel, ts: post.id, text, blocks, link_names: false, parse: 'none' };
    await context.api.call('chat.update', args, urgency);
  } catch (thrown) {
    if (urgency !== 'final' || !CLOSED.includes(slackCodeOf(thrown) ?? '')) throw thrown;
    await replyInstead(context, post, card);
  }
}

/** The same card for the same post is replied once, however often the edit is repeated: the key tells. */
async function replyInstead(context: SlackContext, post: PostRef, card: Card): Promise<void> {
  const digest = createHash('sha256').update(JSON.stringify(card)).digest('hex').slice(0, 24);
  await postCard(context, {
    channel: post.channel,
    thread: post.thread ?? post.id,
    card,
    key: `edit:${post.id}:${digest}`,
    firstTriedAt: Number(post.id) * 1000,
  });
}
