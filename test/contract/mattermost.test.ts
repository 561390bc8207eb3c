import type { ButtonAction } from '../../src/core/card.ts';
import type { CallFault, MattermostPost } from '../servers/mattermost/types.ts';
import { type MattermostSite, openSite } from '../unit/adapters/mattermost/mattermost-site.ts';
import { type ChatHarness, describeChat, type SeenPost } from './chat.ts';

const isWrite = ({ method, path }: { method: string; path: string }): boolean =>
  (method === 'POST' && path === '/api/v4/posts') || (method === 'PUT' && path.endsWith('/patch'));

function seePost({ server, bot }: MattermostSite, post: MattermostPost): SeenPost {
  const attachments = (post.props.attachments ?? []) as { text?: string; actions?: { id: string }[] }[];
  const actions = attachments.flatMap((attachment) => attachment.actions ?? []);
  return {
    id: post.id,
    thread: post.root_id === '' ? undefined : post.root_id,
    text: [post.message, ...attachments.map(({ text }) => text ?? '')].join('\n'),
    isByBot: post.user_id === bot.id,
    buttons: actions.map(({ id }) => server.integrationOf(post.id, id).context.action as ButtonAction),
    notified: server.notified(post.id),
  };
}

async function openHarness(): Promise<ChatHarness> {
  const site = await openSite();
  const { server, chat, channel, ana, bot, team } = site;
  const livePosts = () => server.posts(channel).filter(({ type }) => type === '');
  const onNextWrite = (fault: CallFault): void => {
    server.chaos.onCall = (call) => {
      if (!isWrite(call)) return undefined;
      server.chaos.onCall = undefined;
      return fault;
    };
  };
  let groups = 0;
  return {
    chat,
    channel,
    account: site.account(ana.id),
    readPosts: async () => livePosts().map((post) => seePost(site, post)),
    async readWhispers() {
      const direct = server.posts(server.directChannel(ana.id, bot.id)).map(({ message }) => message);
      return [...direct, ...server.ephemerals(ana.id).map(({ text }) => text)];
    },
    readFiles: async () =>
      livePosts().flatMap((post) => server.files(post.id).map((file) => ({ ...file, thread: post.root_id }))),
    async say(text, { thread, times = 1 } = {}) {
      const id = server.say({ user: ana.id, channel, text: `@mco ${text}`, ...(thread ? { root: thread } : {}) });
      // A cut makes the server replay, and the bot look for itself: the same post comes in more than once.
      if (times > 1) server.chaos.dropSockets();
      return id;
    },
    command: async (text) => void (await server.slashCommand({ user: ana.id, channel, text })),
    editSaid: async (id, text) => server.editPost(id, `@mco ${text}`),
    press: async (post, action) => void (await server.press({ user: ana.id, post: post.id, actionName: action })),
    loseNextAnswer: () => onNextWrite({ drop: 'after' }),
    limitNext: (retryAfter) => onNextWrite({ status: 429, retryAfter }),
    cut: () => server.chaos.dropSockets(),
    addGroup(accounts) {
      groups += 1;
      const group = server.addChannel(team, `group-${groups}`);
      for (const account of accounts) server.join(account.slice(chat.name.length + 1), group);
      server.join(bot.id, group);
      return `${chat.name}/channel/${group}`;
    },
    close: () => site.close(),
  };
}

describeChat('mattermost', openHarness);
