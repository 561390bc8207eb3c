import type { Clock } from '../../../src/core/ports.ts';

export interface MattermostServerOptions {
  /** Every window, limit and timestamp follows it. Default: the machine's clock. */
  readonly clock?: Clock;
  /** Off by default, as on a real server. One bucket per client address: all of a test's clients share it. */
  readonly rateLimit?: { readonly perSec: number; readonly maxBurst: number };
  /** After it, no post may be edited through the API. Default: no limit. */
  readonly postEditTimeLimitMs?: number;
  /** Newer servers send `root_id` with slash commands. Default false. */
  readonly sendsRootId?: boolean;
  /** Whether a Bearer upgrade with a known connection id gets the events it missed. Default true. */
  readonly replaysOnReconnect?: boolean;
}

export interface MattermostPost {
  readonly id: string;
  readonly user_id: string;
  readonly channel_id: string;
  readonly message: string;
  readonly root_id: string;
  readonly type: string;
  /** As clients see them: without the `integration` of actions. */
  readonly props: Readonly<Record<string, unknown>>;
  readonly file_ids: readonly string[];
  readonly create_at: number;
  readonly update_at: number;
  readonly edit_at: number;
  /** How often it was updated since it was created, by whatever way. */
  readonly edits: number;
  readonly pending_post_id: string;
}

export interface CommandResponse {
  readonly response_type?: string;
  readonly text?: string;
  readonly attachments?: readonly unknown[];
  readonly [key: string]: unknown;
}

/** What the person who typed the command gets. */
export interface SlashResult {
  readonly status: number;
  /** The error's id when `status` is not 200. */
  readonly error?: string;
  readonly response?: CommandResponse;
  readonly tookMs: number;
}

/** What the person who pressed gets. */
export interface PressResult {
  readonly status: number;
  readonly error?: string;
  readonly ephemeralText?: string;
  /** Whether the answer's `update` changed the post. */
  readonly updated: boolean;
}

export interface EphemeralPost {
  readonly channel: string;
  readonly text: string;
  readonly via: 'command' | 'response_url' | 'action';
  readonly root: string;
}

export interface ApiCall {
  readonly method: string;
  /** Without the query: `/api/v4/posts`. */
  readonly path: string;
  readonly query: string;
  readonly at: number;
  /** 0 when the connection was cut. */
  readonly status: number;
}

export type CallFault =
  | { readonly status: 429; readonly retryAfter: number }
  /** 503 comes from a proxy: HTML, no JSON. */
  | { readonly status: 500 | 503 }
  /** Cuts the connection: before the call takes effect, or after. */
  | { readonly drop: 'before' | 'after' }
  /** Holds the call back before it takes effect. */
  | { readonly delayMs: number };

export interface MattermostChaos {
  onCall?: ((call: { method: string; path: string; body: unknown }) => CallFault | undefined) | undefined;
  /** How many extra copies of a command are sent. */
  duplicateCommand?: (() => number) | undefined;
  /** How many extra copies of a press are sent. */
  duplicatePress?: (() => number) | undefined;
  /** Cuts every websocket, without a close frame. */
  dropSockets(): void;
  /** The same port again, after `whileDown`; connections, replay queues and seen `pending_post_id` are gone. */
  restart(whileDown?: () => Promise<void>): Promise<void>;
}

export interface MattermostServer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  addTeam(name: string): string;
  /** The token is a personal access token, or the bot's. */
  addUser(name: string, options?: { isBot?: boolean; isAdmin?: boolean }): { id: string; token: string };
  addChannel(team: string, name: string, options?: { isPrivate?: boolean }): string;
  directChannel(userA: string, userB: string): string;
  /** Joins the team too. Makes no system message, unlike the API. */
  join(user: string, channel: string): void;
  leave(user: string, channel: string): void;
  archive(channel: string): void;
  deactivate(user: string): void;
  rename(user: string, name: string): void;
  /** Default trigger: `mco`. */
  addCommand(team: string, url: string, trigger?: string): { id: string; token: string };
  /** Sends `/mco TEXT` (or another trigger's) as the real server does and resolves when the bot answered. */
  slashCommand(use: {
    user: string;
    channel: string;
    text: string;
    root?: string;
    trigger?: string;
  }): Promise<SlashResult>;
  /** Throws what the API would refuse. Returns the post's id. */
  say(use: { user: string; channel: string; text: string; root?: string; props?: object }): string;
  editPost(id: string, text: string): void;
  deletePost(id: string): void;
  press(use: { user: string; post: string; actionName: string; selected?: string }): Promise<PressResult>;
  /** A post of any user with actions of their own making: copied, edited or invented contexts. */
  forgePost(user: string, channel: string, attachmentActions: readonly object[]): string;
  /** What only the server knows of an action, by its id or name. */
  integrationOf(post: string, actionId: string): { url: string; context: Record<string, unknown> };
  /** Live posts, oldest first. */
  posts(channel: string): readonly MattermostPost[];
  ephemerals(user: string): readonly EphemeralPost[];
  files(post: string): readonly { name: string; content: string }[];
  /** User ids, `here`, `all`, `channel`: whom the post as it is now would notify. */
  notified(post: string): readonly string[];
  /** Every call of the REST API, oldest first. */
  readonly calls: readonly ApiCall[];
  chaos: MattermostChaos;
  /** How many authenticated websockets are open. */
  readonly sockets: number;
  close(): Promise<void>;
}
