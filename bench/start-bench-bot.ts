import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAuditLog } from '../src/adapters/audit-log/audit-log.ts';
import { createKnownHosts } from '../src/adapters/ssh/known-hosts-verifier.ts';
import { createStompBus } from '../src/adapters/stomp/stomp-bus.ts';
import { openStore } from '../src/adapters/store/open-store.ts';
import { findAsker, worldOf } from '../src/bot/asker.ts';
import type { Bot } from '../src/bot/bot.ts';
import { describeAction } from '../src/bot/collecting/compose-report.ts';
import type { Run } from '../src/bot/compose-request.ts';
import { handleCommand, parse } from '../src/bot/handle-command.ts';
import { planCommand } from '../src/bot/plan-command.ts';
import { createRunKeeper, describeRun } from '../src/bot/records/keep-run.ts';
import { startTrail } from '../src/bot/records/trail.ts';
import { conductRun } from '../src/bot/sending/conduct-run.ts';
import { startRun } from '../src/bot/start-run.ts';
import { createBot } from '../src/main/create-bot.ts';
import type { MadeKey } from '../src/main/playground/make-keys.ts';
import { createPolicyAuthority } from '../src/main/policy/policy-authority.ts';
import { readBotPolicy } from '../src/policy/read-policy.ts';
import { createFakeSurface } from '../test/fakes/fake-surface.ts';
import type { BrokerAddress } from './fleet-messages.ts';
import { type Checks, makeSignerOptional, makeVerifierOptional } from './optional-checks.ts';

export interface BenchBot {
  /** Asks every node once and waits for all of them. @returns milliseconds from signing to the last verified reply */
  ask(identities: readonly string[], how: 'broadcast' | 'direct'): Promise<number>;
  /** The whole pipeline: parse, decide, discover, record, ask, render as data, record. @returns milliseconds */
  command(): Promise<number>;
  close(): Promise<void>;
}

const COMMAND = '/mco package status openafs-modules-dkms';
const MESSAGE = { text: COMMAND, account: 'console:ana', origin: { chat: 'console', channel: '' } };
/** Longer than any of it should take: what is missing then is a mistake, not a slow machine. */
const ACTION_TIMEOUT_MS = 60_000;

/** The real bot over the real adapters: collector, `known_hosts`, policy, audit log on disk. */
export async function startBenchBot(
  broker: BrokerAddress,
  { key, knownHosts, checks }: { key: MadeKey; knownHosts: readonly string[]; checks: Checks },
): Promise<BenchBot> {
  const dir = mkdtempSync(join(tmpdir(), 'mco-bench-bot-'));
  const path = join(dir, 'known_hosts');
  writeFileSync(path, `${knownHosts.join('\n')}\n`);
  const verifier = await createKnownHosts({ path });
  const audit = await openAuditLog({ path: join(dir, 'audit.jsonl') });
  const { host, port, login, passcode } = broker;
  const bus = createStompBus({ servers: [{ host, port }], login, passcode });
  const store = await openStore({ path: ':memory:' });
  const bot = await createBot({
    auditName: 'bot:bench',
    name: 'bench',
    collectives: ['mcollective'],
    authority: createPolicyAuthority(readPolicy()),
    signers: { read: makeSignerOptional(key.signer, checks) },
    verifier: makeVerifierOptional(verifier, checks),
    bus,
    audit,
    store,
    chats: [],
    onProblem(problem) {
      throw problem;
    },
  });
  await bus.whenUp(30_000);
  return {
    ask: (identities, how) => askAll(bot, identities, how === 'broadcast'),
    command: () => runCommand(bot, knownHosts.length),
    async close() {
      await bot.close();
      await bus.close();
      await audit.close();
      store.close();
      verifier.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function readPolicy() {
  const names = readdirSync('policies').filter((name) => name.endsWith('.yaml'));
  const policy = readBotPolicy(names.map((name) => ({ name, text: readFileSync(join('policies', name), 'utf8') })));
  return () => policy;
}

async function askAll(bot: Bot, identities: readonly string[], broadcast: boolean): Promise<number> {
  const run = await makeRun(bot);
  const targets = { nodes: identities, broadcast, discovered: [], unexpected: () => [], close: () => {} };
  const watch = { onProgress: () => {}, signal: new AbortController().signal };
  const startedAt = performance.now();
  const { results } = await conductRun(bot, run, {
    targets,
    action: { ...describeAction(bot, run.ask), timeoutMs: ACTION_TIMEOUT_MS },
    watch,
    keeper: createRunKeeper(bot, run.id, startTrail(bot, MESSAGE)),
  });
  const elapsedMs = performance.now() - startedAt;
  requireAll(results.filter(({ outcome }) => outcome === 'ok').length, identities.length);
  return elapsedMs;
}

async function makeRun(bot: Bot): Promise<Run> {
  const line = parse(MESSAGE);
  const asker = await findAsker(bot, MESSAGE);
  const ask = planCommand(line, bot.commands, worldOf(bot, asker));
  if (ask.kind !== 'ask') throw new Error('the command asks nobody');
  const run = await startRun(bot, { message: MESSAGE, asker, line, ask });
  await bot.store.runs.begin(describeRun(run, MESSAGE, bot.clock.now()));
  return run;
}

async function runCommand(bot: Bot, nodes: number): Promise<number> {
  const startedAt = performance.now();
  const { report } = await handleCommand(bot, MESSAGE, {
    surface: createFakeSurface(),
    signal: new AbortController().signal,
  });
  const elapsedMs = performance.now() - startedAt;
  requireAll(report?.counts.ok ?? 0, nodes);
  return elapsedMs;
}

/** A figure for a round in which somebody is missing would be worth nothing. */
function requireAll(answered: number, asked: number): void {
  if (answered !== asked) throw new Error(`${asked - answered} of ${asked} nodes did not answer well`);
}
