import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../../src/adapters/clock/system-clock.ts';
import { startEmbeddedBroker } from '../../../src/adapters/embedded-broker/embedded-broker.ts';
import { createAllowedSigners } from '../../../src/adapters/ssh/allowed-signers-verifier.ts';
import type { StompBus } from '../../../src/adapters/stomp/stomp-bus.ts';
import { createStompBus } from '../../../src/adapters/stomp/stomp-bus.ts';
import { type OpenTrail, openAuditTrail } from '../../../src/adapters/store/audit/open-audit-trail.ts';
import { openStore } from '../../../src/adapters/store/open-store.ts';
import type { NodeResult } from '../../../src/core/report.ts';
import type { RunRecord, Store } from '../../../src/core/store.ts';
import { createTrailVerifier } from '../../../src/main/audit/trail-verifier.ts';
import { keepKey, makeKey } from '../../../src/main/playground/make-keys.ts';
import { writeTrustFiles } from '../../../src/main/playground/trust-files.ts';
import { readNodePolicy } from '../../../src/policy/read-policy.ts';
import { startMattermostServer } from '../../servers/mattermost/server.ts';
import type { MattermostServer } from '../../servers/mattermost/types.ts';
import { killPrograms, type Running, startCommand } from '../programs.ts';
import { BOT_NAME, type KillTrailPlan } from './kill-trail-bot.ts';
import { startWatchedFleet, type WatchedFleet } from './kill-trail-fleet.ts';
import { type TrailWatch, watchTrail } from './kill-trail-watch.ts';

export const ASKERS = ['ana', 'eve', 'tom', 'kim'] as const;
export const LEAD = 'raj';
export type Person = (typeof ASKERS)[number] | typeof LEAD;

/** What the names of packages begin with; each command has one of its own. */
export const KINDS = { read: 'r', write: 'w', approved: 'a', slow: 's' } as const;
export const NODES = ['n1', 'n2', 'n3', 'n4'];

const COLLECTIVE = 'mcollective';
const RULES = `
  operator:
    allow:
      - { actions: ["*"], effect: read }
      - { actions: [package.update], effect: write, inputs: { package: ["${KINDS.write}*"] } }
      - { actions: [package.update], effect: write, inputs: { package: ["${KINDS.approved}*"] }, approval: { from: leads } }
bindings:
  - { role: operator, who: [everyone] }
`;

/** A run as it is stored, with what is known of each of its nodes. */
export interface StoredEnd {
  readonly run: RunRecord;
  readonly results: readonly NodeResult[];
}

/** A bot in a process of its own that can be killed; broker, chat server and nodes are in this one, and stay. */
export interface KillTrailSite {
  readonly mattermost: MattermostServer;
  readonly fleet: WatchedFleet;
  readonly trail: TrailWatch;
  readonly auditFile: string;
  say(person: Person, text: string): void;
  /** What the bot said in the channel: first in a thread, or in one. */
  posts(): readonly { readonly thread: string; readonly text: string }[];
  /** What it told people alone. */
  whispers(): readonly string[];
  start(): Promise<void>;
  kill(): Promise<void>;
  stop(): Promise<void>;
  /** A copy of the store, as it is now. */
  readStore<T>(read: (store: Store) => Promise<T>): Promise<T>;
  readRuns(): Promise<readonly StoredEnd[]>;
  openTrail(): Promise<OpenTrail>;
  remove(): Promise<void>;
}

export async function createKillTrailSite(): Promise<KillTrailSite> {
  const dir = mkdtempSync(join(tmpdir(), 'mco-kill-'));
  const path = (name: string): string => join(dir, name);
  const login = { login: 'test', passcode: 'for the test' };
  const broker = await startEmbeddedBroker(login);
  const buses: StompBus[] = [];
  const connect = (): StompBus => {
    const bus = createStompBus({ servers: [{ host: broker.host, port: broker.port }], ...login });
    buses.push(bus);
    return bus;
  };
  const read = keepKey('mco-read', path('mco-read.pem'));
  const keys = new Map(NODES.map((node) => [node, makeKey(node)]));
  const trust = writeTrustFiles(keys, [read, keepKey('mco-write', path('mco-write.pem'))]);
  const verifier = await createAllowedSigners({ path: trust.allowedSigners, now: () => Date.now() });
  const people = await openMattermost();
  const { mattermost } = people;
  writeFileSync(path('policy.yaml'), writePolicy(people));
  const trail = watchTrail(path('audit.db'));
  const auditFile = path('node-audit.jsonl');
  const fleet = await startWatchedFleet({
    ...{ keys, collective: COLLECTIVE, verifier, auditFile, trail, connect },
    ...{ approved: KINDS.approved, slow: KINDS.slow, updated: [KINDS.write, KINDS.approved] },
    policy: readNodePolicy(NODE_POLICY, 'node.yaml'),
  });
  await Promise.all(buses.map((bus) => bus.whenUp(30_000)));
  const plan: KillTrailPlan = {
    dir,
    collective: COLLECTIVE,
    broker: { host: broker.host, port: broker.port, ...login },
    knownHosts: trust.knownHosts,
    mattermost: { url: mattermost.url, token: people.token },
    checkpointMs: 400,
  };
  writeFileSync(path('plan.json'), JSON.stringify(plan));
  return {
    ...{ mattermost, fleet, trail, auditFile },
    ...runBot(dir),
    ...people.talk,
    readStore: (look) => readCopy(dir, look),
    readRuns: () => readCopy(dir, (store) => readEnds(store, people)),
    openTrail: () =>
      openAuditTrail({
        path: path('audit.db'),
        checkpointsPath: path('audit-checkpoints.jsonl'),
        verifier: createTrailVerifier([read.signer.fingerprint]),
        by: `bot:${BOT_NAME}`,
        clock: systemClock,
        onProblem: () => {},
      }),
    async remove() {
      await killPrograms();
      await fleet.close();
      trail.close();
      await Promise.all(buses.map((bus) => bus.close()));
      await Promise.all([broker.close(), mattermost.close()]);
      verifier.close();
      trust.remove();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

const NODE_POLICY = `
signers:
  mco-read: { effect: read }
  mco-write: { effect: write, callers: ["person:*"], vouches: true }
groups:
  leads: { members: ["person:${LEAD}"] }
roles:${RULES}`;

async function openMattermost() {
  const mattermost = await startMattermostServer();
  const team = mattermost.addTeam('ops');
  const room = mattermost.addChannel(team, 'killed');
  const bot = mattermost.addUser('mcobot', { isBot: true });
  const ids = Object.fromEntries([...ASKERS, LEAD].map((name) => [name, mattermost.addUser(name).id]));
  for (const id of [bot.id, ...Object.values(ids)]) mattermost.join(id, room);
  const ours = (channel: string) => mattermost.posts(channel).filter(({ user_id }) => user_id === bot.id);
  const talk: Pick<KillTrailSite, 'say' | 'posts' | 'whispers'> = {
    say: (person, text) => void mattermost.say({ user: ids[person] ?? '', channel: room, text: `@mcobot ${text}` }),
    posts: () => ours(room).map(({ root_id: thread, message: text }) => ({ thread, text })),
    whispers: () =>
      Object.values(ids).flatMap((id) => ours(mattermost.directChannel(id, bot.id)).map(({ message }) => message)),
  };
  return { mattermost, room, ids, token: bot.token, talk, host: new URL(mattermost.url).host };
}

type People = Awaited<ReturnType<typeof openMattermost>>;

function writePolicy({ ids, host }: People): string {
  const lines = Object.entries(ids).map(([name, id]) => `  ${name}: { mattermost: ["${host}/${id}"] }`);
  return `people:\n${lines.join('\n')}\ngroups:\n  leads: { members: [${LEAD}] }\nroles:${RULES}`;
}

function runBot(dir: string): Pick<KillTrailSite, 'start' | 'kill' | 'stop'> {
  const file = fileURLToPath(new URL('./kill-trail-bot.js', import.meta.url));
  const load = (): Running => startCommand(process.execPath, [file, join(dir, 'plan.json')], { cwd: dir });
  let bot: Running | undefined;
  // Loading the program takes longer than all it then does: the next one is loaded while this one works.
  let next = load();
  return {
    async start() {
      bot = next;
      bot.type('start\n');
      next = load();
      await bot.prints(/listening/);
    },
    async kill() {
      await bot?.stop('SIGKILL');
    },
    async stop() {
      await bot?.stop();
    },
  };
}

async function readEnds(store: Store, { host, room }: People): Promise<readonly StoredEnd[]> {
  const runs = await store.runs.list({ chat: `mattermost:${host}`, channel: room, max: 10_000 });
  return await Promise.all(runs.map(async (run) => ({ run, results: await store.runs.resultsOf(run.id) })));
}

let copies = 0;

/** The bot keeps everybody else out of its store. */
async function readCopy<T>(dir: string, read: (store: Store) => Promise<T>): Promise<T> {
  const into = join(dir, `copy-${++copies}`);
  mkdirSync(into);
  for (const name of ['mcobot.db', 'mcobot.db-wal']) {
    if (existsSync(join(dir, name))) copyFileSync(join(dir, name), join(into, name));
  }
  const store = await openStore({ path: join(into, 'mcobot.db') });
  try {
    return await read(store);
  } finally {
    store.close();
  }
}
