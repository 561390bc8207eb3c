import { between, createRandom } from '../../../src/adapters/simulation/seeded-random.ts';
import type { ButtonAction } from '../../../src/core/card.ts';
import type { PostRef } from '../../../src/core/chat.ts';
import type { StoredRun } from '../../../src/core/store.ts';
import type { Crowd, Sent } from './crowd.ts';
import { createFastClock, type FastClock, pass } from './fast-clock.ts';
import { type Errand, PLATFORMS, type Platform, planErrands } from './storm-plan.ts';
import { openStormWorld, type StormWorld } from './storm-world.ts';
import { stormOverMattermost, stormOverSlack, type Weather } from './weather.ts';

export interface StormOptions {
  readonly seed: string;
  readonly commands: number;
  /** How many times as fast as real time. */
  readonly speed: number;
}

/** A command that was given, and how that went. */
export interface DoneErrand extends Errand {
  readonly sent: Sent;
}

export interface Storm {
  readonly world: StormWorld;
  readonly done: readonly DoneErrand[];
  /** Presses of buttons, by what was pressed. */
  readonly presses: ReadonlyMap<ButtonAction, number>;
  readonly weather: Readonly<Record<Platform, Weather>>;
  /** By the storm's clock: while commands were given, and until everything was delivered. */
  readonly stormMs: number;
  readonly calmMs: number;
}

const NODES = 8;
/** Mattermost's own values, where its limiter is switched on. */
const RATE_LIMIT = { perSec: 10, maxBurst: 100 };
/** After all commands were given, everything has to be done within this. */
const CALM_WITHIN_MS = 30 * 60_000;
/** Late answers are gathered for five seconds. */
const QUIET_MS = 12_000;

/** Everything that happens in one storm. */
class StormRunner {
  readonly clock: FastClock;
  readonly done: DoneErrand[] = [];
  readonly presses = new Map<ButtonAction, number>();
  readonly #random: () => number;
  readonly #byTag: ReadonlyMap<string, Errand>;
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #errands: readonly Errand[];
  readonly #failures: unknown[] = [];
  #world: StormWorld | undefined;

  constructor({ seed, commands, speed }: StormOptions) {
    this.clock = createFastClock(speed);
    this.#random = createRandom(`people ${seed}`);
    this.#errands = planErrands(seed, commands);
    this.#byTag = new Map(this.#errands.map((errand) => [errand.tag, errand]));
  }

  get isBusy(): boolean {
    return this.#underWay.size > 0;
  }

  /** @throws what went wrong with the storm itself */
  assertSound(): void {
    if (this.#failures.length > 0) throw new Error('the storm is broken', { cause: this.#failures[0] });
  }

  async giveAll(world: StormWorld): Promise<void> {
    this.#world = world;
    await Promise.all(PLATFORMS.map((platform) => this.#giveOn(world, platform)));
  }

  async #giveOn(world: StormWorld, platform: Platform): Promise<void> {
    for (const errand of this.#errands.filter((one) => one.platform === platform)) {
      await pass(this.clock, errand.pauseMs);
      this.assertSound();
      this.#follow(this.#give(world, errand));
    }
  }

  async #give(world: StormWorld, errand: Errand): Promise<void> {
    const crowd = world.crowds[errand.platform];
    const thread = errand.way === 'thread' ? findThread(world, crowd, errand.channel) : undefined;
    const sent = await crowd.say({ ...errand, thread });
    this.done.push({ ...errand, sent });
  }

  /** A run's root is there: it may be cancelled now, or pressed upon later. */
  onRoot(root: PostRef, run: StoredRun): void {
    const world = this.#world;
    const text = world?.ledger.claims.get(run.message ?? '')?.text ?? '';
    const errand = this.#byTag.get(/\b(?:pkg|slow)\d{5}\b/.exec(text)?.[0] ?? '');
    if (world === undefined || errand === undefined) return;
    if (errand.kind === 'cancelled') this.#follow(this.#cancel(world, errand, { root, run }));
    else this.#follow(this.#pressLater(world, errand, root));
  }

  async #cancel(world: StormWorld, errand: Errand, { root, run }: { root: PostRef; run: StoredRun }): Promise<void> {
    const isPress = this.#random() < 0.6;
    await pass(this.clock, between(this.#random, 1500, 6000));
    const crowd = world.crowds[errand.platform];
    if (isPress) return await this.#press(crowd, { person: errand.second, post: root, action: 'cancel' });
    const { second: person, channel } = errand;
    await crowd.say({ person, channel, way: 'mention', text: `cancel ${run.id}` });
  }

  async #pressLater(world: StormWorld, errand: Errand, root: PostRef): Promise<void> {
    const chance = this.#random();
    // Nobody else is in a direct message.
    const person = errand.way === 'direct' || this.#random() < 0.5 ? errand.person : errand.second;
    await pass(this.clock, between(this.#random, 15_000, 40_000));
    const action = chance < 0.25 ? 'retryFailed' : chance < 0.33 ? 'details' : chance < 0.36 ? 'again' : undefined;
    if (action !== undefined) await this.#press(world.crowds[errand.platform], { person, post: root, action });
  }

  async #press(crowd: Crowd, use: { person: number; post: PostRef; action: ButtonAction }): Promise<void> {
    const sent = await crowd.press(use);
    if (sent !== undefined) this.presses.set(use.action, (this.presses.get(use.action) ?? 0) + 1);
  }

  #follow(work: Promise<unknown>): void {
    const tracked = work
      .catch((thrown: unknown) => void this.#failures.push(thrown))
      .finally(() => this.#underWay.delete(tracked));
    this.#underWay.add(tracked);
  }
}

/** The thread of some run of that channel: the latest whose root stands there. */
function findThread({ ledger }: StormWorld, crowd: Crowd, channel: number): string | undefined {
  const place = crowd.channelOf(channel);
  const root = [...ledger.roots.values()].findLast((one) => one.channel === place);
  return root === undefined ? undefined : (root.thread ?? root.id);
}

/** @throws Error when not everything is done in half an hour of the storm's time */
async function waitForCalm(world: StormWorld, runner: StormRunner): Promise<void> {
  const { clock } = runner;
  const deadline = clock.now() + CALM_WITHIN_MS;
  let quietSince = clock.now();
  while (clock.now() - quietSince < QUIET_MS) {
    await pass(clock, 500);
    runner.assertSound();
    const open = await describeOpen(world, runner);
    if (open.length > 0) quietSince = clock.now();
    if (clock.now() > deadline) throw new Error(`after half an hour these are open: ${open.join(', ')}`);
  }
}

async function describeOpen({ bot, store, fleet, ledger }: StormWorld, runner: StormRunner): Promise<string[]> {
  const [messages, runs] = [await store.inbox.open(), await store.runs.open()];
  const waiting = bot.conversations.outbox.waiting();
  const missing = runner.done.filter(({ sent: { id, state } }) => state === 'taken' && id && !ledger.claims.has(id));
  return [
    ...(runner.isBusy ? ['people'] : []),
    ...(fleet.waiting() > 0 ? ['nodes'] : []),
    ...(waiting > 0 ? [`${waiting} deliveries`] : []),
    ...messages.map(({ message }) => `message ${message.id} (${message.text})`),
    ...runs.map(({ id }) => `run ${id}`),
    ...missing.map(({ tag, platform, way }) => `${tag} was never heard on ${platform} (${way})`),
  ];
}

export async function runStorm(options: StormOptions): Promise<Storm> {
  const runner = new StormRunner(options);
  const { clock } = runner;
  const { seed } = options;
  const world = await openStormWorld({
    clock,
    seed,
    nodes: NODES,
    mattermostRateLimit: RATE_LIMIT,
    onRoot: (root, run) => runner.onRoot(root, run),
  });
  try {
    const weather = {
      slack: stormOverSlack(world.slack, clock, seed),
      mattermost: stormOverMattermost(world.mattermost, clock, seed),
    };
    const startedAt = clock.now();
    await runner.giveAll(world);
    const givenAt = clock.now();
    for (const one of Object.values(weather)) one.calm();
    await waitForCalm(world, runner);
    const { done, presses } = runner;
    return { world, done, presses, weather, stormMs: givenAt - startedAt, calmMs: clock.now() - givenAt };
  } catch (error) {
    await world.close();
    throw error;
  }
}
