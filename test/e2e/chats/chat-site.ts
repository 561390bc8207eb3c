import { readdirSync, rmSync } from 'node:fs';
import { findFreePort } from '../../contract/activemq.ts';
import { startMattermostServer } from '../../servers/mattermost/server.ts';
import type { MattermostServer } from '../../servers/mattermost/types.ts';
import { startSlackServer } from '../../servers/slack/slack-server.ts';
import type { SlackServer } from '../../servers/slack/slack-types.ts';
import { type Ended, type Running, runProgram, startProgram } from '../programs.ts';
import { createSite, type Site, type SitePlan } from '../site.ts';
import { openMattermostChannel, openSlackChannel, type TestChannel } from './channel.ts';
import type { Person } from './chat-world.ts';
import { type RecordingNodes, startRecordingNodes } from './recording-nodes.ts';
import { BOT_POLICY, NODE_POLICY, writePeople } from './site-policy.ts';

export type Service = 'slack' | 'mattermost';
export const SERVICES = ['slack', 'mattermost'] as const;

const PEOPLE = ['ana', 'bob', 'raj'] as const;
const SLACK_USERS = { ana: 'U2147483697', bob: 'U2147483698', raj: 'U2147483699' };
const WEB = ['web1', 'web2', 'web3', 'web4'];
const DB = ['db1', 'db2'];

/**
 * The built bot with real keys and files in both chats and a terminal, and six nodes that change packages of any name.
 * In the channels `work` people may do what their roles say; in `lobby` nobody may write. What the policy says is in
 * `site-policy.ts`.
 */
export interface ChatSite {
  readonly site: Site;
  readonly slack: SlackServer;
  readonly mattermost: MattermostServer;
  readonly work: Readonly<Record<Service, TestChannel>>;
  readonly lobby: Readonly<Record<Service, TestChannel>>;
  readonly nodes: RecordingNodes;
  /** The bot's trail, and the nodes' log. */
  readonly audit: string;
  readonly nodeAudit: string;
  /** As it stands in records: `slack:T.../U...`. */
  account(service: Service, person: Person): string;
  /** The bot that runs now. */
  bot(): Running;
  start(): Promise<void>;
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** Runs `mcobot ... --config` of this site to its end. */
  mcobot(...words: string[]): Promise<Ended>;
  remove(): Promise<void>;
}

export async function startChatSite(more: Partial<SitePlan> = {}): Promise<ChatSite> {
  const site = await createSite({
    broker: 'embedded',
    hosts: Object.fromEntries([...WEB, ...DB].map((node) => [node, 'ed25519'] as const)),
    ...more,
    signers: { 'mco-read': { kind: 'ed25519' }, 'mco-write': { kind: 'ed25519' }, ...more.signers },
  });
  const world = await openServers();
  const { slack, mattermost } = world;
  const httpPort = await findFreePort();
  const openBoth = () => ({ slack: openSlackChannel(world), mattermost: openMattermostChannel(world) });
  const [work, lobby] = [openBoth(), openBoth()];
  const host = new URL(mattermost.url).host;
  const accounts: ChatSite['account'] = (service, person) =>
    service === 'slack'
      ? `slack:${slack.team}/${SLACK_USERS[person]}`
      : `mattermost:${host}/${world.mattermostUsers[person]}`;
  writeBotPolicy(site, accounts, [`slack:${slack.team}/${work.slack.id}`, `mattermost:${host}/${work.mattermost.id}`]);
  site.write('node-policy.yaml', NODE_POLICY);
  const command = mattermost.addCommand(world.team, `http://127.0.0.1:${httpPort}/mattermost/command`);
  const config = writeConfig(site, { ...world, httpPort, commandToken: command.token });
  const nodes = await startRecordingNodes(site, { web: WEB, db: DB });
  let bot: Running | undefined;
  return {
    ...{ site, slack, mattermost, work, lobby, nodes },
    audit: site.path('audit.db'),
    nodeAudit: nodes.audit,
    account: accounts,
    bot() {
      if (bot === undefined) throw new Error('the bot was not started');
      return bot;
    },
    async start() {
      bot = startProgram('bot', ['start', '--config', config], { cwd: site.dir });
      await bot.prints(/mcobot .* started/);
    },
    stop: async () => void (await bot?.stop()),
    kill: async () => void (await bot?.stop('SIGKILL')),
    mcobot: (...words) => runProgram('bot', [...words, '--config', config], { cwd: site.dir }),
    async remove() {
      await nodes.close();
      await site.remove();
      await Promise.all([slack.close(), mattermost.close()]);
    },
  };
}

async function openServers() {
  const slack = await startSlackServer();
  for (const name of PEOPLE) slack.addUser(SLACK_USERS[name], { name });
  const mattermost = await startMattermostServer();
  const team = mattermost.addTeam('ops');
  const bot = mattermost.addUser('mco', { isBot: true });
  const users = Object.fromEntries(PEOPLE.map((name) => [name, mattermost.addUser(name).id])) as Record<Person, string>;
  return {
    ...{ slack, mattermost, team },
    slackUsers: SLACK_USERS,
    mattermostUsers: users,
    mattermostBot: bot.id,
    botToken: bot.token,
  };
}

function writeBotPolicy(site: Site, account: ChatSite['account'], places: readonly string[]): void {
  for (const name of readdirSync(site.path('policies'))) rmSync(site.path(`policies/${name}`));
  site.write('policies/people.yaml', writePeople(PEOPLE, account));
  site.write('policies/roles.yaml', BOT_POLICY.roles);
  site.write('policies/bindings.yaml', BOT_POLICY.bindings(places));
}

interface Servers extends Awaited<ReturnType<typeof openServers>> {
  readonly httpPort: number;
  readonly commandToken: string;
}

function writeConfig(site: Site, { slack, mattermost, botToken, httpPort, commandToken }: Servers): string {
  const keep = (name: string, secret: string): string => {
    site.write(name, `${secret}\n`);
    return name;
  };
  const ofSlack = {
    team: slack.team,
    bot_token_file: keep('slack.bot', slack.botToken),
    app_token_file: keep('slack.app', slack.appToken),
    api_url: slack.apiUrl,
  };
  const ofMattermost = {
    url: mattermost.url,
    token_file: keep('mattermost.bot', botToken),
    command_tokens_file: keep('mattermost.command', commandToken),
    action_key_file: keep('mattermost.key', 'k'.repeat(40)),
    callback_url: `http://127.0.0.1:${httpPort}`,
  };
  return site.write('mcobot.yaml', {
    name: 'bot1',
    broker: site.brokerSection('bot', 'plain'),
    keys: { read: { principal: 'mco-read', file: 'mco-read' }, write: { principal: 'mco-write', file: 'mco-write' } },
    known_hosts: ['known_hosts'],
    audit: { trail: 'audit.db', checkpoints: 'checkpoints.jsonl' },
    store: 'mcobot.db',
    http: { port: httpPort },
    chat: { console: { user: 'ana' }, slack: [ofSlack], mattermost: [ofMattermost] },
  });
}
