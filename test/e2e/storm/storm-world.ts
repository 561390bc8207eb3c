import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHttpServer } from '../../../src/adapters/http/http-server.ts';
import { createMattermostChat } from '../../../src/adapters/mattermost/mattermost-chat.ts';
import { createSlackChat } from '../../../src/adapters/slack/slack-chat.ts';
import { openStore } from '../../../src/adapters/store/open-store.ts';
import { createMembershipFinder } from '../../../src/bot/authority/find-memberships.ts';
import type { Chat, PostRef } from '../../../src/core/chat.ts';
import type { McoError } from '../../../src/core/errors.ts';
import type { HttpRoute } from '../../../src/core/http.ts';
import type { Store, StoredRun } from '../../../src/core/store.ts';
import { createBot, type RunningBot } from '../../../src/main/create-bot.ts';
import { createPolicyAuthority } from '../../../src/main/policy/policy-authority.ts';
import { readBotPolicy } from '../../../src/policy/read-policy.ts';
import { renderMattermostMessage } from '../../../src/render/mattermost/render-mattermost-message.ts';
import { renderSlackMessage } from '../../../src/render/slack/render-slack-message.ts';
import { createFakeAudit, type FakeAudit } from '../../fakes/fake-audit.ts';
import { createFakeBus } from '../../fakes/fake-bus.ts';
import { createFakeSigner, createFakeVerifier } from '../../fakes/fake-keys.ts';
import { startMattermostServer } from '../../servers/mattermost/server.ts';
import type { MattermostServer, MattermostServerOptions } from '../../servers/mattermost/types.ts';
import { startSlackServer } from '../../servers/slack/slack-server.ts';
import type { SlackServer } from '../../servers/slack/slack-types.ts';
import type { Crowd } from './crowd.ts';
import type { FastClock } from './fast-clock.ts';
import { keepLedger, type Ledger } from './ledger.ts';
import { createMattermostCrowd } from './mattermost-crowd.ts';
import { createSlackCrowd } from './slack-crowd.ts';
import { COLLECTIVE, type StormFleet, startStormFleet } from './storm-fleet.ts';
import { NAMES, type Platform, STRANGER, VIEWERS } from './storm-plan.ts';
import { type ProgressEdit, watchChat } from './watch-chat.ts';

export interface WorldParts {
  readonly clock: FastClock;
  readonly seed: string;
  readonly nodes: number;
  readonly mattermostRateLimit?: MattermostServerOptions['rateLimit'];
  /** Where the store's file is made; default: in memory where there is such a place, as a disk would be what takes longest. */
  readonly storeIn?: string;
  onRoot?(root: PostRef, run: StoredRun): void;
}

/** A bot in two chat services, all of it real but for the broker, the keys and the nodes. */
export interface StormWorld {
  readonly bot: RunningBot;
  readonly store: Store;
  readonly ledger: Ledger;
  readonly fleet: StormFleet;
  readonly audit: FakeAudit;
  readonly slack: SlackServer;
  readonly mattermost: MattermostServer;
  readonly crowds: Readonly<Record<Platform, Crowd>>;
  readonly chats: Readonly<Record<Platform, Chat>>;
  readonly progress: Readonly<Record<Platform, readonly ProgressEdit[]>>;
  readonly problems: readonly McoError[];
  close(): Promise<void>;
}

export async function openStormWorld({ clock, seed, nodes, ...parts }: WorldParts): Promise<StormWorld> {
  const problems: McoError[] = [];
  const onProblem = (problem: McoError): void => void problems.push(problem);
  const routes = new Map<string, HttpRoute>();
  const http = await startHttpServer({ host: '127.0.0.1', port: 0, routes: listRoutes(routes), onProblem });
  const slack = await startSlackServer({ clock });
  const rateLimit = parts.mattermostRateLimit;
  const mattermost = await startMattermostServer({ clock, ...(rateLimit === undefined ? {} : { rateLimit }) });
  const slackCrowd = createSlackCrowd(slack);
  const mattermostCrowd = createMattermostCrowd(mattermost, http.address);
  const crowds = { slack: slackCrowd, mattermost: mattermostCrowd };

  const slackChat = createSlackChat({
    team: slack.team,
    botToken: slack.botToken,
    transport: { kind: 'socket', appToken: slack.appToken },
    renderMessage: renderSlackMessage,
    clock,
    apiUrl: slack.apiUrl,
  });
  const mattermostChat = createMattermostChat({
    url: mattermost.url,
    token: mattermostCrowd.botToken,
    commandTokens: [mattermostCrowd.commandToken],
    actionKey: new Uint8Array(32).fill(7),
    callbackUrl: http.address,
    renderMessage: renderMattermostMessage,
    clock,
  });
  for (const route of mattermostChat.routes) routes.set(route.path, route);
  const watched = { slack: watchChat(slackChat, clock), mattermost: watchChat(mattermostChat, clock) };
  const chats = [watched.slack.chat, watched.mattermost.chat];

  const dir = mkdtempSync(join(parts.storeIn ?? findFastDirectory(), 'mco-storm-'));
  const opened = await openStore({ path: join(dir, 'mcobot.db'), clock, noteProblem: onProblem });
  const { store, ledger } = keepLedger(opened, {
    onRoot: parts.onRoot ?? (() => {}),
    textOf: (id) => watched.slack.said.get(id) ?? watched.mattermost.said.get(id) ?? '',
  });
  const bus = createFakeBus();
  const fleet = startStormFleet({ bus, clock, seed, count: nodes });
  const audit = createFakeAudit();
  const policy = readBotPolicy([{ name: 'storm.yaml', text: writePolicy(Object.values(crowds)) }]);
  const bot = await createBot({
    auditName: 'bot:storm',
    name: 'storm',
    collectives: [COLLECTIVE],
    authority: createPolicyAuthority(() => policy, createMembershipFinder({ chats, clock })),
    signers: { read: createFakeSigner('mco-read'), write: createFakeSigner('mco-write') },
    verifier: createFakeVerifier(),
    bus,
    audit,
    store,
    chats,
    clock,
    onProblem,
  });
  return {
    ...{ bot, store, ledger, fleet, audit, slack, mattermost, crowds, problems },
    chats: { slack: watched.slack.chat, mattermost: watched.mattermost.chat },
    progress: { slack: watched.slack.progress, mattermost: watched.mattermost.progress },
    async close() {
      await bot.close();
      await http.close();
      await Promise.all([slack.close(), mattermost.close()]);
      opened.close();
      clock.stop();
      rmSync(dir, { recursive: true });
    },
  };
}

/** The paths are known before the chat that answers there is made: it has to be told the server's address. */
function listRoutes(routes: ReadonlyMap<string, HttpRoute>): HttpRoute[] {
  return ['/mattermost/command', '/mattermost/action'].map((path) => ({
    method: 'POST',
    path,
    handle: (request) => routes.get(path)?.handle(request) ?? Promise.resolve({ status: 503 }),
  }));
}

const findFastDirectory = (): string => (existsSync('/dev/shm') ? '/dev/shm' : tmpdir());

function writePolicy(crowds: readonly Crowd[]): string {
  const accounts = (person: number): string =>
    crowds
      .map((crowd) => `${crowd.platform}: ["${crowd.accountOf(person).slice(crowd.platform.length + 1)}"]`)
      .join(', ');
  const known = NAMES.slice(0, STRANGER);
  const people = known.map((name, person) => `  ${name}: { ${accounts(person)} }`);
  return [
    'people:',
    ...people,
    'roles:',
    '  viewer: { allow: [{ actions: ["*"], effect: read }] }',
    '  operator: { includes: [viewer], allow: [{ actions: ["package.*", "service.*"], effect: write }] }',
    'bindings:',
    `  - { role: viewer, who: [${known.slice(0, VIEWERS).join(', ')}] }`,
    `  - { role: operator, who: [${known.slice(VIEWERS).join(', ')}] }`,
    '',
  ].join('\n');
}
