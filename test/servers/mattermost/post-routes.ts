import { pressAction } from './actions.ts';
import { invalidBody, invalidUrl, noPermission } from './api-error.ts';
import { type ApiRequest, type ApiRoute, created, done, ok } from './api-route.ts';
import { isMattermostId } from './new-id.ts';
import { isMember, requireChannel, requireMembership, requirePost, requireUser } from './permissions.ts';
import { listChannelPosts, listThread } from './post-lists.ts';
import { isRecord } from './post-rules.ts';
import { createPost, type NewPost, type PostPatch, patchPost, removePost } from './posts.ts';
import { viewFile, viewPost } from './views.ts';
import { type Post, sendEphemeral } from './world.ts';

const readText = (fields: Record<string, unknown>, name: string): string => {
  const value = fields[name] ?? '';
  if (typeof value !== 'string') throw invalidBody('post');
  return value;
};

function readPost(body: unknown): NewPost {
  if (!isRecord(body)) throw invalidBody('post');
  const props = body.props ?? {};
  if (!isRecord(props) || (body.id ?? '') !== '') throw invalidBody('post');
  const fileIds = body.file_ids ?? [];
  if (!Array.isArray(fileIds) || !fileIds.every((id) => typeof id === 'string')) throw invalidBody('post');
  return {
    channelId: readText(body, 'channel_id'),
    message: readText(body, 'message'),
    rootId: readText(body, 'root_id'),
    type: readText(body, 'type'),
    pendingPostId: readText(body, 'pending_post_id'),
    props,
    fileIds,
  };
}

function readPatch(body: unknown): PostPatch {
  if (!isRecord(body)) throw invalidBody('post');
  const { message, props, file_ids: fileIds } = body;
  if (message !== undefined && typeof message !== 'string') throw invalidBody('post');
  if (props !== undefined && !isRecord(props)) throw invalidBody('post');
  if (fileIds !== undefined && !Array.isArray(fileIds)) throw invalidBody('post');
  return {
    ...(message === undefined ? {} : { message }),
    ...(props === undefined ? {} : { props }),
    ...(fileIds === undefined ? {} : { fileIds: fileIds.map(String) }),
  };
}

/** A post its reader may see. */
function visiblePost(request: ApiRequest): Post {
  const post = requirePost(request.world, request.params.id ?? '');
  requireMembership(requireChannel(request.world, post.channelId), request.user);
  return post;
}

function addPost({ world, user, body }: ApiRequest) {
  const use = readPost(body);
  if (!isMattermostId(use.channelId)) throw invalidBody('channel_id');
  const { post, isNew } = createPost(world, user, use);
  return created(viewPost(world, post, isNew ? post.pendingPostId : ''));
}

/** Unlicensed servers give `create_post_ephemeral` to system administrators only. */
function addEphemeral({ world, user, body }: ApiRequest) {
  if (!user.isAdmin) throw noPermission();
  const to = isRecord(body) ? body.user_id : undefined;
  const use = readPost(isRecord(body) ? body.post : undefined);
  if (!isMattermostId(to)) throw invalidBody('user_id');
  const { channelId, message: text, rootId: root = '' } = use;
  if (!isMember(requireChannel(world, channelId), requireUser(world, to))) throw invalidBody('user_id');
  sendEphemeral(world, { to, from: user.id, channel: channelId, text, via: 'command', root });
  return created({ user_id: user.id, channel_id: channelId, message: text, type: 'system_ephemeral' });
}

async function press(request: ApiRequest) {
  const { world, user, params, body } = request;
  const selected = isRecord(body) ? body.selected_option : undefined;
  const chosen = typeof selected === 'string' ? selected : undefined;
  await pressAction(world, user, {
    post: params.id ?? '',
    actionId: params.action ?? '',
    selected: chosen,
    extra: 0,
  });
  return ok({ status: 'OK', trigger_id: '' });
}

function changePost(request: ApiRequest, patch: PostPatch) {
  const post = requirePostToEdit(request);
  patchPost(request.world, request.user, { post, patch });
  return ok(viewPost(request.world, post));
}

/** What is missing is refused as what is not one's own. */
function requirePostToEdit({ world, params }: ApiRequest): Post {
  const post = world.posts.get(params.id ?? '');
  if (post === undefined || post.deleteAt !== 0) throw noPermission();
  return post;
}

export const postRoutes: readonly ApiRoute[] = [
  { method: 'POST', path: '/posts', handle: addPost },
  { method: 'POST', path: '/posts/ephemeral', handle: addEphemeral },
  { method: 'POST', path: '/posts/:id/actions/:action', handle: press },
  {
    method: 'GET',
    path: '/posts/:id',
    handle: (request) => ok(viewPost(request.world, visiblePost(request))),
  },
  { method: 'PUT', path: '/posts/:id/patch', handle: (request) => changePost(request, readPatch(request.body)) },
  {
    method: 'PUT',
    path: '/posts/:id',
    handle: (request) => {
      if (!isRecord(request.body) || request.body.id !== request.params.id) throw invalidBody('id');
      return changePost(request, { props: {}, ...readPatch(request.body) });
    },
  },
  {
    method: 'DELETE',
    path: '/posts/:id',
    handle: (request) => {
      const post = visiblePost(request);
      if (post.userId !== request.user.id && !request.user.isAdmin) throw noPermission();
      removePost(request.world, post);
      return done();
    },
  },
  {
    method: 'GET',
    path: '/posts/:id/thread',
    handle: (request) => ok(listThread(request.world, visiblePost(request))),
  },
  {
    method: 'GET',
    path: '/posts/:id/files/info',
    handle: (request) => {
      const infos = visiblePost(request).fileIds.flatMap((id) => request.world.files.get(id) ?? []);
      return ok(infos.map(viewFile));
    },
  },
  {
    method: 'GET',
    path: '/channels/:id/posts',
    handle: (request) => {
      const channel = requireChannel(request.world, request.params.id ?? '');
      requireMembership(channel, request.user);
      const since = request.query.get('since');
      if (since !== null && !/^\d{1,16}$/.test(since)) throw invalidUrl('since');
      return ok(listChannelPosts(request.world, channel, request.query));
    },
  },
];
