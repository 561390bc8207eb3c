import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../../src/adapters/clock/system-clock.ts';
import { addCommand } from './command-registry.ts';
import { createHttpFront } from './http-front.ts';
import { findMentions } from './mentions.ts';
import { newMattermostId } from './new-id.ts';
import { createPeople } from './people.ts';
import { removePost } from './posts.ts';
import { createSocketHub, type SocketHub } from './socket-hub.ts';
import type { ApiCall, MattermostChaos, MattermostPost, MattermostServer, MattermostServerOptions } from './types.ts';
import { viewProps } from './views.ts';
import { createWorld, findDirectChannel, findNamed, type Post, type User, type World } from './world.ts';

/**
 * A Mattermost server for tests: REST API v4, websocket, slash commands and interactive buttons, refusing what a real
 * 5.37 Team Edition refuses. Listens on 127.0.0.1 at a port of the system's choice.
 */
export async function startMattermostServer(options: MattermostServerOptions = {}): Promise<MattermostServer> {
  const clock = options.clock ?? systemClock;
  const world = createWorld({
    clock,
    editTimeLimitMs: options.postEditTimeLimitMs,
    sendsRootId: options.sendsRootId ?? false,
  });
  const hub = createSocketHub(world, options.replaysOnReconnect ?? true);
  world.publish = hub.publish;
  const calls: ApiCall[] = [];
  const chaos: MattermostChaos = { dropSockets: () => hub.drop(), restart: async () => {} };
  const listener = createListener(hub, createHttpFront({ world, calls, chaos, rateLimit: options.rateLimit }));
  const port = await listener.listen(0);
  world.siteUrl = `http://127.0.0.1:${port}`;
  chaos.restart = async (whileDown) => {
    await listener.stop();
    hub.forget();
    world.seenPending.clear();
    await whileDown?.();
    await listener.listen(port);
  };
  return {
    url: world.siteUrl,
    calls,
    chaos,
    get sockets() {
      return hub.open;
    },
    ...createProvisioning(world, hub),
    ...createPeople(world, chaos, (post) => removePost(world, post)),
    ...createRecords(world),
    close: () => listener.stop(),
  };
}

/** The port, and how to give it up: sockets are cut, open calls too. */
function createListener(hub: SocketHub, handle: ReturnType<typeof createHttpFront>) {
  const server = createServer(handle);
  server.on('upgrade', (request, socket, head) => {
    if (new URL(request.url ?? '/', 'http://127.0.0.1').pathname === '/api/v4/websocket')
      return hub.upgrade(request, socket, head);
    socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
  });
  return {
    listen: (port: number) =>
      new Promise<number>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, '127.0.0.1', () => {
          server.off('error', reject);
          resolve((server.address() as AddressInfo).port);
        });
      }),
    stop: () =>
      new Promise<void>((resolve) => {
        hub.drop();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type Provisioning = Pick<
  MattermostServer,
  | 'addTeam'
  | 'addUser'
  | 'addChannel'
  | 'directChannel'
  | 'join'
  | 'leave'
  | 'archive'
  | 'deactivate'
  | 'rename'
  | 'addCommand'
>;

function createProvisioning(world: World, hub: SocketHub): Provisioning {
  const findUser = (name: string) => findNamed(world.users, name);
  const findChannel = (name: string) => findNamed(world.channels, name);
  const now = () => world.clock.now();
  return {
    addTeam(name) {
      const id = newMattermostId();
      world.teams.set(id, { id, name, members: new Set(), createAt: now() });
      return id;
    },
    addUser(username, { isBot = false, isAdmin = false } = {}) {
      const id = newMattermostId();
      const token = newMattermostId();
      const user: User = { id, username, isBot, isAdmin, createAt: now(), updateAt: now(), deleteAt: 0 };
      world.users.set(id, user);
      world.tokens.set(token, id);
      return { id, token };
    },
    addChannel(team, name, { isPrivate = false } = {}) {
      const id = newMattermostId();
      const type = isPrivate ? 'P' : 'O';
      const teamId = findNamed(world.teams, team).id;
      world.channels.set(id, { id, team: teamId, name, type, members: new Set(), createAt: now(), deleteAt: 0 });
      return id;
    },
    directChannel: (userA, userB) => findDirectChannel(world, findUser(userA).id, findUser(userB).id).id,
    join(user, channel) {
      const { id } = findUser(user);
      const { team, members } = findChannel(channel);
      world.teams.get(team)?.members.add(id);
      members.add(id);
    },
    leave: (user, channel) => {
      findChannel(channel).members.delete(findUser(user).id);
    },
    archive(channel) {
      findChannel(channel).deleteAt = now();
    },
    deactivate(user) {
      const found = findUser(user);
      found.deleteAt = now();
      hub.drop(found.id);
    },
    rename(user, name) {
      const found = findUser(user);
      found.username = name;
      found.updateAt = now();
    },
    addCommand(team, url, trigger = 'mco') {
      const fields = { team_id: findNamed(world.teams, team).id, trigger, url, method: 'P', username: trigger };
      const { id, token } = addCommand(world, undefined, fields);
      return { id, token };
    },
  };
}

type Records = Pick<MattermostServer, 'posts' | 'ephemerals' | 'files' | 'notified'>;

function createRecords(world: World): Records {
  return {
    posts(channel) {
      const { id } = findNamed(world.channels, channel);
      return [...world.posts.values()].filter((post) => post.channelId === id && post.deleteAt === 0).map(asRecord);
    },
    ephemerals: (user) => world.ephemerals.get(findNamed(world.users, user).id) ?? [],
    files: (post) =>
      findNamed(world.posts, post).fileIds.flatMap((id) => {
        const file = world.files.get(id);
        return file === undefined ? [] : [{ name: file.name, content: file.content.toString('utf8') }];
      }),
    notified: (post) => findMentions(world, findNamed(world.posts, post)),
  };
}

const asRecord = (post: Post): MattermostPost => ({
  id: post.id,
  user_id: post.userId,
  channel_id: post.channelId,
  message: post.message,
  root_id: post.rootId,
  type: post.type,
  props: viewProps(post.props),
  file_ids: post.fileIds,
  create_at: post.createAt,
  update_at: post.updateAt,
  edit_at: post.editAt,
  edits: post.edits,
  pending_post_id: post.pendingPostId,
});
