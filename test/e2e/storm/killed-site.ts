import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { systemClock } from '../../../src/adapters/clock/system-clock.ts';
import { openAuditTrail } from '../../../src/adapters/store/audit/open-audit-trail.ts';
import { openStore } from '../../../src/adapters/store/open-store.ts';
import type { Verification } from '../../../src/core/audit-trail.ts';
import type { OutboxItem, RunRecord, SeenMessage } from '../../../src/core/store.ts';
import { createTrailVerifier } from '../../../src/main/audit/trail-verifier.ts';
import { findFreePort } from '../../contract/activemq.ts';
import { startMattermostServer } from '../../servers/mattermost/server.ts';
import type { MattermostServer } from '../../servers/mattermost/types.ts';
import { startSlackServer } from '../../servers/slack/slack-server.ts';
import type { SlackServer } from '../../servers/slack/slack-types.ts';
import { type Running, startProgram } from '../programs.ts';
import { createSite, fingerprintIn, type Site, type SiteNode, startNode } from '../site.ts';
import { createFastClock } from './fast-clock.ts';

export const CHANNEL = 'C0KILLED';
export const ANA = 'U0ANA';
export const DIRECT = 'D0ANA';
export const AUDIT = 'C0AUDIT';
const ROOM = 'killed';

/** What Slack brings again, it brings again after a minute: here that takes seconds, and the last time comes as soon. */
const SLACK_SPEED = 6;
const RETRY_DELAYS_MS = [0, 60_000, 60_000];

/** What was on disk when the bot died. */
export interface Remains {
  readonly messages: readonly SeenMessage[];
  readonly runs: readonly RunRecord[];
  readonly items: readonly OutboxItem[];
}

/** The built bot with real broker, keys, nodes and files, in two chat services; it can be killed and started again. */
export interface KilledSite {
  readonly site: Site;
  readonly nodes: readonly SiteNode[];
  readonly slack: SlackServer;
  readonly mattermost: MattermostServer;
  readonly room: string;
  /** `Chat.name`, Slack's first. */
  readonly chats: readonly [string, string];
  start(): Promise<void>;
  kill(): Promise<void>;
  stop(): Promise<void>;
  /** Of a bot that is not running. */
  readRemains(): Promise<Remains>;
  /** What the trail is found to be, of a bot that is not running. */
  verifyTrail(): Promise<Verification>;
  /** All runs of a place, of a bot that is not running. */
  readRuns(chat: string, channel: string): Promise<readonly RunRecord[]>;
  remove(): Promise<void>;
}

export async function createKilledSite(): Promise<KilledSite> {
  const site = await createSite({
    hosts: { node1: 'ed25519', node2: 'ed25519' },
    signers: { 'mco-read': { kind: 'ed25519' }, 'mco-write': { kind: 'ed25519' } },
  });
  const nodes = await Promise.all([startNode(site, 'node1'), startNode(site, 'node2')]);
  const clock = createFastClock(SLACK_SPEED);
  const slack = await startSlackServer({ clock, retryDelaysMs: RETRY_DELAYS_MS });
  slack.addUser(ANA, { name: 'ana' });
  slack.addChannel(CHANNEL, { members: [ANA, slack.botUser] });
  slack.addChannel(DIRECT, { members: [ANA, slack.botUser], isDirect: true });
  slack.addChannel(AUDIT, { members: [slack.botUser] });
  const mattermost = await startMattermostServer();
  const httpPort = await findFreePort();
  const { room, ana, secrets } = fillMattermost(mattermost, httpPort);
  writePeople(site, { slack: [`${slack.team}/${ANA}`], mattermost: [`${new URL(mattermost.url).host}/${ana}`] });
  const config = writeConfig(site, { slack, mattermost, httpPort, secrets });
  let bot: Running | undefined;

  return {
    ...{ site, nodes, slack, mattermost, room },
    chats: [`slack:${slack.team}`, `mattermost:${new URL(mattermost.url).host}`],
    async start() {
      bot = startProgram('bot', ['start', '--config', config], { cwd: site.dir });
      await bot.prints(/mcobot .* started/);
    },
    async kill() {
      await bot?.stop('SIGKILL');
    },
    async stop() {
      await bot?.stop();
    },
    readRemains: () =>
      readCopy(site, async (store) => ({
        messages: await store.inbox.open(),
        runs: await store.runs.open(),
        items: await store.outbox.pending(),
      })),
    async verifyTrail() {
      const trail = await openAuditTrail({
        path: site.path('audit.db'),
        checkpointsPath: site.path('audit-checkpoints.jsonl'),
        verifier: createTrailVerifier([fingerprintIn(site, 'mco-read')]),
        by: 'test',
        clock: systemClock,
        onProblem(problem) {
          throw problem;
        },
      });
      try {
        return await trail.verify();
      } finally {
        await trail.close();
      }
    },
    readRuns: (chat, channel) => readCopy(site, (store) => store.runs.list({ chat, channel, max: 1000 })),
    async remove() {
      await site.remove();
      await Promise.all([slack.close(), mattermost.close()]);
      clock.stop();
    },
  };
}

function fillMattermost(server: MattermostServer, httpPort: number) {
  const team = server.addTeam('ops');
  const room = server.addChannel(team, ROOM);
  const bot = server.addUser('mcobot', { isBot: true });
  const ana = server.addUser('ana');
  for (const { id } of [bot, ana]) server.join(id, room);
  const command = server.addCommand(team, `http://127.0.0.1:${httpPort}/mattermost/command`);
  return { room, ana: ana.id, secrets: { bot: bot.token, command: command.token } };
}

function writePeople(site: Site, accounts: object): void {
  const policy = parse(readFileSync('policies/people.yaml', 'utf8')) as { people: { ana: object } };
  const people = { ...policy.people, ana: { ...policy.people.ana, ...accounts } };
  site.write('policies/people.yaml', stringify({ ...policy, people }));
}

interface Chats {
  readonly slack: SlackServer;
  readonly mattermost: MattermostServer;
  readonly httpPort: number;
  readonly secrets: { readonly bot: string; readonly command: string };
}

function writeConfig(site: Site, { slack, mattermost, httpPort, secrets }: Chats): string {
  const keep = (name: string, secret: string): string => {
    site.write(name, `${secret}\n`);
    return name;
  };
  return site.write('mcobot.yaml', {
    name: 'bot1',
    broker: site.brokerSection('bot', 'plain'),
    keys: { read: { principal: 'mco-read', file: 'mco-read' }, write: { principal: 'mco-write', file: 'mco-write' } },
    known_hosts: ['known_hosts'],
    audit: { trail: 'audit.db', channel: `slack:${slack.team}/${AUDIT}` },
    store: 'mcobot.db',
    http: { port: httpPort },
    chat: {
      slack: [
        {
          team: slack.team,
          bot_token_file: keep('slack.bot', slack.botToken),
          app_token_file: keep('slack.app', slack.appToken),
          api_url: slack.apiUrl,
        },
      ],
      mattermost: [
        {
          url: mattermost.url,
          token_file: keep('mattermost.bot', secrets.bot),
          command_tokens_file: keep('mattermost.command', secrets.command),
          action_key_file: keep('mattermost.key', 'k'.repeat(40)),
          callback_url: `http://127.0.0.1:${httpPort}`,
        },
      ],
    },
  });
}

/** A copy is read, so that what the next start finds is what the bot left. */
async function readCopy<T>(site: Site, read: (store: Awaited<ReturnType<typeof openStore>>) => Promise<T>): Promise<T> {
  const dir = site.path(`copy-${process.hrtime.bigint()}`);
  mkdirSync(dir);
  for (const name of ['mcobot.db', 'mcobot.db-wal']) {
    if (existsSync(site.path(name))) copyFileSync(site.path(name), join(dir, name));
  }
  const store = await openStore({ path: join(dir, 'mcobot.db') });
  try {
    return await read(store);
  } finally {
    store.close();
  }
}
