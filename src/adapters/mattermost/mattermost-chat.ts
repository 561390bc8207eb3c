import type { Card } from '../../core/card.ts';
import type {
  Chat,
  ChatHealth,
  ChatReceiver,
  ChatTraits,
  Posting,
  PostRef,
  Recipient,
  Upload,
} from '../../core/chat.ts';
import { McoError } from '../../core/errors.ts';
import type { HttpRoute } from '../../core/http.ts';
import type { Clock } from '../../core/ports.ts';
import { createActionRoute } from './action-route.ts';
import { nameChat, readBaseUrl, userOf, writeBaseUrl } from './addresses.ts';
import { createCatchUp } from './catch-up.ts';
import { createCommandRoute } from './command-route.ts';
import { createDirectory, type Directory } from './directory.ts';
import type { Door } from './door.ts';
import { createEventStream, type EventStream } from './event-stream.ts';
import { createHeardMark, type Heard } from './heard-mark.ts';
import { createIntake } from './intake.ts';
import type { MattermostMessageContent } from './message-content.ts';
import { createOpenClicks, type OpenClicks } from './open-clicks.ts';
import { PostWriter } from './post-writer.ts';
import { RestClient } from './rest-client.ts';

export interface MattermostChatOptions {
  /** Of the server: `https://chat.example.org`. */
  readonly url: string;
  /** Of the bot account. */
  readonly token: string;
  /** Of the slash command, one for each team; several while one is being changed. */
  readonly commandTokens: readonly string[];
  /** Of at least 32 bytes: what makes a button the bot's own. */
  readonly actionKey: Uint8Array;
  /** Where the server reaches the bot: `https://bot.example.org:8065`. */
  readonly callbackUrl: string;
  readonly renderMessage: (card: Card) => MattermostMessageContent;
  /** What was heard before the start. Default: nothing that was said before it is fetched. */
  readonly heard?: Heard | undefined;
  readonly clock: Clock;
  /** Uniform in [0, 1); default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/** The server takes 16,383 code points. */
const TRAITS: ChatTraits = {
  maxCardLength: 15_000,
  maxTableRows: 200,
  maxTableColumns: 20,
  hasFiles: true,
  hasConfirm: false,
  hasButtons: true,
  hasSingleUseButtons: true,
  editGapMs: 4000,
  progressGapMs: 500,
};

const MIN_KEY_BYTES = 32;

/** The bot in a Mattermost server, and what the server calls at the bot: slash commands and buttons. */
export type MattermostChat = Chat & { readonly routes: readonly HttpRoute[] };

/** @throws McoError `usage/bad-url`, `usage/weak-key`, `usage/empty-token` */
export function createMattermostChat(options: MattermostChatOptions): MattermostChat {
  checkSecrets(options);
  return new MattermostAdapter(options);
}

class MattermostAdapter implements MattermostChat {
  readonly name: string;
  readonly traits = TRAITS;
  readonly routes: readonly HttpRoute[];
  readonly #options: MattermostChatOptions;
  readonly #url: string;
  readonly #client: RestClient;
  readonly #directory: Directory;
  readonly #writer: PostWriter;
  readonly #clicks: OpenClicks;
  readonly #door: Door = { receiver: undefined };
  #stream: EventStream | undefined;
  #stopListening = (): void => {};

  constructor(options: MattermostChatOptions) {
    const { token, clock, actionKey, renderMessage, commandTokens } = options;
    const url = readBaseUrl(options.url);
    const callbackUrl = writeBaseUrl(readBaseUrl(options.callbackUrl));
    const chat = nameChat(url);
    this.name = chat;
    this.#options = options;
    this.#url = writeBaseUrl(url);
    const client = new RestClient({ url: this.#url, token, clock });
    const directory = createDirectory({ chat, client, clock });
    const clicks = createOpenClicks(clock);
    const door = this.#door;
    this.#client = client;
    this.#directory = directory;
    this.#clicks = clicks;
    this.#writer = new PostWriter({ chat, client, directory, actionKey, callbackUrl, renderMessage, clock });
    this.routes = [
      createCommandRoute({ chat, tokens: commandTokens, door }),
      createActionRoute({ chat, key: actionKey, directory, clicks, door, clock }),
    ];
  }

  post(posting: Posting): Promise<PostRef> {
    return this.#writer.post(posting);
  }

  edit(post: PostRef, card: Card, urgency: 'progress' | 'final'): Promise<void> {
    return this.#writer.edit(post, card, urgency);
  }

  upload(upload: Upload): Promise<void> {
    return this.#writer.upload(upload);
  }

  async whisper(recipient: Recipient, card: Card, key?: string): Promise<void> {
    const { message } = this.#options.renderMessage(card);
    const via = recipient.via ?? '';
    if (this.#clicks.answer(via, message)) return;
    if (via.startsWith('hook:') && (await this.#answerCommand(via.slice('hook:'.length), message))) return;
    const user = userOf(this.name, recipient.account);
    if (user === undefined) {
      throw new McoError('failed/chat-refused', `\`${recipient.account}\` is no account of ${this.name}`);
    }
    await this.#writer.sendDirect(user, message, { ...recipient, key });
  }

  findPerson(account: string) {
    return this.#directory.findPerson(account);
  }

  findMembers(group: string): Promise<readonly string[]> {
    return this.#directory.findMembers(group);
  }

  async checkHealth(): Promise<ChatHealth> {
    const { clock } = this.#options;
    const startedAt = clock.now();
    const { username } = await this.#directory.refreshMe();
    const roundTripMs = clock.now() - startedAt;
    if (this.#stream === undefined) return { roundTripMs, about: `@${username}, not listening` };
    await this.#stream.check();
    return { roundTripMs, about: `@${username}, WebSocket connected` };
  }

  async start(receiver: ChatReceiver): Promise<void> {
    const { clock, token, heard, random = Math.random } = this.#options;
    const startedAt = clock.now();
    const [chat, client, directory] = [this.name, this.#client, this.#directory];
    const intake = createIntake({ chat, directory, receiver, clock });
    const notBefore = heard?.notBefore ?? startedAt;
    const catchUp = createCatchUp({ client, intake, receiver, clock, random, notBefore });
    const onProblem = (problem: McoError): void => receiver.noteProblem(problem);
    let isFirst = true;
    this.#stream = createEventStream({
      url: this.#url,
      token,
      clock,
      random,
      prepare: async () => void (await directory.refreshMe()),
      onPosted(said) {
        if (!intake.offer(said)) catchUp.request(said.post.create_at);
      },
      onGap(since) {
        catchUp.request(isFirst ? Math.min(since, heard?.from ?? startedAt) : since);
        isFirst = false;
      },
      onWhole: createHeardMark({ heard, isIdle: () => catchUp.isDone && intake.isIdle, clock, onProblem }),
      onProblem,
    });
    this.#stopListening = () => {
      this.#stream?.stop();
      catchUp.stop();
      intake.close();
    };
    this.#door.receiver = receiver;
    await this.#stream.start();
  }

  async stop(): Promise<void> {
    this.#door.receiver = undefined;
    this.#stopListening();
    this.#stream = undefined;
    await this.#client.settle();
    this.#clicks.releaseAll();
  }

  /** False: it can't be answered that way any more, after 30 minutes or five answers. */
  async #answerCommand(hook: string, text: string): Promise<boolean> {
    try {
      await this.#client.answerCommand(hook, { response_type: 'ephemeral', text, skip_slack_parsing: true });
      return true;
    } catch (error) {
      if (error instanceof McoError && error.code === 'failed/chat-refused') return false;
      throw error;
    }
  }
}

function checkSecrets({ actionKey, commandTokens, token }: MattermostChatOptions): void {
  if (actionKey.byteLength < MIN_KEY_BYTES) {
    throw new McoError('usage/weak-key', `the key of the buttons has fewer than ${MIN_KEY_BYTES} bytes`);
  }
  if ([token, ...commandTokens].some((secret) => secret.trim() === '')) {
    throw new McoError('usage/empty-token', 'a token of Mattermost is empty');
  }
}
