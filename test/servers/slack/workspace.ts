import type { Clock } from '../../../src/core/ports.ts';
import type { NewChannel, SlackEphemeral, SlackMessage } from './slack-types.ts';

export interface User {
  readonly id: string;
  readonly name: string;
  readonly isBot: boolean;
  readonly isDeleted: boolean;
  readonly team: string;
}

export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly kind: 'channel' | 'group' | 'im';
  readonly members: Set<string>;
  isArchived: boolean;
  readonly messages: StoredMessage[];
}

export type StoredMessage = { -readonly [Key in keyof SlackMessage]: SlackMessage[Key] };

export interface PendingFile {
  readonly id: string;
  readonly name: string;
  readonly length: number;
  content: Buffer | undefined;
  isComplete: boolean;
}

/** Everything that the imaginary workspace holds. */
export interface Workspace {
  readonly team: string;
  readonly domain: string;
  readonly appId: string;
  readonly botId: string;
  readonly botUser: string;
  readonly clock: Clock;
  readonly users: Map<string, User>;
  readonly channels: Map<string, Channel>;
  readonly groups: Map<string, readonly string[]>;
  readonly files: Map<string, PendingFile>;
  readonly ephemerals: Map<string, SlackEphemeral[]>;
  scopes: ReadonlySet<string>;
  plan: 'free' | 'paid';
  editWindowMs: number | undefined;
  /** Where uploads go; known once the server listens. */
  origin: string;
  /** Set by the server: what the bot itself wrote or changed is an event too, in direct messages. */
  onPosted: (message: StoredMessage, change: 'new' | 'edited') => void;
  /** A new `ts`: unique, and later than every one before. */
  newTs(): string;
  /** A new id with this first letter. */
  newId(prefix: string): string;
}

export function createWorkspace(options: { team: string; botUser: string; clock: Clock }): Workspace {
  const { team, botUser, clock } = options;
  let lastMicros = 0;
  let count = 0;
  const workspace: Workspace = {
    team,
    domain: 'example',
    appId: 'A0MCO',
    botId: 'B0MCO',
    botUser,
    clock,
    users: new Map(),
    channels: new Map(),
    groups: new Map(),
    files: new Map(),
    ephemerals: new Map(),
    scopes: new Set(),
    plan: 'paid',
    editWindowMs: undefined,
    origin: '',
    onPosted: () => {},
    newTs() {
      lastMicros = Math.max(clock.now() * 1000, lastMicros + 1);
      return `${Math.floor(lastMicros / 1_000_000)}.${String(lastMicros % 1_000_000).padStart(6, '0')}`;
    },
    newId: (prefix) => `${prefix}${(++count).toString(36).toUpperCase().padStart(8, '0')}`,
  };
  workspace.users.set(botUser, { id: botUser, name: 'mco', isBot: true, isDeleted: false, team });
  return workspace;
}

export function addChannel(workspace: Workspace, id: string, options: NewChannel): Channel {
  for (const user of options.members)
    if (!workspace.users.has(user)) throw new Error(`there is no user ${user}: add them first`);
  const channel: Channel = {
    id,
    name: options.name ?? id.toLowerCase(),
    kind: options.isDirect ? 'im' : options.isPrivate ? 'group' : 'channel',
    members: new Set(options.members),
    isArchived: options.isArchived ?? false,
    messages: [],
  };
  workspace.channels.set(id, channel);
  return channel;
}

/** The bot's direct message channel with somebody, made if it is not there. */
export function openDirect(workspace: Workspace, user: string): { channel: Channel; isNew: boolean } {
  for (const channel of workspace.channels.values())
    if (channel.kind === 'im' && channel.members.has(user) && channel.members.has(workspace.botUser))
      return { channel, isNew: false };
  const members = [user, workspace.botUser];
  return { channel: addChannel(workspace, workspace.newId('D'), { members, isDirect: true }), isNew: true };
}

export function findMessage(channel: Channel, ts: string): StoredMessage | undefined {
  return channel.messages.find((message) => message.ts === ts);
}

export function addEphemeral(workspace: Workspace, user: string, ephemeral: SlackEphemeral): void {
  const list = workspace.ephemerals.get(user) ?? [];
  workspace.ephemerals.set(user, list);
  list.push(ephemeral);
}
