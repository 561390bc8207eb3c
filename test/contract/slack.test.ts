import type { ButtonAction } from '../../src/core/card.ts';
import { isButtonAction } from '../../src/core/card.ts';
import { renderSlackMessage } from '../../src/render/slack/render-slack-message.ts';
import type { SlackMessage } from '../servers/slack/slack-types.ts';
import { ANA, CHANNEL, openRig, patiently } from '../unit/adapters/slack/slack-rig.ts';
import { type ChatHarness, describeChat, type SeenPost } from './chat.ts';

async function openHarness(transport: 'socket' | 'http'): Promise<ChatHarness> {
  const rig = await openRig({ transport, chat: { renderMessage: renderSlackMessage } });
  const { server, chat, clock } = rig;
  const on = (methods: readonly string[], mischief: { drop: 'after' } | { status: 429; retryAfter: number }): void => {
    server.chaos.onCall = ({ method }) => {
      if (!methods.includes(method)) return undefined;
      server.chaos.onCall = undefined;
      return mischief;
    };
  };
  const WRITING = ['chat.postMessage', 'chat.update'];
  let groups = 0;
  return {
    chat: { ...chat, post: (posting) => patiently(clock, () => chat.post(posting)) },
    channel: CHANNEL,
    account: `slack:${server.team}/${ANA}`,
    readPosts: async () => server.messages(CHANNEL).map((message) => showPost(message, server.botUser)),
    readWhispers: async () => server.ephemerals(ANA).map(({ text }) => text),
    readFiles: async () =>
      server.files(CHANNEL).map(({ name, content, thread_ts: thread }) => ({ name, content, thread })),
    async say(text, { thread, times = 1 } = {}) {
      server.chaos.redeliver = () => times - 1;
      const said = server.say({
        user: ANA,
        channel: CHANNEL,
        text: `<@${server.botUser}> ${text}`,
        ...(thread && { thread }),
      });
      server.chaos.redeliver = undefined;
      return (await said).ts;
    },
    async command(text) {
      await server.slashCommand({ user: ANA, channel: CHANNEL, text });
    },
    editSaid: (ts, text) =>
      server.editMessage({ channel: CHANNEL, ts, text: `<@${server.botUser}> ${text}`, resendMention: true }),
    async press(post, action) {
      await server.press({ user: ANA, channel: post.channel, ts: post.id, actionId: `mco:${action}` });
    },
    loseNextAnswer: () => on(WRITING, { drop: 'after' }),
    limitNext: (retryAfter) => on(WRITING, { status: 429, retryAfter }),
    ...(transport === 'socket' ? { cut: () => server.chaos.dropSockets() } : {}),
    addGroup(accounts) {
      const id = `S0614TZR${++groups}`;
      server.addUserGroup(
        id,
        accounts.map((account) => account.split('/')[1] ?? ''),
      );
      return `slack:${server.team}/${id}`;
    },
    close: () => rig.close(),
  };
}

function showPost({ ts, thread_ts: thread, user, text, blocks = [], notified }: SlackMessage, bot: string): SeenPost {
  const drawn = JSON.stringify(blocks);
  const buttons = [...drawn.matchAll(/"action_id":"mco:(\w+)"/g)].map(([, action = '']) => action);
  return {
    id: ts,
    thread: thread === ts ? undefined : thread,
    text: [text, ...readTexts(blocks)].join('\n'),
    isByBot: user === bot,
    buttons: buttons.filter((action): action is ButtonAction => isButtonAction(action)),
    notified,
  };
}

function readTexts(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(readTexts);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === 'text' && typeof inner === 'string' ? [inner] : readTexts(inner),
  );
}

describeChat('Slack over Socket Mode', () => openHarness('socket'));
describeChat('Slack over HTTP', () => openHarness('http'), { lacks: ['cut'] });
