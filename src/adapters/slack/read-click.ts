import * as v from 'valibot';
import { isButtonAction } from '../../core/card.ts';
import type { ChatClick } from '../../core/chat.ts';
import type { BotIdentity } from './bot-identity.ts';
import { channelId, formatAccount, messageTs, teamId, triggerId, userId } from './slack-ids.ts';

export const ACTION_PREFIX = 'mco:';

const runId = v.pipe(v.string(), v.regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/));
const pressedSchema = v.object({
  type: v.literal('button'),
  action_id: v.pipe(v.string(), v.startsWith(ACTION_PREFIX), v.maxLength(40)),
  value: runId,
  action_ts: v.nullish(messageTs),
});

const clickSchema = v.object({
  type: v.literal('block_actions'),
  user: v.object({ id: userId, team_id: v.nullish(teamId) }),
  team: v.nullish(v.object({ id: teamId })),
  channel: v.object({ id: channelId }),
  container: v.object({ message_ts: messageTs, thread_ts: v.nullish(messageTs) }),
  message: v.nullish(v.object({ thread_ts: v.nullish(messageTs) })),
  actions: v.strictTuple([pressedSchema]),
  trigger_id: v.nullish(triggerId),
  response_url: v.nullish(v.string()),
});

/** The press of one of the bot's buttons; undefined when it is none that the bot ever made. */
export function readClick(body: unknown, bot: BotIdentity): ChatClick | undefined {
  const parsed = v.safeParse(clickSchema, body);
  if (!parsed.success) return undefined;
  const { user, team, channel, container, message, response_url } = parsed.output;
  const [pressed] = parsed.output.actions;
  const action = pressed.action_id.slice(ACTION_PREFIX.length);
  const unique = parsed.output.trigger_id ?? pressed.action_ts;
  // INVARIANT: the action and the run are exactly of the shapes that the bot gives its buttons.
  if (!isButtonAction(action) || unique == null) return undefined;
  const post = container.message_ts;
  const thread = container.thread_ts ?? message?.thread_ts ?? undefined;
  return {
    id: `click:${unique}`,
    account: formatAccount(user.team_id ?? team?.id ?? bot.team, user.id),
    channel: channel.id,
    post,
    thread: thread === post ? undefined : thread,
    action,
    run: pressed.value,
    via: response_url ?? undefined,
  };
}
