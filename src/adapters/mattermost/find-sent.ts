import { createHash } from 'node:crypto';
import type { MattermostPost } from './answer-schemas.ts';
import { readPostPage } from './catch-up.ts';
import type { RestClient } from './rest-client.ts';

/** The name under which a post of the bot's says by which key it was sent. Of other people's posts it means nothing. */
export const KEY_PROP = 'mcobot_key';

/** Between the bot's clock and the server's. */
const SKEW_MS = 60_000;
const PAGE = 60;
const MAX_PAGES = 10;

export const hashKey = (key: string): string => createHash('sha256').update(key).digest('base64url').slice(0, 26);

export interface SentQuery {
  readonly channel: string;
  /** Undefined for a post that stands in the channel. */
  readonly thread?: string | undefined;
  /** The bot's own user id. */
  readonly me: string;
  readonly key: string;
  readonly firstTriedAt: number;
}

type SentPost = Pick<MattermostPost, 'channel_id' | 'root_id' | 'create_at'>;

/**
 * Whether a post can be what was sent by a key: it stands where it was to stand, and is no older than the first try. An
 * older one is of another store that counted its keys alike.
 */
export function isOwn(post: SentPost, query: Omit<SentQuery, 'me' | 'key'>): boolean {
  const { channel, thread, firstTriedAt } = query;
  const stands = post.channel_id === channel && post.root_id === (thread ?? '');
  return stands && post.create_at >= firstTriedAt - SKEW_MS;
}

/**
 * Looks for what an earlier attempt may have posted. The server drops a second post with the same `pending_post_id`
 * by itself, but remembers it only for half a minute and not over a restart.
 */
export async function findSent(client: RestClient, query: SentQuery): Promise<string | undefined> {
  const since = query.firstTriedAt - SKEW_MS;
  const wanted = hashKey(query.key);
  for (let page = 0; page < MAX_PAGES; page++) {
    const posts = await readPostPage(client, query.channel, { page, size: PAGE });
    const sent = posts.find(
      (post) =>
        post.user_id === query.me && post.delete_at === 0 && post.props?.[KEY_PROP] === wanted && isOwn(post, query),
    );
    if (sent !== undefined) return sent.id;
    if (posts.length === 0 || posts.some((post) => post.create_at < since)) return undefined;
  }
  return undefined;
}
