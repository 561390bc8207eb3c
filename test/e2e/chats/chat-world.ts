import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { systemClock } from '../../../src/adapters/clock/system-clock.ts';
import { startHttpServer } from '../../../src/adapters/http/http-server.ts';
import { createMattermostChat } from '../../../src/adapters/mattermost/mattermost-chat.ts';
import { createSlackChat } from '../../../src/adapters/slack/slack-chat.ts';
import type { McoError } from '../../../src/core/errors.ts';
import type { HttpRoute } from '../../../src/core/http.ts';
import { startWorld, type World } from '../../../src/main/playground/start-world.ts';
import { renderMattermostMessage } from '../../../src/render/mattermost/render-mattermost-message.ts';
import { renderSlackMessage } from '../../../src/render/slack/render-slack-message.ts';
import { startMattermostServer } from '../../servers/mattermost/server.ts';
import type { MattermostServer } from '../../servers/mattermost/types.ts';
import { startSlackServer } from '../../servers/slack/slack-server.ts';
import type { SlackServer } from '../../servers/slack/slack-types.ts';
import { createFastClock } from '../storm/fast-clock.ts';

/** 200 virtual nodes, a bot, and both chat services; the people are ana (operator), bob (read-only) and raj (lead). */
export interface ChatWorld {
  readonly world: World;
  readonly slack: SlackServer;
  readonly mattermost: MattermostServer;
  readonly slackUsers: Readonly<Record<Person, string>>;
  readonly mattermostUsers: Readonly<Record<Person, string>>;
  readonly mattermostBot: string;
  readonly team: string;
  /** What the bot would have logged. */
  readonly problems: readonly McoError[];
  close(): Promise<void>;
}

export type Person = 'ana' | 'bob' | 'raj';

const PEOPLE = ['ana', 'bob', 'raj'] as const;
const SLACK_USERS = { ana: 'U2147483697', bob: 'U2147483698', raj: 'U2147483699' };
const ACTION_KEY = new TextEncoder().encode('a key of the tests, long enough for them');

/** Whom the services know by which id, as a policy file. */
function writePolicies(accounts: Readonly<Record<Person, object>>): string {
  const dir = mkdtempSync(join(tmpdir(), 'mco-chats-'));
  mkdirSync(dir, { recursive: true });
  for (const name of readdirSync('policies').filter((file) => file.endsWith('.yaml') && file !== 'people.yaml')) {
    writeFileSync(join(dir, name), readFileSync(join('policies', name)));
  }
  writeFileSync(
    join(dir, 'people.yaml'),
    stringify({ people: accounts, groups: { staff: { members: PEOPLE }, leads: { members: ['raj'] } } }),
  );
  return dir;
}

export async function startChatWorld(nodes = 200): Promise<ChatWorld> {
  const problems: McoError[] = [];
  const noteProblem = (problem: McoError) => void problems.push(problem);
  const slack = await startSlackServer();
  for (const name of PEOPLE) slack.addUser(SLACK_USERS[name], { name });
  const mattermost = await startMattermostServer();
  const team = mattermost.addTeam('ops');
  const bot = mattermost.addUser('mco', { isBot: true });
  const users = Object.fromEntries(PEOPLE.map((name) => [name, mattermost.addUser(name).id])) as Record<Person, string>;
  const { host } = new URL(mattermost.url);
  const policies = writePolicies({
    ana: { slack: [`${slack.team}/${SLACK_USERS.ana}`], mattermost: [`${host}/${users.ana}`] },
    bob: { slack: [`${slack.team}/${SLACK_USERS.bob}`], mattermost: [`${host}/${users.bob}`] },
    raj: { slack: [`${slack.team}/${SLACK_USERS.raj}`], mattermost: [`${host}/${users.raj}`] },
  });
  const routes: HttpRoute[] = [];
  const late: HttpRoute[] = ['/mattermost/command', '/mattermost/action'].map((path) => ({
    method: 'POST',
    path,
    // The command's token is known when its address is, and the address when the server listens.
    handle: (request) => {
      const route = routes.find((candidate) => candidate.path === path);
      if (route === undefined) throw new Error('too early');
      return route.handle(request);
    },
  }));
  const http = await startHttpServer({ host: '127.0.0.1', port: 0, routes: late, onProblem: noteProblem });
  const callbackUrl = http.address.startsWith('http') ? http.address : `http://${http.address}`;
  const command = mattermost.addCommand(team, `${callbackUrl}/mattermost/command`);
  const mattermostChat = createMattermostChat({
    url: mattermost.url,
    token: bot.token,
    commandTokens: [command.token],
    actionKey: ACTION_KEY,
    callbackUrl,
    renderMessage: renderMattermostMessage,
    clock: systemClock,
  });
  routes.push(...mattermostChat.routes);
  const slackChat = createSlackChat({
    team: slack.team,
    botToken: slack.botToken,
    transport: { kind: 'socket', appToken: slack.appToken },
    renderMessage: renderSlackMessage,
    clock: systemClock,
    apiUrl: slack.apiUrl,
  });
  const chats = [slackChat, mattermostChat];
  // A bot listens for late answers for minutes: stopped, that keeps nobody who is done.
  const clock = createFastClock(1);
  const world = await startWorld({ nodes, chats, policies, clock, onProblem: noteProblem });
  return {
    world,
    slack,
    mattermost,
    slackUsers: SLACK_USERS,
    mattermostUsers: users,
    mattermostBot: bot.id,
    team,
    problems,
    async close() {
      await world.close();
      await http.close();
      await slack.close();
      await mattermost.close();
      clock.stop();
      rmSync(policies, { recursive: true, force: true });
    },
  };
}
