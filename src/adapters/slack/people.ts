import * as v from 'valibot';
import type { ChatPerson } from '../../core/chat.ts';
import { escapeText } from '../../core/escape-text.ts';
import { chatRefused, chatUnreachable, slackCodeOf } from './chat-error.ts';
import type { SlackApi } from './slack-api.ts';
import { formatAccount, parseAccount, parseGroup, userId } from './slack-ids.ts';

const MAX_NAME = 80;
const UNKNOWN_PERSON = ['user_not_found', 'users_not_found', 'user_not_visible'];

const userSchema = v.object({
  user: v.object({
    id: userId,
    name: v.nullish(v.string()),
    real_name: v.nullish(v.string()),
    deleted: v.nullish(v.boolean()),
    is_bot: v.nullish(v.boolean()),
    profile: v.nullish(v.object({ display_name: v.nullish(v.string()), real_name: v.nullish(v.string()) })),
  }),
});

const membersSchema = v.object({ users: v.array(userId) });

/** What Slack says of an account (`users.info`); undefined when it knows nobody of that id. @throws McoError */
export async function findPerson(api: SlackApi, account: string): Promise<ChatPerson | undefined> {
  const wanted = parseAccount(account);
  if (wanted === undefined) return undefined;
  try {
    const answer = v.safeParse(userSchema, await api.call('users.info', { user: wanted.id }));
    if (!answer.success || answer.output.user.id !== wanted.id) {
      throw chatUnreachable("slack's answer to `users.info` can't be read");
    }
    const { user } = answer.output;
    const { profile } = user;
    const name = profile?.display_name || profile?.real_name || user.real_name || user.name || wanted.id;
    return {
      account,
      displayName: escapeText(name, MAX_NAME),
      isBot: user.is_bot === true || user.id === 'USLACKBOT',
      isActive: user.deleted !== true,
    };
  } catch (thrown) {
    if (UNKNOWN_PERSON.includes(slackCodeOf(thrown) ?? '')) return undefined;
    throw thrown;
  }
}

/** The accounts in a user group of the bot's own workspace (`usergroups.users.list`). @throws McoError */
export async function findMembers(api: SlackApi, team: string, group: string): Promise<readonly string[]> {
  const wanted = parseGroup(group);
  if (wanted?.team !== team) throw chatRefused(`\`${escapeText(group, 60)}\` is no user group of workspace ${team}`);
  const answer = v.safeParse(membersSchema, await api.call('usergroups.users.list', { usergroup: wanted.id }));
  if (!answer.success) throw chatUnreachable("slack's answer to `usergroups.users.list` can't be read");
  return answer.output.users.map((user) => formatAccount(team, user));
}
