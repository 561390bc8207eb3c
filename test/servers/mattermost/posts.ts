import { ApiError, noPermission } from './api-error.ts';
import { findMentions } from './mentions.ts';
import { newMattermostId } from './new-id.ts';
import { isMember, requireOpen } from './permissions.ts';
import { addActionIds, checkPostSize, checkRoot, MAX_FILES } from './post-rules.ts';
import { viewPost } from './views.ts';
import type { Channel, Post, User, World } from './world.ts';

/** The real server remembers a `pending_post_id` for 30 s, in memory (`PendingPostIDsCacheTTL`, app/post.go). */
const PENDING_TTL_MS = 30_000;

export interface NewPost {
  readonly channelId: string;
  readonly message: string;
  readonly rootId?: string;
  readonly props?: Readonly<Record<string, unknown>>;
  readonly fileIds?: readonly string[];
  readonly type?: string;
  readonly pendingPostId?: string;
}

/** A post through the API: with the author's rights, once per `pending_post_id`. */
export function createPost(world: World, author: User, use: NewPost): { post: Post; isNew: boolean } {
  const channel = world.channels.get(use.channelId);
  if (channel === undefined || !isMember(channel, author)) throw noPermission();
  requireOpen(channel, 'api.post.create_post.can_not_post_to_deleted.error');
  if ((use.type ?? '').startsWith('system_'))
    throw new ApiError(400, 'api.context.invalid_param.app_error', 'Invalid post.type parameter.');
  const seen = findSeen(world, author, use.pendingPostId ?? '');
  if (seen !== undefined) return { post: seen, isNew: false };
  const props = author.isBot ? { ...use.props, from_bot: 'true' } : { ...use.props };
  const post = storePost(world, author, { ...use, props });
  if (post.pendingPostId !== '')
    world.seenPending.set(post.pendingPostId, { postId: post.id, until: world.clock.now() + PENDING_TTL_MS });
  return { post, isNew: true };
}

function findSeen(world: World, author: User, pendingPostId: string): Post | undefined {
  const seen = world.seenPending.get(pendingPostId);
  if (seen === undefined || world.clock.now() >= seen.until) return undefined;
  const post = world.posts.get(seen.postId);
  return post?.userId === author.id ? post : undefined;
}

/** Stores and announces a post without asking for rights; sizes and the root are checked all the same. */
export function storePost(world: World, author: User, use: NewPost): Post {
  const props = addActionIds({ ...use.props });
  checkPostSize(use.message, props);
  checkRoot(world, use.rootId ?? '', use.channelId);
  if ((use.fileIds ?? []).length > MAX_FILES)
    throw new ApiError(
      400,
      'api.post.create_post.too_many_files.app_error',
      'Too many files are attached to the post.',
    );
  const now = world.clock.now();
  const id = newMattermostId();
  const post: Post = {
    id,
    userId: author.id,
    channelId: use.channelId,
    rootId: use.rootId ?? '',
    type: use.type ?? '',
    createAt: now,
    order: world.posts.size,
    message: use.message,
    props,
    fileIds: attachFiles(world, author, { post: id, channel: use.channelId, ids: use.fileIds ?? [] }),
    updateAt: now,
    editAt: 0,
    deleteAt: 0,
    edits: 0,
    pendingPostId: use.pendingPostId ?? '',
  };
  world.posts.set(post.id, post);
  const root = world.posts.get(post.rootId);
  if (root !== undefined) root.updateAt = Math.max(now, root.updateAt);
  announcePosted(world, post, author);
  return post;
}

/** Only the uploader's own files of this channel, each once. As on a real server the others are dropped in silence. */
function attachFiles(
  world: World,
  author: User,
  use: { post: string; channel: string; ids: readonly string[] },
): readonly string[] {
  const files = use.ids.flatMap((id) => world.files.get(id) ?? []);
  const usable = files.filter(
    (file) => file.userId === author.id && file.postId === '' && file.channelId === use.channel,
  );
  for (const file of usable) file.postId = use.post;
  return [...new Set(usable.map((file) => file.id))];
}

function announcePosted(world: World, post: Post, author: User): void {
  const channel = world.channels.get(post.channelId) as Channel;
  const mentions = findMentions(world, post).flatMap((name) => expandMention(name, channel, author));
  const data = {
    channel_display_name: channel.type === 'D' ? `@${author.username}` : channel.name,
    channel_name: channel.name,
    channel_type: channel.type,
    post: JSON.stringify(viewPost(world, post, post.pendingPostId)),
    sender_name: `@${author.username}`,
    set_online: true,
    team_id: channel.team,
    ...(mentions.length === 0 ? {} : { mentions: JSON.stringify([...new Set(mentions)]) }),
  };
  world.publish({ event: 'posted', data, to: { channel: channel.id } });
}

const expandMention = (name: string, channel: Channel, author: User): string[] =>
  name.length === 26 ? [name] : [...channel.members].filter((id) => id !== author.id);

export interface PostPatch {
  readonly message?: string;
  readonly props?: Readonly<Record<string, unknown>>;
  readonly fileIds?: readonly string[];
}

/** Changes a post without asking for rights. `edit_at` moves when readers would see a difference. */
export function updatePost(world: World, post: Post, patch: PostPatch): void {
  if (post.deleteAt !== 0)
    throw new ApiError(400, 'api.post.update_post.permissions_details.app_error', 'The post was deleted.');
  requireOpen(
    world.channels.get(post.channelId) as Channel,
    'api.post.update_post.can_not_update_post_in_deleted.error',
  );
  const message = patch.message ?? post.message;
  const props = patch.props === undefined ? post.props : addActionIds({ ...patch.props });
  checkPostSize(message, props);
  const isEdited = message !== post.message || JSON.stringify(props) !== JSON.stringify(post.props);
  post.message = message;
  post.props = props;
  if (patch.fileIds !== undefined) post.fileIds = post.fileIds.filter((id) => patch.fileIds?.includes(id));
  post.updateAt = world.clock.now();
  if (isEdited) post.editAt = post.updateAt;
  post.edits++;
  announceChange(world, 'post_edited', post);
}

/** An edit through the API: by the author, within the time limit. */
export function patchPost(world: World, editor: User, use: { post: Post; patch: PostPatch }): void {
  const { post, patch } = use;
  const channel = world.channels.get(post.channelId) as Channel;
  if (!isMember(channel, editor) && !editor.isAdmin) throw noPermission();
  if (post.userId !== editor.id && !editor.isAdmin) throw noPermission();
  if (post.type.startsWith('system_'))
    throw new ApiError(400, 'api.post.update_post.system_message.app_error', 'System messages can not be updated.');
  if (world.editTimeLimitMs !== undefined && world.clock.now() > post.createAt + world.editTimeLimitMs)
    throw new ApiError(
      400,
      'api.post.update_post.permissions_time_limit.app_error',
      'The time in which posts can be edited is over.',
    );
  updatePost(world, post, patch);
}

/** Deletes a post and its thread. */
export function removePost(world: World, post: Post): void {
  const now = world.clock.now();
  for (const one of world.posts.values()) {
    if (one.deleteAt !== 0 || (one.id !== post.id && one.rootId !== post.id)) continue;
    one.deleteAt = now;
    one.updateAt = now;
  }
  announceChange(world, 'post_deleted', post);
}

function announceChange(world: World, event: 'post_edited' | 'post_deleted', post: Post): void {
  world.publish({ event, data: { post: JSON.stringify(viewPost(world, post)) }, to: { channel: post.channelId } });
}
