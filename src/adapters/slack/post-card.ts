import * as v from 'valibot';
import type { Posting, PostRef } from '../../core/chat.ts';
import { chatUnreachable } from './chat-error.ts';
import { findPost, POST_EVENT_TYPE } from './find-post.ts';
import type { SlackContext } from './slack-context.ts';
import { messageTs } from './slack-ids.ts';

const answerSchema = v.object({ ts: messageTs, channel: v.optional(v.string()) });

/** Nothing in a text of ours is to be made into a link, a mention or a preview. */
const LITERAL = { unfurl_links: false, unfurl_media: false, link_names: false, parse: 'none' };

/**
 * Posts a card as the bot. When it was tried before, it is looked for first (https://docs.slack.dev/messaging/message-metadata).
 *
 * @throws McoError as the port `Chat` says
 */
export async function postCard(context: SlackContext, posting: Posting): Promise<PostRef> {
  const { api, pace, renderMessage } = context;
  const { channel, thread, card, key, firstTriedAt } = posting;
  await pace.take(channel);
  if (firstTriedAt !== undefined) {
    const place = { channel, thread, since: firstTriedAt, botUser: (await context.identify()).user };
    const found = await findPost(
      api,
      place,
      ({ metadata }) => metadata?.event_type === POST_EVENT_TYPE && metadata.event_payload?.key === key,
    );
    if (found !== undefined) return { channel, id: found, thread };
  }
  const answer = await api.call('chat.postMessage', {
    channel,
    ...LITERAL,
    ...(thread === undefined ? {} : { thread_ts: thread, reply_broadcast: false }),
    ...renderMessage(card),
    metadata: { event_type: POST_EVENT_TYPE, event_payload: { key } },
  });
  const posted = v.safeParse(answerSchema, answer);
  if (!posted.success) throw chatUnreachable("slack's answer to `chat.postMessage` can't be read");
  // For a person's id Slack tells the channel of the direct messages.
  return { channel: posted.output.channel ?? channel, id: posted.output.ts, thread };
}
