import * as v from 'valibot';
import type { ChatMessage } from '../../core/chat.ts';
import type { BotIdentity } from './bot-identity.ts';
import { channelId, formatAccount, messageTs, teamId, userId } from './slack-ids.ts';

const MAX_TEXT = 40_000;
/** Kinds of messages that people write themselves. Edited, deleted, joined, posted by an app: not those. */
const SPOKEN_SUBTYPES = ['file_share', 'thread_broadcast'];

const eventSchema = v.object({
  type: v.picklist(['app_mention', 'message']),
  channel: channelId,
  channel_type: v.nullish(v.string()),
  user: userId,
  text: v.pipe(v.string(), v.maxLength(MAX_TEXT)),
  ts: messageTs,
  thread_ts: v.nullish(messageTs),
  subtype: v.nullish(v.string()),
  bot_id: v.nullish(v.unknown()),
  edited: v.nullish(v.unknown()),
  hidden: v.nullish(v.boolean()),
  user_team: v.nullish(teamId),
  source_team: v.nullish(teamId),
  team: v.nullish(teamId),
});

type Event = v.InferOutput<typeof eventSchema>;

/**
 * The message of an `app_mention` or `message` event, with the bot's own mention cut from its start; undefined for what
 * is not addressed to the bot or was not written by a person.
 */
export function readMessage(body: unknown, bot: BotIdentity): ChatMessage | undefined {
  const parsed = v.safeParse(v.object({ event: eventSchema }), body);
  if (!parsed.success) return undefined;
  const { event } = parsed.output;
  // INVARIANT: what is edited later, or said by a program, runs nothing.
  if (!isSpoken(event, bot)) return undefined;
  if (event.type === 'message' && event.channel_type !== 'im') return undefined;
  const text = cutMention(event.text, bot.user);
  if (event.type === 'message' && text.trim() === '') return undefined;
  const { channel, ts, user } = event;
  return {
    id: `msg:${channel}:${ts}`,
    text,
    account: formatAccount(event.user_team ?? event.source_team ?? event.team ?? bot.team, user),
    channel,
    thread: event.thread_ts === ts ? undefined : (event.thread_ts ?? undefined),
    post: ts,
  };
}

function isSpoken({ bot_id, edited, hidden, subtype, user }: Event, bot: BotIdentity): boolean {
  if ((bot_id ?? undefined) !== undefined || (edited ?? undefined) !== undefined || hidden === true) return false;
  if (user === bot.user || user === 'USLACKBOT') return false;
  return (subtype ?? undefined) === undefined || SPOKEN_SUBTYPES.includes(subtype ?? '');
}

function cutMention(text: string, botUser: string): string {
  // The id is of letters and digits only: nothing in it means anything to an expression.
  return text.replace(new RegExp(`^\\s*(?:<@${botUser}(?:\\|[^<>]*)?>[:,]?\\s*)+`), '');
}
