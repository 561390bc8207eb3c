import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { reasonToSkip } from '../contract/openssh-tools.ts';
import { whyNoPuppet } from '../contract/puppet-site.ts';
import { waitFor } from '../contract/wait-for.ts';
import { findRecords } from './audit-records.ts';
import type { Running } from './programs.ts';
import { type PuppetFleet, startPuppetFleet } from './puppet-fleet.ts';
import { createSite, type Site } from './site.ts';
import { openSlackSite, type SlackSite } from './slack-site.ts';

const skip = whyNoPuppet() || reasonToSkip('ssh-keygen');
const NAMES = Array.from({ length: 20 }, (_, index) => `node${String(index + 1).padStart(2, '0')}`);
const DISABLED = 'node05';
const FAILING = 'node12';
const AT_ONCE = 5;

describe('`puppet runall` over 20 nodes with a real Puppet each', { skip, timeout: 400_000 }, () => {
  let site: Site;
  let slack: SlackSite;
  let fleet: PuppetFleet;
  let bot: Running;

  before(async () => {
    site = await createSite({
      hosts: Object.fromEntries(NAMES.map((name) => [name, 'ed25519'] as const)),
      signers: { 'mco-read': { kind: 'ed25519' }, 'mco-write': { kind: 'ed25519' } },
      broker: 'embedded',
    });
    console.time('fleet');
    fleet = await startPuppetFleet(site, { names: NAMES, disabled: DISABLED, failing: FAILING });
    console.timeEnd('fleet');
    slack = await openSlackSite(site);
    bot = await slack.start();
  });
  after(async () => {
    await slack?.close();
    await site?.remove();
    await fleet?.close();
  });

  const count = (event: 'intent' | 'outcome'): number =>
    [...fleet.nodes.values()].flatMap(({ audit }) => findRecords(audit, { event, action: 'puppet.runonce' })).length;

  /** Looks how many are at work until it is stopped, and tells the most that it saw. */
  function watch(): () => number {
    let most = 0;
    const timer = setInterval(() => {
      most = Math.max(most, fleet.atWork().length);
    }, 50);
    return () => {
      clearInterval(timer);
      return most;
    };
  }

  test('never runs more than so many at once, also when the bot is killed half-way, and nobody twice', async () => {
    const stopWatching = watch();
    console.time('runall');
    await slack.channel.command('ana', `puppet runall ${AT_ONCE}`);
    await waitFor(() => count('outcome') >= 6, 120_000);
    await bot.stop('SIGKILL');
    const asked = count('intent');
    assert.ok(asked < NAMES.length, `${asked} were asked already`);
    bot = await slack.start();
    const end = await slack.endOf(/puppet runall/, 200_000);
    console.timeEnd('runall');
    console.log(end.text);
    console.log(slack.threadOf(end));
    assert.equal(stopWatching(), AT_ONCE);
    for (const name of NAMES) {
      assert.equal(fleet.runsOf(name), name === DISABLED ? 0 : 1, `runs of ${name}`);
      const { audit } = fleet.nodes.get(name) ?? assert.fail();
      const told = findRecords(audit, { event: 'outcome', action: 'puppet.runonce' });
      assert.deepEqual(
        told.map(({ result }) => result),
        [name === FAILING ? 'aborted' : 'ok'],
        name,
      );
    }
    assert.equal(count('intent'), NAMES.length);
  });
});
