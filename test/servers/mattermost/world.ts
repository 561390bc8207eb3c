import type { Clock } from '../../../src/core/ports.ts';
import { newMattermostId } from './new-id.ts';
import type { EphemeralPost } from './types.ts';

export interface Team {
  readonly id: string;
  readonly name: string;
  readonly members: Set<string>;
  readonly createAt: number;
}

export interface User {
  readonly id: string;
  username: string;
  readonly isBot: boolean;
  readonly isAdmin: boolean;
  readonly createAt: number;
  updateAt: number;
  deleteAt: number;
}

export interface Channel {
  readonly id: string;
  /** Empty for direct channels. */
  readonly team: string;
  readonly name: string;
  readonly type: 'O' | 'P' | 'D';
  readonly members: Set<string>;
  readonly createAt: number;
  deleteAt: number;
}

export interface Post {
  readonly id: string;
  readonly userId: string;
  readonly channelId: string;
  readonly rootId: string;
  readonly type: string;
  readonly createAt: number;
  /** Breaks ties between posts of the same millisecond. */
  readonly order: number;
  message: string;
  props: Record<string, unknown>;
  fileIds: readonly string[];
  updateAt: number;
  editAt: number;
  deleteAt: number;
  edits: number;
  readonly pendingPostId: string;
}

export interface FileInfo {
  readonly id: string;
  readonly userId: string;
  readonly channelId: string;
  readonly name: string;
  readonly content: Buffer;
  readonly createAt: number;
  postId: string;
}

export interface Command {
  readonly id: string;
  token: string;
  readonly creatorId: string;
  readonly teamId: string;
  trigger: string;
  method: string;
  url: string;
  username: string;
  displayName: string;
  description: string;
  autoComplete: boolean;
  autoCompleteHint: string;
  autoCompleteDesc: string;
  readonly createAt: number;
  updateAt: number;
}

/** A `response_url`. */
export interface CommandHook {
  readonly id: string;
  readonly userId: string;
  readonly channelId: string;
  readonly rootId: string;
  readonly commandName: string;
  readonly createAt: number;
  uses: number;
}

export interface ServerEvent {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly to: { readonly user: string } | { readonly channel: string };
}

/** All the server knows. Survives a restart, but for `seenPending`. */
export interface World {
  readonly clock: Clock;
  readonly teams: Map<string, Team>;
  readonly users: Map<string, User>;
  /** Token to user id. */
  readonly tokens: Map<string, string>;
  readonly channels: Map<string, Channel>;
  readonly posts: Map<string, Post>;
  readonly files: Map<string, FileInfo>;
  readonly commands: Map<string, Command>;
  readonly hooks: Map<string, CommandHook>;
  readonly ephemerals: Map<string, EphemeralPost[]>;
  /** A cache in the server's memory: `pending_post_id` to the post and the end of its time. */
  readonly seenPending: Map<string, { postId: string; until: number }>;
  readonly editTimeLimitMs: number | undefined;
  readonly sendsRootId: boolean;
  /** `http://127.0.0.1:PORT` */
  siteUrl: string;
  /** Hands an event to the websockets. */
  publish: (event: ServerEvent) => void;
}

export function createWorld(options: {
  clock: Clock;
  editTimeLimitMs: number | undefined;
  sendsRootId: boolean;
}): World {
  return {
    ...options,
    teams: new Map(),
    users: new Map(),
    tokens: new Map(),
    channels: new Map(),
    posts: new Map(),
    files: new Map(),
    commands: new Map(),
    hooks: new Map(),
    ephemerals: new Map(),
    seenPending: new Map(),
    siteUrl: '',
    publish: () => {},
  };
}

/** By id or, for the tests' comfort, by name. Throws a plain error: the test is wrong. */
export function findNamed<T extends { id: string }>(all: ReadonlyMap<string, T>, idOrName: string): T {
  const found =
    all.get(idOrName) ??
    [...all.values()].find((one) => Reflect.get(one, 'name') === idOrName || isCalled(one, idOrName));
  if (found === undefined) throw new Error(`the test names \`${idOrName}\`, which was never added`);
  return found;
}

const isCalled = (one: object, name: string): boolean => Reflect.get(one, 'username') === name;

/** The direct channel of two people, made when it does not exist. */
export function findDirectChannel(world: World, userA: string, userB: string): Channel {
  const name = [userA, userB].sort().join('__');
  const existing = [...world.channels.values()].find((channel) => channel.type === 'D' && channel.name === name);
  if (existing !== undefined) return existing;
  const channel: Channel = {
    id: newMattermostId(),
    team: '',
    name,
    type: 'D',
    members: new Set([userA, userB]),
    createAt: world.clock.now(),
    deleteAt: 0,
  };
  world.channels.set(channel.id, channel);
  return channel;
}

/** Notes an ephemeral message and sends its event: it is stored nowhere else. */
export function sendEphemeral(world: World, use: EphemeralPost & { to: string; from: string }): void {
  const { to, from, ...ephemeral } = use;
  world.ephemerals.set(to, [...(world.ephemerals.get(to) ?? []), ephemeral]);
  const post = {
    id: newMattermostId(),
    create_at: world.clock.now(),
    user_id: from,
    channel_id: ephemeral.channel,
    root_id: ephemeral.root,
    message: ephemeral.text,
    type: 'system_ephemeral',
    props: {},
  };
  world.publish({ event: 'ephemeral_message', data: { post: JSON.stringify(post) }, to: { user: to } });
}
