import * as v from 'valibot';
import type { ChatMessage } from '../../core/chat.ts';
import { channelId, formatAccount, teamId, triggerId, userId } from './slack-ids.ts';

const MAX_TEXT = 40_000;

const commandSchema = v.object({
  team_id: teamId,
  channel_id: channelId,
  user_id: userId,
  text: v.optional(v.pipe(v.string(), v.maxLength(MAX_TEXT)), ''),
  trigger_id: triggerId,
  response_url: v.nullish(v.string()),
});

/** The message of a slash command: what follows the command's own word. Undefined when it is not one of Slack's. */
export function readCommand(body: unknown): ChatMessage | undefined {
  const parsed = v.safeParse(commandSchema, body);
  if (!parsed.success) return undefined;
  const { team_id, channel_id, user_id, text, trigger_id, response_url } = parsed.output;
  return {
    id: `cmd:${trigger_id}`,
    text,
    account: formatAccount(team_id, user_id),
    channel: channel_id,
    via: response_url ?? undefined,
  };
}
