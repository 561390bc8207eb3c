import * as v from 'valibot';
import { chatRefused, chatUnreachable } from './chat-error.ts';
import type { SlackApi } from './slack-api.ts';
import { teamId, userId } from './slack-ids.ts';

/** Who the bot is in its workspace. */
export interface BotIdentity {
  readonly team: string;
  readonly user: string;
}

const answerSchema = v.object({ team_id: teamId, user_id: userId });

/**
 * Asks Slack who the bot's token stands for (`auth.test`).
 *
 * @throws McoError as the port `Chat` says; `failed/chat-refused` also when the token is another workspace's
 */
export async function askIdentity(api: SlackApi, team: string): Promise<BotIdentity> {
  const answer = v.safeParse(answerSchema, await api.call('auth.test', {}));
  if (!answer.success) throw chatUnreachable("slack's answer to `auth.test` can't be read");
  const { team_id, user_id } = answer.output;
  if (team_id !== team) {
    const hint = 'give the token of the workspace that the configuration names';
    throw chatRefused(`the bot token is of workspace ${team_id}, not ${team}`, { hint });
  }
  return { team: team_id, user: user_id };
}
