import * as v from 'valibot';
import type { Card } from '../../core/card.ts';
import type { Recipient } from '../../core/chat.ts';
import { chatRefused, chatUnreachable, slackCodeOf } from './chat-error.ts';
import type { SlackMessageContent } from './message-content.ts';
import type { SlackContext } from './slack-context.ts';
import { channelId, parseAccount } from './slack-ids.ts';

/** Where Slack shows nothing to one person alone: they get a direct message. */
const NOT_THERE = ['not_in_channel', 'user_not_in_channel', 'channel_not_found', 'is_archived'];
const LITERAL = { link_names: false, parse: 'none' };

const openedSchema = v.object({ channel: v.object({ id: channelId }) });

/**
 * Shows a card to one person alone: as the answer to what they did, else as an ephemeral message, else directly.
 *
 * @throws McoError as the port `Chat` says
 */
export async function whisperCard(context: SlackContext, recipient: Recipient, card: Card): Promise<void> {
  const user = parseAccount(recipient.account)?.id;
  if (user === undefined) throw chatRefused('that account is none of slack');
  const content = context.renderMessage(card);
  if (recipient.via !== undefined && (await answer(context, recipient, content))) return;
  const { channel, thread } = recipient;
  try {
    const where = { channel, user, ...(thread === undefined ? {} : { thread_ts: thread }) };
    await context.api.call('chat.postEphemeral', { ...where, ...content, ...LITERAL });
  } catch (thrown) {
    if (!NOT_THERE.includes(slackCodeOf(thrown) ?? '')) throw thrown;
    await sendDirectly(context, user, content);
  }
}

async function answer(context: SlackContext, { via = '', thread }: Recipient, content: SlackMessageContent) {
  return await context.responseUrls.send(via, {
    response_type: 'ephemeral',
    replace_original: false,
    ...(thread === undefined ? {} : { thread_ts: thread }),
    ...content,
  });
}

async function sendDirectly(context: SlackContext, user: string, content: SlackMessageContent): Promise<void> {
  const opened = v.safeParse(openedSchema, await context.api.call('conversations.open', { users: user }));
  if (!opened.success) throw chatUnreachable("slack's answer to `conversations.open` can't be read");
  const channel = opened.output.channel.id;
  await context.pace.take(channel);
  await context.api.call('chat.postMessage', {
    channel,
    ...content,
    ...LITERAL,
    unfurl_links: false,
    unfurl_media: false,
  });
}
