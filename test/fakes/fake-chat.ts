import type { ButtonAction, Card } from '../../src/core/card.ts';
import type {
  Chat,
  ChatClick,
  ChatMessage,
  ChatReceiver,
  ChatTraits,
  Posting,
  PostRef,
  Recipient,
  Upload,
} from '../../src/core/chat.ts';
import { McoError } from '../../src/core/errors.ts';
import type { Clock } from '../../src/core/ports.ts';
import { renderCardText } from '../../src/render/render-card-text.ts';

export type CallName = 'post' | 'edit' | 'upload' | 'whisper';

/** What befalls one call: the next one, or the next one of that name. */
export interface Fault {
  readonly on?: CallName | undefined;
  /** Until it takes effect, and from then until it is answered. */
  readonly delayMs?: number | undefined;
  readonly answerMs?: number | undefined;
  readonly error?: McoError | undefined;
  /** It takes effect although it fails. */
  readonly isDone?: boolean | undefined;
}

export const busy = (retryAfterMs?: number): McoError =>
  new McoError('unreachable/chat-busy', 'the chat is busy', { retryAfterMs });
export const away = (): McoError => new McoError('unreachable/chat', 'the chat does not answer');
export const refused = (): McoError => new McoError('failed/chat-refused', 'the channel is archived');

/** A post of the bot's with everything it ever showed, the newest last. */
export interface FakePost {
  readonly ref: PostRef;
  readonly cards: Card[];
}

export interface Call {
  readonly name: CallName;
  readonly at: number;
  /** What it shows, as text; of a file its name. */
  readonly text: string;
  readonly key?: string | undefined;
  readonly firstTriedAt?: number | undefined;
  readonly urgency?: 'progress' | 'final' | undefined;
}

/** Where and how something is said or pressed; what is left out is ana in the channel C1. */
export type Said = Partial<Omit<ChatMessage, 'text'>>;

/** A chat service in memory, with the failures that a test wants. */
export interface FakeChat extends Chat {
  readonly posts: FakePost[];
  readonly files: Upload[];
  readonly whispers: { readonly to: Recipient; readonly text: string }[];
  /** Every call in the order it was made, also the ones that failed. */
  readonly calls: Call[];
  isStarted: boolean;
  fail(...faults: readonly Fault[]): void;
  /** Hands a message over, as the service would. */
  say(text: string, said?: Said): Promise<boolean>;
  press(post: FakePost | undefined, action: ButtonAction, click?: Partial<ChatClick>): Promise<boolean>;
  /** What stands there now, the channel's posts and the threads', in the order they were posted. */
  texts(): readonly string[];
}

const TRAITS: ChatTraits = {
  maxCardLength: 10_000,
  maxTableRows: 99,
  maxTableColumns: 20,
  hasFiles: true,
  hasConfirm: true,
  hasButtons: true,
  hasSingleUseButtons: false,
  editGapMs: 3000,
  progressGapMs: 1000,
};

/** What a card says, with its buttons. */
const readCard = (card: Card): string =>
  [renderCardText(card), ...(card.buttons ?? []).map(({ label }) => `[${label}]`)].join('\n');

export function createFakeChat(
  clock: Clock,
  { name = 'slack:T1', ...traits }: Partial<ChatTraits & Chat> = {},
): FakeChat {
  const faults: Fault[] = [];
  let receiver: ChatReceiver | undefined;
  const counts = { p: 0, m: 0, c: 0 };
  const nextId = (kind: keyof typeof counts): string => `${kind}${++counts[kind]}`;
  const keys = new Map<string, PostRef>();
  const wait = (ms = 0) => (ms === 0 ? undefined : new Promise<void>((resolve) => clock.after(ms, resolve)));

  async function call<Result>(made: Omit<Call, 'at'>, act: () => Result): Promise<Result> {
    fake.calls.push({ ...made, at: clock.now() });
    const index = faults.findIndex(({ on }) => on === undefined || on === made.name);
    const [fault = {}] = index === -1 ? [] : faults.splice(index, 1);
    await wait(fault.delayMs);
    const result = fault.error === undefined || fault.isDone === true ? act() : undefined;
    await wait(fault.answerMs);
    if (fault.error !== undefined) throw fault.error;
    return result as Result;
  }

  function post({ channel, thread, card, key, firstTriedAt }: Posting): PostRef {
    const known = keys.get(key);
    // A service finds a post again only when it is told to look for it.
    if (known !== undefined && firstTriedAt !== undefined) return known;
    const ref = { channel, id: nextId('p'), ...(thread === undefined ? {} : { thread }) };
    keys.set(key, ref);
    fake.posts.push({ ref, cards: [card] });
    return ref;
  }

  const fake: FakeChat = {
    name,
    traits: { ...TRAITS, ...traits },
    posts: [],
    files: [],
    whispers: [],
    calls: [],
    isStarted: false,
    post: (posting) => call({ name: 'post', ...pickTry(posting), text: readCard(posting.card) }, () => post(posting)),
    edit: (ref, card, urgency) =>
      call({ name: 'edit', text: readCard(card), urgency }, () => {
        const found = fake.posts.find((other) => other.ref.id === ref.id);
        if (found === undefined) throw new McoError('failed/chat-refused', 'there is no such post');
        found.cards.push(card);
      }),
    upload: (upload) =>
      call({ name: 'upload', ...pickTry(upload), text: upload.name }, () => {
        const isThere = fake.files.some(({ key }) => key === upload.key);
        if (!isThere || upload.firstTriedAt === undefined) fake.files.push(upload);
      }),
    whisper: (to, card) =>
      call({ name: 'whisper', text: readCard(card) }, () => void fake.whispers.push({ to, text: readCard(card) })),
    findPerson: () => Promise.resolve(undefined),
    findMembers: () => Promise.resolve([]),
    checkHealth: () => Promise.resolve({ roundTripMs: 1, about: 'in memory' }),
    async start(taker) {
      receiver = taker;
      fake.isStarted = true;
    },
    async stop() {
      fake.isStarted = false;
    },
    fail: (...more) => void faults.push(...more),
    async say(text, said = {}) {
      const id = said.id ?? nextId('m');
      const message = { id, text, account: `${name}/ana`, channel: 'C1', post: id, via: `via-${id}`, ...said };
      return (await receiver?.takeMessage(message)) ?? false;
    },
    async press(pressed, action, click = {}) {
      const run = pressed?.cards.at(-1)?.buttons?.find((button) => button.action === action)?.run ?? '';
      const { id: post = '', channel = 'C1', thread } = pressed?.ref ?? {};
      const id = click.id ?? nextId('c');
      const full = { id, account: `${name}/ana`, channel, post, thread, action, run, via: `via-${id}`, ...click };
      return (await receiver?.takeClick(full)) ?? false;
    },
    texts: () => fake.posts.map(({ cards }) => readCard(cards.at(-1) as Card)),
  };
  return fake;
}

const pickTry = ({ key, firstTriedAt }: { key: string; firstTriedAt?: number | undefined }) => ({ key, firstTriedAt });
