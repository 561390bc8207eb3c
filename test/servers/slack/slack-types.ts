import type { Clock } from '../../../src/core/ports.ts';

/** How the imaginary workspace is set up. Everything has a default. */
export interface SlackServerOptions {
  readonly team?: string;
  readonly botUser?: string;
  readonly botToken?: string;
  readonly appToken?: string;
  readonly signingSecret?: string;
  /** Every window, `Retry-After` and limit goes by it. */
  readonly clock?: Clock;
  /** From one failed delivery of an event to the next. Default: Slack's own, at once, a minute, five minutes. */
  readonly retryDelaysMs?: readonly number[];
  /** HTTP mode: where events, commands and presses are posted. Without it: Socket Mode. */
  readonly requestUrl?: string;
  /** What the bot's token may do; default `DEFAULT_SCOPES`. */
  readonly scopes?: readonly string[];
  /** Event subscriptions; default `app_mention` and `message.im`. Known too: `message.channels`, `message.groups`. */
  readonly events?: readonly string[];
  /** How long messages may be edited; default: for ever. */
  readonly editWindowMs?: number;
}

export interface SlackFile {
  readonly id: string;
  readonly name: string;
  readonly title?: string;
  readonly content: string;
  readonly thread_ts?: string;
}

export interface SlackMessage {
  readonly channel: string;
  readonly ts: string;
  readonly thread_ts?: string;
  readonly user: string;
  readonly bot_id?: string;
  readonly text: string;
  /** As Slack stores them: with the `block_id`s that it adds. */
  readonly blocks?: readonly Record<string, unknown>[];
  readonly metadata?: Record<string, unknown>;
  readonly edits: number;
  readonly files?: readonly SlackFile[];
  /** Who was mentioned by it, in any of its versions: `U123`, `!here`, `!channel`, `!everyone`, `!subteam^S1`. */
  readonly notified: readonly string[];
  readonly reply_broadcast?: boolean;
}

export interface SlackEphemeral {
  readonly channel: string;
  readonly ts: string;
  readonly text: string;
  readonly blocks?: readonly Record<string, unknown>[];
  readonly thread_ts?: string;
  readonly via: 'postEphemeral' | 'response_url' | 'acknowledgement';
  readonly notified: readonly string[];
}

export interface Delivered {
  /** From the first delivery to the acknowledgement that counted; undefined: there was none. */
  readonly acknowledgedAfterMs: number | undefined;
  /** How often it was put on a socket or posted, duplicates and redeliveries included. */
  readonly deliveries: number;
}

/** One call of a method, a `response_url` or an upload. `status` 0: the connection was cut. */
export interface SlackCall {
  readonly method: string;
  readonly at: number;
  readonly ok: boolean;
  readonly error?: string;
  readonly status: number;
  readonly channel?: string;
}

export type PayloadKind = 'event' | 'command' | 'click';

export type Mischief =
  | { readonly status: 429; readonly retryAfter: number }
  | { readonly status: 500 | 503 }
  /** `after`: the call takes effect and its answer is lost. */
  | { readonly drop: 'before' | 'after' }
  /** `effect` default `later`: the call takes effect when the delay is over. */
  | { readonly delayMs: number; readonly effect?: 'at-once' | 'later' };

/** What a real service does on a bad day. Set the hooks to make them happen. */
export interface SlackChaos {
  /** `method` is also `response_url` and `upload`. */
  onCall?: ((call: { method: string; args: Record<string, unknown> }) => Mischief | undefined) | undefined;
  /** How many more times the same payload is delivered. */
  redeliver?: ((kind: PayloadKind) => number) | undefined;
  /** Answered to every call while it is set: `token_revoked`, `account_inactive`. */
  authError?: string | undefined;
  /** Cuts the oldest socket without a close frame. */
  dropSocket(): void;
  dropSockets(): void;
  /** Announces the end to all sockets, as Slack does when it moves connections; after 10 s it closes them. */
  disconnect(reason: 'warning' | 'refresh_requested' | 'link_disabled'): void;
  /** The sockets stay open and nothing passes any more: no payloads, no pings, no pongs. */
  muteSockets(): void;
}

export interface SlackServer {
  /** For `WebClient`'s `slackApiUrl`. */
  readonly apiUrl: string;
  readonly team: string;
  readonly botUser: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly signingSecret: string;
  addUser(id: string, options?: { name?: string; isBot?: boolean; deleted?: boolean; team?: string }): void;
  addChannel(id: string, options: NewChannel): void;
  addUserGroup(id: string, members: readonly string[]): void;
  setPlan(plan: 'free' | 'paid'): void;
  setScopes(scopes: readonly string[]): void;
  setEditWindow(editWindowMs: number | undefined): void;
  setRequestUrl(url: string | undefined): void;
  join(user: string, channel: string): void;
  leave(user: string, channel: string): void;
  archive(channel: string): void;
  deleteMessage(channel: string, ts: string): void;
  slashCommand(use: { user: string; channel: string; text: string; thread?: string }): Promise<Delivered>;
  say(use: { user: string; channel: string; text: string; thread?: string }): Promise<Delivered & { ts: string }>;
  editMessage(use: { channel: string; ts: string; text: string; resendMention?: boolean }): Promise<void>;
  press(use: { user: string; channel: string; ts: string; actionId: string }): Promise<Delivered>;
  /** Any payload at all, through the authenticated way: for what only a broken or foreign workspace would send. */
  deliver(kind: PayloadKind, payload: Record<string, unknown>): Promise<Delivered>;
  /** HTTP mode: the challenge with which Slack checks a request URL. */
  verifyUrl(): Promise<boolean>;
  messages(channel: string): readonly SlackMessage[];
  ephemerals(user: string): readonly SlackEphemeral[];
  files(channel: string): readonly SlackFile[];
  /** How many sockets are open and greeted. */
  readonly sockets: number;
  readonly calls: readonly SlackCall[];
  readonly chaos: SlackChaos;
  close(): Promise<void>;
}

export interface NewChannel {
  members: readonly string[];
  name?: string;
  isPrivate?: boolean;
  isDirect?: boolean;
  isArchived?: boolean;
}
