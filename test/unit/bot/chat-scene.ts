import assert from 'node:assert/strict';
import { createActiveRuns } from '../../../src/bot/active-runs.ts';
import type { Bot, Question } from '../../../src/bot/bot.ts';
import { createCollector } from '../../../src/bot/collecting/collector.ts';
import { type Conversations, createConversations } from '../../../src/bot/conversation/conversations.ts';
import type { ChatRefusal, ChatTraits } from '../../../src/core/chat.ts';
import { replyDestination } from '../../../src/core/destinations.ts';
import type { McoError } from '../../../src/core/errors.ts';
import type { BusMessage } from '../../../src/core/ports.ts';
import { decodeRequest, type Request } from '../../../src/core/request.ts';
import type { RunRecord } from '../../../src/core/store.ts';
import type { Decision } from '../../../src/policy/policy.ts';
import { allowed, denied } from '../../fakes/decisions.ts';
import { createFakeChat, type FakeChat } from '../../fakes/fake-chat.ts';
import { settle } from '../../fakes/fake-clock.ts';
import { createFakeVerifier } from '../../fakes/fake-keys.ts';
import { createFakeLife } from '../../fakes/fake-life.ts';
import { createScene, type Script } from './scripted-fleet.ts';

export interface ChatSceneOptions {
  readonly traits?: Partial<ChatTraits> | undefined;
  readonly decide?: ((question: Question) => Decision) | undefined;
  readonly bot?: Partial<Bot> | undefined;
}

/** A decision that only lets one action pass. */
export const allowOnly =
  (...actions: readonly string[]) =>
  ({ action }: Question): Decision =>
    actions.includes(action) ? allowed('roles.yaml:1') : denied(`no right to ${action}`, 'roles.yaml:9');

/** The bot in a chat, before a scripted fleet. It can die and come back: disk, chat, broker and nodes stay as they are. */
export function createChatScene(scripts: Readonly<Record<string, Script>>, options: ChatSceneOptions = {}) {
  const { bot: base, bus, clock, audit } = createScene(scripts);
  const chat = createFakeChat(clock, options.traits);
  const problems: McoError[] = [];
  const refusals: ChatRefusal[] = [];
  const queue: BusMessage[] = [];
  let receive: (message: BusMessage) => void = (message) => void queue.push(message);
  let current: { bot: Bot; conversations: Conversations; die(): void } | undefined;
  bus.subscribe(replyDestination('mcollective', 'test'), (message) => receive(message));

  const scene = {
    chat,
    clock,
    audit,
    bus,
    store: base.store,
    problems,
    refusals,
    bot: (): Bot => (current ?? assert.fail('the bot does not run')).bot,
    conversations: (): Conversations => (current ?? assert.fail('the bot does not run')).conversations,
    /** Starts the bot; what waits in its reply queue arrives when it has taken up its runs. */
    async start(chats: readonly FakeChat[] = [chat]) {
      const life = createFakeLife();
      const bot: Bot = {
        ...base,
        authority: {
          ...base.authority,
          identify: (account) => account.replace(/^.*\//, 'person:'),
          decide: options.decide ?? base.authority.decide,
        },
        store: life.guard(base.store),
        audit: life.guard(audit),
        bus: life.guard(bus),
        clock: life.guardClock(clock),
        collector: createCollector(createFakeVerifier(), () => {}),
        active: createActiveRuns(),
        ...options.bot,
      };
      const conversations = createConversations(bot, {
        chats: chats.map((one) => life.guard(one)),
        onRefusal: (_, refusal) => void refusals.push(refusal),
        onProblem: (problem) => void problems.push(problem),
      });
      current = { bot, conversations, die: () => life.end() };
      await conversations.resume();
      receive = bot.collector.receive;
      for (const message of queue.splice(0)) receive(message);
      await conversations.start();
    },
    /** The process is gone from one moment to the next. */
    die() {
      current?.die();
      current = undefined;
      receive = (message) => void queue.push(message);
    },
    /** A command to its end, and everything that it has to deliver. */
    async ask(text: string, said: Parameters<FakeChat['say']>[1] = {}): Promise<RunRecord> {
      assert.equal(await chat.say(text, said), true);
      await clock.advance(30_000);
      return scene.lastRun();
    },
    async lastRun(): Promise<RunRecord> {
      const [run] = await base.store.runs.list({ chat: chat.name, channel: 'C1', max: 1 });
      return run ?? assert.fail('there is no run');
    },
    /** The requests that nodes got, without discovery. */
    requests: (): readonly Request[] =>
      bus.published.map(({ body }) => decodeRequest(body)).filter(({ action }) => action !== 'ping'),
    root: () => chat.posts.find(({ ref }) => ref.thread === undefined),
    /** What stands in the thread of a post. */
    thread: (id = 'p1') => chat.posts.filter(({ ref }) => ref.thread === id),
    settle,
  };
  return scene;
}

export type ChatScene = ReturnType<typeof createChatScene>;
