import { createHash } from 'node:crypto';
import { COMMANDS } from '../../../commands/index.ts';
import { createActiveRuns } from '../../../src/bot/active-runs.ts';
import type { Bot } from '../../../src/bot/bot.ts';
import { createCollector, type RefusedReply } from '../../../src/bot/collecting/collector.ts';
import { handleCommand } from '../../../src/bot/handle-command.ts';
import type { Handled } from '../../../src/bot/handled.ts';
import type { AgentDescription } from '../../../src/core/agent-description.ts';
import { broadcastDestination, nodeDestination, replyDestination } from '../../../src/core/destinations.ts';
import { matchFilter } from '../../../src/core/match-filter.ts';
import type { Clock } from '../../../src/core/ports.ts';
import { encodeReply, type Reply, type ReplyData, type StatusName, statusOf } from '../../../src/core/reply.ts';
import { decodeRequest, type Request } from '../../../src/core/request.ts';
import type { Decision } from '../../../src/policy/policy.ts';
import { allowed } from '../../fakes/decisions.ts';
import { createFakeAudit } from '../../fakes/fake-audit.ts';
import { createFakeBus, type FakeBus } from '../../fakes/fake-bus.ts';
import { createFakeClock } from '../../fakes/fake-clock.ts';
import { createFakeIds } from '../../fakes/fake-ids.ts';
import { createFakeSigner, createFakeVerifier } from '../../fakes/fake-keys.ts';
import { createFakeSurface } from '../../fakes/fake-surface.ts';
import { createMemoryStore } from '../../fakes/memory-store.ts';

const REPLIES = replyDestination('mcollective', 'test');

/** What a scripted node answers to a request; undefined is silence. */
export type Script = (request: Request) => { status?: StatusName; data?: ReplyData; delayMs?: number } | undefined;

const field = (label: string) => ({ about: label, label });

const TEST_AGENTS: readonly AgentDescription[] = [
  {
    agent: 'rpcutil',
    version: '1.0.0',
    about: 'about the agent itself',
    actions: {
      ping: { about: 'is it there', effect: 'read', timeoutMs: 2000, input: {}, output: { pong: field('Time') } },
      get_fact: {
        about: 'one fact',
        effect: 'read',
        timeoutMs: 2000,
        input: { fact: { about: 'its name', type: 'string' } },
        words: ['fact'],
        output: { value: field('Value') },
        aggregate: [{ function: 'summary', output: 'value' }],
      },
    },
  },
  {
    agent: 'package',
    version: '1.0.0',
    about: 'packages',
    actions: {
      status: {
        about: 'its version',
        effect: 'read',
        timeoutMs: 5000,
        input: { package: { about: 'its name', type: 'string' } },
        words: ['package'],
        output: { ensure: field('Ensure') },
        aggregate: [{ function: 'summary', output: 'ensure' }],
        display: 'always',
      },
      update: {
        about: 'to the newest version',
        effect: 'write',
        isJob: true,
        timeoutMs: 5000,
        input: {
          package: { about: 'its name', type: 'string' },
          token: { about: 'key', type: 'string', optional: true, secret: true },
        },
        words: ['package'],
        output: { after: field('After') },
      },
    },
  },
];

/** A bot over fakes, and a fleet whose nodes answer as their scripts say. */
export function createScene(scripts: Readonly<Record<string, Script>>, decide?: (ask: { action: string }) => Decision) {
  const bus = createFakeBus();
  const clock = createFakeClock();
  const audit = createFakeAudit();
  const newId = createFakeIds();
  const store = createMemoryStore(clock);
  const refused: RefusedReply[] = [];
  const collector = createCollector(createFakeVerifier(), (reply) => refused.push(reply));
  bus.subscribe(REPLIES, collector.receive);
  for (const [name, script] of Object.entries(scripts)) startNode({ bus, clock, name, script });
  const bot: Bot = {
    auditName: 'bot:test',
    collective: 'mcollective',
    collectives: ['mcollective', 'dmz'],
    commands: COMMANDS,
    agents: TEST_AGENTS,
    authority: {
      identify: (account) => account.replace('console:', 'person:'),
      decide: decide ?? (() => allowed('roles.yaml:1')),
      judgeMember: () => 'in',
      findMemberships: () => Promise.resolve({ of: new Set(), unresolved: [] }),
      rolesOf: () => ['operator'],
    },
    signers: { read: createFakeSigner('mco-read'), write: createFakeSigner('mco-write') },
    bus,
    collector,
    replyTo: (collective) => replyDestination(collective, 'test'),
    audit,
    store,
    active: createActiveRuns(),
    health: [],
    findPerson: async () => undefined,
    openThread: () => undefined,
    clock,
    newId,
    hash: (text) => createHash('sha256').update(text).digest('hex'),
  };
  const surface = createFakeSurface();
  const cancel = new AbortController();
  /** Handles a command to its end, moving time on by at most two minutes. */
  async function run(text: string, scene: Partial<Bot> = {}): Promise<Handled> {
    let handled: Handled | undefined;
    const message = { text, account: 'console:ana', origin: { chat: 'console', channel: '' } };
    void handleCommand({ ...bot, ...scene }, message, { surface, signal: cancel.signal }).then((end) => {
      handled = end;
    });
    for (let step = 0; step < 1200 && handled === undefined; step++) await clock.advance(100);
    if (handled === undefined) throw new Error('the command never ended');
    return handled;
  }
  return { bot, bus, clock, audit, surface, cancel, refused, run };
}

function startNode({ bus, clock, name, script }: { bus: FakeBus; clock: Clock; name: string; script: Script }): void {
  const receive = ({ body }: { body: Uint8Array }): void => {
    const request = decodeRequest(body);
    const answer = script(request);
    if (answer === undefined) return;
    clock.after(answer.delayMs ?? 5, () => void sendReply(bus, request, { sender: name, ...answer }));
  };
  bus.subscribe(broadcastDestination('mcollective'), receive);
  bus.subscribe(nodeDestination('mcollective', name), receive);
}

/** Publishes a signed reply; `signer` and `claims` make it a forged one. */
export async function sendReply(
  bus: FakeBus,
  request: Request,
  reply: {
    sender: string;
    kind?: Reply['kind'];
    seq?: number;
    signer?: string;
    claims?: string;
    status?: StatusName;
    data?: ReplyData;
  },
): Promise<void> {
  const signer = createFakeSigner(reply.signer ?? reply.sender);
  const body = encodeReply({
    v: 1,
    type: 'reply',
    id: request.id,
    request: request.id,
    run: request.run,
    sender: reply.sender,
    seq: reply.seq ?? 0,
    kind: reply.kind ?? 'result',
    status: statusOf(reply.status ?? 'ok'),
    data: reply.data ?? {},
    startedAt: 1,
    finishedAt: 2,
    signer: { principal: reply.claims ?? signer.principal, fingerprint: signer.fingerprint },
  });
  bus.deliver(REPLIES, { body, signature: await signer.sign('mco-reply@v1', body) });
}

/** Answers every ping, and the rest as told. */
export const alive =
  (rest: Script = () => ({})): Script =>
  (request) =>
    request.action === 'ping' ? { data: { pong: 1 } } : rest(request);

/** Says nothing where the filter does not mean it, as a real node would. */
export const matching =
  (
    profile: { identity: string; facts?: Record<string, string>; classes?: readonly string[] },
    script: Script,
  ): Script =>
  (request) => {
    const { identity, facts = {}, classes = [] } = profile;
    const node = { identity, facts, classes: new Set(classes), agents: new Set(['rpcutil', 'package']) };
    return matchFilter(request.filter, node) ? script(request) : undefined;
  };
