import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { between, createRandom } from '../../../src/adapters/simulation/seeded-random.ts';
import { readRecords } from '../audit-records.ts';
import { checkEnds, checkNodes, checkRoots, countOutcomes } from './kill-trail-checks.ts';
import { createPeople, type KillTrailPeople } from './kill-trail-people.ts';
import { createKillTrailSite, type KillTrailSite, type StoredEnd } from './kill-trail-site.ts';

const { KILL_SEED: seed = '1', KILLS = '200', KILL_SECONDS = '170' } = process.env;

/** From a command to its outcome there are about so many: a kill comes after any of them. */
const MOST_RECORDS = 10;
const MOST_MS = 1800;
const CALM_WITHIN_MS = 90_000;

describe('a bot that is killed between a message and its outcome', { timeout: 900_000 }, () => {
  let site: KillTrailSite;
  let people: KillTrailPeople;
  let ends: readonly StoredEnd[];
  before(async () => {
    site = await createKillTrailSite();
    people = createPeople(site, seed);
    await site.start();
  });
  after(() => site?.remove());

  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  const countRecords = (): number => {
    site.trail.refresh();
    return site.trail.records.filter(({ event }) => event !== 'checkpoint').length;
  };

  /** People look at the channel all the time. */
  async function reactFor(ms: number, isEnough = () => false): Promise<void> {
    const until = Date.now() + ms;
    for (let turn = 0; Date.now() < until && !isEnough(); turn++) {
      if (turn % 5 === 0) people.react();
      await pause(10);
    }
  }

  /** What is left to do: runs, messages and deliveries. */
  const countOpen = (): Promise<number> =>
    site.readStore(async ({ runs, inbox, outbox }) => {
      const left = [await runs.open(), await inbox.open(), await outbox.pending()];
      return left.reduce((sum, { length }) => sum + length, 0);
    });

  test('ends everything it began', async (t) => {
    const random = createRandom(`kill ${seed}`);
    const startedAt = Date.now();
    let kills = 0;
    while (kills < Number(KILLS) && Date.now() - startedAt < Number(KILL_SECONDS) * 1000) {
      const commands = between(random, 1, 3);
      for (let count = 0; count < commands; count++) people.ask();
      const enough = countRecords() + between(random, 0, commands * MOST_RECORDS);
      await reactFor(MOST_MS, () => countRecords() >= enough);
      await pause(between(random, 0, 30));
      await site.kill();
      kills += 1;
      // Said while nobody listens.
      if (random() < 0.3) people.ask();
      await site.start();
    }
    const seconds = Math.round((Date.now() - startedAt) / 1000);
    t.diagnostic(`killed ${kills} times in ${seconds} s, ${people.errands.length} commands, seed ${seed}`);
    const deadline = Date.now() + CALM_WITHIN_MS;
    let quiet = 0;
    while (quiet < 2 && Date.now() < deadline) {
      await reactFor(1500);
      quiet = (await countOpen()) === 0 ? quiet + 1 : 0;
    }
    await site.stop();
    assert.equal(await countOpen(), 0, 'open runs, messages and deliveries');
    ends = await site.readRuns();
    site.trail.refresh();
    t.diagnostic(`${ends.length} runs: ${countOutcomes(ends)}`);
    t.diagnostic(`${site.trail.records.length} records, ${site.fleet.deeds.length} actions on nodes`);
    t.diagnostic([...people.reactions].map(([verb, count]) => `${verb} ${count}`).join(', '));
    assert.ok(ends.length > kills / 2 && site.fleet.deeds.length > kills / 2, 'too little happened');
  });

  test('no node did anything without a record of the bot and one of its own before it, and nothing twice', () => {
    assert.deepEqual(site.fleet.violations, []);
  });

  test('its trail is whole, whatever was being written when it was killed', async (t) => {
    const trail = await site.openTrail();
    const { faults, records, checkpoints, head } = await trail.verify();
    await trail.close();
    t.diagnostic(`${records} records verified up to ${head.hash.slice(0, 12)}, ${checkpoints} checkpoints`);
    assert.deepEqual(faults, []);
    assert.equal(records, site.trail.records.length);
    assert.ok(checkpoints > 0);
  });

  test('each run ends once on record, and once in the channel', () => {
    assert.deepEqual(checkEnds(ends, site.trail.records), []);
    assert.deepEqual(checkRoots(ends, site.posts()), []);
  });

  test('what it says of each node is not contradicted by what the node did', () => {
    assert.deepEqual(checkNodes({ ends, records: site.trail.records, deeds: site.fleet.deeds }), []);
  });

  test('the nodes have no record of a run that the bot does not have', () => {
    const known = new Set(site.trail.records.filter(({ event }) => event === 'intent').map(({ run }) => run));
    const asked = readRecords(site.auditFile).filter(
      ({ event, action }) => event === 'intent' && action !== 'rpcutil.ping',
    );
    assert.ok(asked.length > 0);
    assert.deepEqual(
      asked.filter(({ run }) => !known.has(run)),
      [],
    );
  });
});
