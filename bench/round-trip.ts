import { startEmbeddedBroker } from '../src/adapters/embedded-broker/embedded-broker.ts';
import { makeKey } from '../src/main/playground/make-keys.ts';
import { startActivemq, whyNoActivemq } from '../test/contract/activemq.ts';
import type { Bench, BenchOptions, Row } from './bench.ts';
import type { BrokerAddress } from './fleet-messages.ts';
import { cpuMs, spreadOf } from './measure.ts';
import type { Checks } from './optional-checks.ts';
import { type BenchBot, startBenchBot } from './start-bench-bot.ts';
import { type Fleet, startFleet } from './start-fleet.ts';

interface Plan {
  readonly nodes: number;
  readonly how: 'broadcast' | 'direct';
  readonly rounds: number;
}

/** One after another over the same fleet where the number of nodes is the same. */
const FULL: readonly Plan[] = [
  { nodes: 100, how: 'broadcast', rounds: 21 },
  { nodes: 500, how: 'broadcast', rounds: 15 },
  { nodes: 500, how: 'direct', rounds: 15 },
  { nodes: 2000, how: 'broadcast', rounds: 9 },
];
const QUICK: readonly Plan[] = [
  { nodes: 100, how: 'broadcast', rounds: 5 },
  { nodes: 500, how: 'broadcast', rounds: 3 },
  { nodes: 500, how: 'direct', rounds: 3 },
];
const WARM_UP_ROUNDS = 4;
const COMMANDS = { full: 5, quick: 2 };

const LOGIN = { login: 'bench', passcode: 'bench' } as const;

interface Stage {
  readonly broker: string;
  readonly fleet: Fleet;
  readonly bot: BenchBot;
  readonly checks: Checks;
}

interface Rounds {
  readonly wallMs: number[];
  botCpuMs: number;
  fleetCpuMs: number;
}

const PRINCIPAL = 'mco-read';

async function measureFleet(
  { name, address }: { name: string; address: BrokerAddress },
  plans: readonly Plan[],
  { tell, quick }: BenchOptions,
): Promise<{ rounds: Row[]; commands: Row[] }> {
  const nodes = plans[0]?.nodes ?? 0;
  const key = makeKey(PRINCIPAL);
  const signer = { principal: PRINCIPAL, publicLine: key.publicLine };
  tell(`${nodes} nodes over ${name}`);
  const fleet = await startFleet({ order: 'start', broker: address, nodes, signer });
  try {
    const checks: Checks = { on: true };
    const bot = await startBenchBot(address, { key, knownHosts: fleet.knownHosts, checks });
    try {
      const stage = { broker: name, fleet, bot, checks };
      const rounds: Row[] = [];
      for (const plan of plans) rounds.push(await measurePlan(stage, plan));
      return { rounds, commands: [await measureCommand(stage, quick ? COMMANDS.quick : COMMANDS.full)] };
    } finally {
      await bot.close();
    }
  } finally {
    await fleet.stop();
  }
}

/** Rounds with and without signatures take turns, so that both see the same machine. */
async function measurePlan(stage: Stage, { nodes, how, rounds }: Plan): Promise<Row> {
  const signed: Rounds = { wallMs: [], botCpuMs: 0, fleetCpuMs: 0 };
  const unsigned: Rounds = { wallMs: [], botCpuMs: 0, fleetCpuMs: 0 };
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    for (const [on, into] of [[true, signed] as const, [false, unsigned] as const]) {
      await setChecks(stage, on);
      const measured = await measureRound(stage, how);
      if (round < 0) continue;
      into.wallMs.push(measured.wallMs);
      into.botCpuMs += measured.botCpuMs / rounds;
      into.fleetCpuMs += measured.fleetCpuMs / rounds;
    }
  }
  await setChecks(stage, true);
  const checked = spreadOf(signed.wallMs);
  const unchecked = spreadOf(unsigned.wallMs);
  return {
    broker: stage.broker,
    nodes,
    how,
    rounds,
    'min ms': checked.min,
    'median ms': checked.median,
    'max ms': checked.max,
    'bot CPU ms': signed.botCpuMs,
    'fleet CPU ms': signed.fleetCpuMs,
    'unsigned min ms': unchecked.min,
    'unsigned median ms': unchecked.median,
    'signed/unsigned': checked.median / unchecked.median,
    'replies/s': (nodes / checked.median) * 1000,
  };
}

async function measureRound({ fleet, bot }: Stage, how: Plan['how']) {
  const fleetBefore = await fleet.usage();
  const botBefore = cpuMs();
  const wallMs = await bot.ask(fleet.identities, how);
  const botCpuMs = cpuMs() - botBefore;
  return { wallMs, botCpuMs, fleetCpuMs: (await fleet.usage()).cpuMs - fleetBefore.cpuMs };
}

async function measureCommand({ broker, fleet, bot }: Stage, rounds: number): Promise<Row> {
  const wallMs: number[] = [];
  await bot.command();
  for (let round = 0; round < rounds; round++) wallMs.push(await bot.command());
  const { min, median, max } = spreadOf(wallMs);
  const rssMB = (await fleet.usage()).rssBytes / 1e6;
  const nodes = fleet.identities.length;
  return { broker, nodes, 'min ms': min, 'median ms': median, 'max ms': max, 'fleet process MB': rssMB };
}

async function setChecks({ fleet, checks }: Stage, on: boolean): Promise<void> {
  checks.on = on;
  await fleet.setChecks(on);
}

async function startBrokers({ onEnd, tell }: BenchOptions): Promise<{ name: string; address: BrokerAddress }[]> {
  const embedded = await startEmbeddedBroker(LOGIN);
  onEnd(() => embedded.close());
  const brokers = [{ name: 'embedded', address: { host: embedded.host, port: embedded.port, ...LOGIN } }];
  const missing = whyNoActivemq();
  if (missing !== false) {
    tell(`left out: ${missing}`);
    return brokers;
  }
  const activemq = await startActivemq({ users: [LOGIN] });
  onEnd(() => activemq.stop());
  return [...brokers, { name: 'ActiveMQ', address: { host: '127.0.0.1', port: activemq.port, ...LOGIN } }];
}

export const ROUND_TRIP: Bench = {
  name: 'round-trip',
  about: 'a signed question to a fleet in another process, and all its signed answers, over both brokers',
  async run(options) {
    const plans = options.quick ? QUICK : FULL;
    const sizes = [...new Set(plans.map(({ nodes }) => nodes))];
    const rounds: Row[] = [];
    const commands: Row[] = [];
    for (const broker of await startBrokers(options)) {
      for (const size of sizes) {
        const same = plans.filter(({ nodes }) => nodes === size);
        const measured = await measureFleet(broker, same, options);
        rounds.push(...measured.rounds);
        commands.push(...measured.commands);
      }
    }
    const notes = [
      `package.status; from signing the request to the last checked reply; ${WARM_UP_ROUNDS} rounds of each kind before`,
      'CPU: of a signed round, all threads; the embedded broker runs within the bot',
    ];
    const commandNotes = ['discovery first, which ends when nobody new has answered for a second; two round trips'];
    return [
      { title: 'round trip', notes, rows: rounds },
      { title: 'the whole command, parse to report', notes: commandNotes, rows: commands },
    ];
  },
};
