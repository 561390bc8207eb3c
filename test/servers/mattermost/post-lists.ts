import { pageOf } from './api-route.ts';
import { viewPost } from './views.ts';
import type { Channel, Post, World } from './world.ts';

/** What `since` gives at most. */
const MAX_SINCE = 1000;

const newestFirst = (a: Post, b: Post): number => b.createAt - a.createAt || b.order - a.order;

/** A list as the API gives it: `order` names the posts asked for; `posts` has the roots of their threads as well. */
function writeList(world: World, listed: readonly Post[]) {
  const roots = listed.flatMap((post) => world.posts.get(post.rootId) ?? []);
  const posts = Object.fromEntries([...listed, ...roots].map((post) => [post.id, viewPost(world, post)]));
  return { order: listed.map((post) => post.id), posts, next_post_id: '', prev_post_id: '' };
}

/**
 * A page of live posts, newest first. With `since` (ms) instead: whatever was created, edited or deleted after it,
 * deleted ones included, the newest 1,000 and without pages.
 */
export function listChannelPosts(world: World, channel: Channel, query: URLSearchParams) {
  const all = [...world.posts.values()].filter((post) => post.channelId === channel.id).sort(newestFirst);
  const since = query.get('since');
  if (since !== null && Number(since) > 0) {
    const changed = all.filter((post) => post.updateAt > Number(since));
    return writeList(world, changed.slice(0, MAX_SINCE));
  }
  const live = all.filter((post) => post.deleteAt === 0);
  return writeList(world, pageOf(cutAtPost(live, query), query));
}

/** `before` and `after` a post. */
function cutAtPost(live: readonly Post[], query: URLSearchParams): readonly Post[] {
  const before = live.findIndex((post) => post.id === query.get('before'));
  if (before !== -1) return live.slice(before + 1);
  const after = live.findIndex((post) => post.id === query.get('after'));
  return after === -1 ? live : live.slice(0, after);
}

export function listThread(world: World, post: Post) {
  const root = post.rootId === '' ? post.id : post.rootId;
  const thread = [...world.posts.values()].filter(
    (one) => (one.id === root || one.rootId === root) && one.deleteAt === 0,
  );
  return writeList(world, thread.sort(newestFirst));
}
