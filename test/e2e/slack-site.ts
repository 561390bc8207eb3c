import { waitFor } from '../contract/wait-for.ts';
import { startSlackServer } from '../servers/slack/slack-server.ts';
import { type BotPost, openSlackChannel, type TestChannel } from './chats/channel.ts';
import { type Running, startProgram } from './programs.ts';
import type { Site } from './site.ts';

const USERS = { ana: 'U2147483697', bob: 'U2147483698', raj: 'U2147483699' };
const OVER = /\b(?:OK|PARTIAL|FAILED|NO RESPONSE|NO MATCH|DENIED|NOT SENT|UNKNOWN|CANCELLED)\b/;

/** A site's bot in a channel of Slack where ana is an operator and raj a lead, by our own policy. */
export interface SlackSite {
  readonly channel: TestChannel;
  start(): Promise<Running>;
  /** The root of a run that is over, by its command. */
  endOf(command: RegExp, hangMs?: number): Promise<BotPost>;
  /** What stands in a run's thread so far. */
  threadOf(root: BotPost): string;
  /** Resolves with a run's thread when the pattern stands in it. */
  thread(root: BotPost, pattern: RegExp): Promise<string>;
  close(): Promise<void>;
}

export async function openSlackSite(site: Site): Promise<SlackSite> {
  const slack = await startSlackServer();
  for (const [name, id] of Object.entries(USERS)) slack.addUser(id, { name });
  const channel = openSlackChannel({ slack, slackUsers: USERS });
  const account = (name: keyof typeof USERS) => ({ slack: [`${slack.team}/${USERS[name]}`] });
  site.write('policies/people.yaml', {
    people: { ana: account('ana'), raj: account('raj') },
    groups: { staff: { members: ['ana', 'raj'] }, leads: { members: ['raj'] } },
  });
  site.write('slack.bot', `${slack.botToken}\n`);
  site.write('slack.app', `${slack.appToken}\n`);
  const ofSlack = { bot_token_file: 'slack.bot', app_token_file: 'slack.app', api_url: slack.apiUrl };
  const config = site.write('mcobot.yaml', {
    name: 'bot1',
    broker: site.brokerSection('bot', 'plain'),
    keys: { read: { principal: 'mco-read', file: 'mco-read' }, write: { principal: 'mco-write', file: 'mco-write' } },
    known_hosts: ['known_hosts'],
    audit: { trail: 'audit.db' },
    store: 'mcobot.db',
    chat: { slack: [{ team: slack.team, ...ofSlack }] },
  });
  const threadOf = ({ id }: BotPost): string =>
    channel
      .posts()
      .filter(({ thread }) => thread === id)
      .map(({ text }) => text)
      .join('\n');
  return {
    channel,
    async start() {
      const bot = startProgram('bot', ['start', '--config', config], { cwd: site.dir });
      await bot.prints(/mcobot .* started/);
      return bot;
    },
    async endOf(command, hangMs) {
      const find = () => channel.posts().find(({ text }) => command.test(text) && OVER.test(text));
      await waitFor(() => find() !== undefined, hangMs).catch(() => {
        const all = channel.posts().map(({ text }) => text);
        throw new Error(`${command} never came to an end:\n${all.join('\n---\n')}`);
      });
      return find() as BotPost;
    },
    threadOf,
    async thread(root, pattern) {
      await waitFor(() => pattern.test(threadOf(root))).catch(() => {
        throw new Error(`${pattern} never stood in the thread:\n${threadOf(root)}`);
      });
      return threadOf(root);
    },
    close: () => slack.close(),
  };
}
