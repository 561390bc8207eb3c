import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { ButtonAction, Card } from '../../src/core/card.ts';
import type { Chat, ChatClick, ChatMessage, ChatReceiver, ChatRefusal, PostRef } from '../../src/core/chat.ts';
import { McoError } from '../../src/core/errors.ts';
import { waitFor } from './wait-for.ts';

/** A post as people see it. */
export interface SeenPost {
  readonly id: string;
  readonly thread?: string | undefined;
  /** Everything that can be read in it, in one text. */
  readonly text: string;
  readonly isByBot: boolean;
  readonly buttons: readonly ButtonAction[];
  /** Whom it notified. */
  readonly notified: readonly string[];
}

/** A service with one person in one channel, and the bot in it. What a service does not have is left out. */
export interface ChatHarness {
  readonly chat: Chat;
  readonly channel: string;
  readonly account: string;
  readPosts(): Promise<readonly SeenPost[]>;
  readWhispers(): Promise<readonly string[]>;
  readFiles?(): Promise<
    readonly { readonly name: string; readonly content: string; readonly thread?: string | undefined }[]
  >;
  /** The person speaks to the bot in the channel; resolves with the message's id. */
  say?(text: string, options?: { readonly thread?: string; readonly times?: number }): Promise<string>;
  /** The person uses the slash command. */
  command?(text: string): Promise<void>;
  editSaid?(id: string, text: string): Promise<void>;
  press?(post: PostRef, action: ButtonAction): Promise<void>;
  /** The next call that posts or edits is carried out, but its answer is lost. */
  loseNextAnswer?(): void;
  /** The next call that posts or edits is refused for so long. */
  limitNext?(retryAfterSeconds: number): void;
  /** Cuts the connections on which messages come in. */
  cut?(): void;
  addGroup?(accounts: readonly string[]): string;
  close(): Promise<void>;
}

/** Takes everything and remembers it. */
export interface FakeReceiver extends ChatReceiver {
  readonly messages: ChatMessage[];
  readonly clicks: ChatClick[];
  readonly refusals: ChatRefusal[];
}

export function createFakeReceiver(): FakeReceiver {
  const taken = { messages: [] as ChatMessage[], clicks: [] as ChatClick[], refusals: [] as ChatRefusal[] };
  return {
    ...taken,
    async takeMessage(message) {
      taken.messages.push(message);
      return true;
    },
    async takeClick(click) {
      taken.clicks.push(click);
      return true;
    },
    noteRefusal: (refusal) => void taken.refusals.push(refusal),
    noteProblem: () => {},
  };
}

const RUN = '0192f0c1-7a2b-7c3d-8e4f-5a6b7c8d7f3a';

const CARD: Card = {
  header: '@ana · package status bash · read · run 7f3a',
  outcome: 'PARTIAL',
  summary: '2 OK · 1 NO RESPONSE of 3 · 1.2 s',
  body: [
    { kind: 'fixed', lines: ['[ ======>   ] 2 / 3'] },
    { kind: 'prose', lines: ['No response from: web3'] },
    {
      kind: 'table',
      columns: ['node', 'version'],
      rows: [
        ['web1', '5.2'],
        ['web2', '5.1'],
      ],
    },
  ],
};

const HOSTILE: Card = {
  header: '@ana · package status `bash` · read · run 7f3a',
  outcome: 'OK',
  summary: '<!here> @here @channel <@U2147483697> @ana',
  body: [
    { kind: 'prose', lines: ['``` @channel <!channel> [x](http://evil.example) **b** &lt;!here&gt; @all'] },
    { kind: 'fixed', lines: ['```', '@here <!everyone>', '~~~', '@all'] },
    { kind: 'table', columns: ['a|b', '@here'], rows: [['`|@channel', '<!here>']] },
  ],
};

/** What a service may have or not: the optional parts of its harness. */
const FEATURES = [
  'readFiles',
  'say',
  'command',
  'editSaid',
  'press',
  'loseNextAnswer',
  'limitNext',
  'cut',
  'addGroup',
] as const;

type Feature = (typeof FEATURES)[number];

/** What every adapter of a chat service keeps to; `lacks` names what the service does not have. */
export function describeChat(
  name: string,
  open: () => Promise<ChatHarness>,
  { lacks = [] }: { readonly lacks?: readonly Feature[] } = {},
): void {
  describe(`${name} as a chat`, () => {
    let harness: ChatHarness;
    let receiver: FakeReceiver;
    let chat: Chat;
    let serial = 0;
    const itWith = (feature: Feature, title: string, test: (part: Required<ChatHarness>) => Promise<void>): void => {
      if (!lacks.includes(feature)) it(title, () => test(harness as Required<ChatHarness>));
    };
    const newKey = (): string => `test:${++serial}`;
    const post = (card = CARD, thread?: string) => chat.post({ channel: harness.channel, thread, card, key: newKey() });
    const findPost = async ({ id }: PostRef) => (await harness.readPosts()).find((seen) => seen.id === id);

    before(async () => {
      harness = await open();
      ({ chat } = harness);
      // What is left out is left out by name: a harness that loses a part must not lose its tests unseen.
      assert.deepEqual(
        FEATURES.filter((feature) => harness[feature] === undefined),
        FEATURES.filter((feature) => lacks.includes(feature)),
      );
      receiver = createFakeReceiver();
      await chat.start(receiver);
    });
    after(() => harness.close());
    beforeEach(() => {
      for (const list of [receiver.messages, receiver.clicks, receiver.refusals]) list.length = 0;
    });

    it('posts a card that says everything', async () => {
      const seen = await findPost(await post());
      assert.ok(seen?.isByBot);
      assert.equal(seen.thread, undefined);
      for (const text of ['package status bash', 'PARTIAL', '2 OK', '[ ======>   ] 2 / 3', 'web3', 'web2', '5.1']) {
        assert.ok(seen.text.includes(text), `${text} in ${seen.text}`);
      }
    });

    it('edits a post in place', async () => {
      const ref = await post();
      const before = (await harness.readPosts()).length;
      await chat.edit(ref, { ...CARD, outcome: 'OK', summary: '3 OK', body: [] }, 'progress');
      await chat.edit(ref, { ...CARD, outcome: 'FAILED', summary: '3 FAILED', body: [] }, 'final');
      const seen = await findPost(ref);
      assert.ok(seen?.text.includes('FAILED') && !seen.text.includes('PARTIAL'), seen?.text);
      assert.equal((await harness.readPosts()).length, before);
    });

    it('replies in a thread', async () => {
      const root = await post();
      const reply = await post({ body: [{ kind: 'fixed', lines: ['web1: 5.2'] }] }, root.id);
      assert.equal(reply.thread, root.id);
      assert.equal((await findPost(reply))?.thread, root.id);
    });

    it('whispers to one person alone', async () => {
      const before = (await harness.readPosts()).length;
      await chat.whisper({ account: harness.account, channel: harness.channel }, { outcome: 'DENIED', body: [] });
      assert.ok((await harness.readWhispers()).some((text) => text.includes('DENIED')));
      assert.equal((await harness.readPosts()).length, before);
    });

    it('notifies nobody, whatever the text', async () => {
      const seen = await findPost(await post(HOSTILE));
      assert.deepEqual(seen?.notified, []);
      await chat.edit({ channel: harness.channel, id: seen?.id ?? '' }, HOSTILE, 'final');
      assert.deepEqual((await findPost({ channel: '', id: seen?.id ?? '' }))?.notified, []);
    });

    it('tells how long a round trip takes', async () => {
      const { roundTripMs, about } = await chat.checkHealth();
      assert.ok(roundTripMs >= 0 && about.length > 0);
    });

    itWith('readFiles', 'refuses a channel that does not exist for good', async () => {
      await assert.rejects(
        chat.post({ channel: harness.channel.replace(/.{3}$/, 'zzz'), card: CARD, key: newKey() }),
        (error) => error instanceof McoError && error.code === 'failed/chat-refused',
      );
    });

    itWith('readFiles', 'puts a file into a thread', async (harness) => {
      const root = await post();
      const content = 'node,outcome\r\nweb1,ok\r\n';
      const upload = { channel: harness.channel, thread: root.id, name: '7f3a.csv', title: 'all results', content };
      await chat.upload({ ...upload, key: newKey() });
      const files = await harness.readFiles();
      assert.deepEqual(files.at(-1), { name: '7f3a.csv', content, thread: root.id });
    });

    itWith('loseNextAnswer', 'posts once although the answer was lost', async (harness) => {
      const before = (await harness.readPosts()).length;
      const posting = { channel: harness.channel, card: CARD, key: newKey() };
      const firstTriedAt = Date.now();
      harness.loseNextAnswer();
      await assert.rejects(
        chat.post(posting),
        (error) => error instanceof McoError && error.code === 'unreachable/chat',
      );
      const ref = await chat.post({ ...posting, firstTriedAt });
      assert.ok((await findPost(ref)) !== undefined);
      assert.equal((await harness.readPosts()).length, before + 1);
    });

    itWith('limitNext', 'says how long a rate limit lasts', async (harness) => {
      const ref = await post();
      harness.limitNext(1);
      await assert.rejects(chat.edit(ref, CARD, 'final'), (error) => {
        assert.ok(error instanceof McoError);
        assert.equal(error.code, 'unreachable/chat-busy');
        assert.ok((error.retryAfterMs ?? 0) > 0 && (error.retryAfterMs ?? 0) <= 1000);
        return true;
      });
      await new Promise((resolve) => setTimeout(resolve, 1050));
      await chat.edit(ref, CARD, 'final');
    });

    itWith('say', 'hands over what is said to it', async (harness) => {
      const id = await harness.say('package status bash -F os=debian');
      await waitFor(() => receiver.messages.length > 0);
      const [message] = receiver.messages;
      assert.equal(message?.account, harness.account);
      assert.equal(message?.channel, harness.channel);
      assert.equal(message?.post, id);
      assert.equal(message?.text.trim(), 'package status bash -F os=debian');
    });

    itWith('say', 'knows the thread in which something was said', async (harness) => {
      const root = await post();
      await harness.say('retry failed', { thread: root.id });
      await waitFor(() => receiver.messages.length > 0);
      assert.equal(receiver.messages[0]?.thread, root.id);
    });

    itWith('command', 'takes commands', async (harness) => {
      await harness.command('ping -C webserver');
      await waitFor(() => receiver.messages.length > 0);
      assert.equal(receiver.messages[0]?.text.trim(), 'ping -C webserver');
      assert.equal(receiver.messages[0]?.account, harness.account);
    });

    itWith('say', 'gives a message that is delivered twice the same id', async (harness) => {
      await harness.say('ping', { times: 2 });
      await harness.say('find');
      await waitFor(() => receiver.messages.some(({ text }) => text.includes('find')));
      const pings = receiver.messages.filter(({ text }) => text.includes('ping'));
      assert.equal(new Set(pings.map(({ id }) => id)).size, 1);
    });

    itWith('editSaid', 'takes nothing from an edited message', async (harness) => {
      const id = await harness.say('ping');
      await harness.editSaid(id, 'package update bash');
      await harness.say('find');
      await waitFor(() => receiver.messages.some(({ text }) => text.includes('find')));
      assert.ok(!receiver.messages.some(({ text }) => text.includes('update')));
    });

    itWith('say', 'does not listen to itself', async (harness) => {
      await post({ body: [{ kind: 'prose', lines: ['ping'] }] });
      await harness.say('find');
      await waitFor(() => receiver.messages.some(({ text }) => text.includes('find')));
      assert.equal(receiver.messages.length, 1);
    });

    itWith('press', 'hands over a press with who pressed what', async (harness) => {
      const ref = await post({ ...CARD, buttons: [{ action: 'cancel', run: RUN, label: 'Cancel' }] });
      assert.deepEqual((await findPost(ref))?.buttons, ['cancel']);
      await harness.press(ref, 'cancel');
      await waitFor(() => receiver.clicks.length > 0);
      const [click] = receiver.clicks;
      assert.deepEqual(
        [click?.account, click?.channel, click?.post, click?.action, click?.run],
        [harness.account, harness.channel, ref.id, 'cancel', RUN],
      );
    });

    itWith('press', 'takes buttons away with an edit', async () => {
      const ref = await post({ ...CARD, buttons: [{ action: 'cancel', run: RUN, label: 'Cancel' }] });
      await chat.edit(ref, CARD, 'final');
      assert.deepEqual((await findPost(ref))?.buttons, []);
    });

    itWith('cut', 'hears again after its connection was cut', async (harness) => {
      harness.cut();
      await harness.say('ping');
      await waitFor(() => receiver.messages.some(({ text }) => text.includes('ping')));
    });

    it('knows people, and not those who do not exist', async () => {
      const person = await chat.findPerson(harness.account);
      assert.equal(person?.account, harness.account);
      assert.equal(person?.isBot, false);
      assert.equal(await chat.findPerson(harness.account.replace(/.{2}$/, 'zz')), undefined);
    });

    itWith('addGroup', 'knows who is in a group', async (harness) => {
      const group = harness.addGroup([harness.account]);
      assert.deepEqual(await chat.findMembers(group), [harness.account]);
    });
  });
}
