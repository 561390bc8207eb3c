import type { ChatMessage } from '../../core/chat.ts';
import { accountOf } from './addresses.ts';
import type { MattermostPost, MattermostUser } from './answer-schemas.ts';

/** A post and what is known of its channel. */
export interface SaidPost {
  readonly post: MattermostPost;
  /** `D` a direct message, `G` several people, `O` public, `P` private. */
  readonly channelType: string;
}

/**
 * What somebody said to the bot; undefined for everything else: posts of the bot's own, of the system, edited and
 * deleted ones, and those that do not begin with the bot's name, which a direct message needs not.
 *
 * Who said it is `user_id` alone, and only where `isByProgram` does not hold.
 */
export function readPost(chat: string, me: MattermostUser, { post, channelType }: SaidPost): ChatMessage | undefined {
  if (post.type !== '' || post.user_id === me.id) return undefined;
  if (post.edit_at > 0 || post.delete_at > 0 || post.original_id !== '') return undefined;
  const afterName = cutMention(post.message, me.username);
  const text = afterName ?? (channelType === 'D' && post.message.trim() !== '' ? post.message : undefined);
  if (text === undefined) return undefined;
  return {
    id: `post:${post.id}`,
    text,
    account: accountOf(chat, post.user_id),
    channel: post.channel_id,
    ...(post.root_id === '' ? {} : { thread: post.root_id }),
    post: post.id,
  };
}

/** What the server puts on posts that a program made, also on those in a person's name: webhooks, slash commands. */
const PROGRAM_MARKS = ['from_webhook', 'from_bot', 'from_plugin', 'from_oauth_app', 'override_username'];

/**
 * INVARIANT: a post with a program's mark, whatever its value, is nobody's word: an integration's answer stands under the
 * id of whoever called it. Who sets such a mark on a post of their own silences that post, and nothing else.
 */
export const isByProgram = ({ props }: MattermostPost): boolean =>
  PROGRAM_MARKS.some((mark) => Object.hasOwn(props ?? {}, mark));

/** The text behind `@mco` at its start; undefined where it starts otherwise, `@mco2` for one. */
function cutMention(message: string, username: string): string | undefined {
  const text = message.trimStart();
  const mention = `@${username}`;
  if (text.slice(0, mention.length).toLowerCase() !== mention.toLowerCase()) return undefined;
  const rest = text.slice(mention.length);
  // A dot belongs to a name only when the name goes on behind it.
  return /^[.-]*[a-z0-9_]/i.test(rest) ? undefined : rest.replace(/^[:,]?\s*/, '');
}
