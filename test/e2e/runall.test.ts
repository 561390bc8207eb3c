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
/** Each run takes seconds of a processor, of which there may be two. */
const HANG_MS = 150_000;

describe('`puppet runall` over 20 nodes with a real Puppet each', { skip, timeout: 400_000 }, () => {
  let site: Site;
  let slack: SlackSite;
  let fleet: PuppetFleet;
  let bot: Running;
  let watcher: NodeJS.Timeout | undefined;

  before(async () => {
    site = await createSite({
      hosts: Object.fromEntries(NAMES.map((name) => [name, 'ed25519'] as const)),
      signers: { 'mco-read': { kind: 'ed25519' }, 'mco-write': { kind: 'ed25519' } },
      broker: 'embedded',
    });
    fleet = await startPuppetFleet(site, { names: NAMES, disabled: DISABLED, failing: FAILING, freeRuns: 6 });
    slack = await openSlackSite(site);
    bot = await slack.start();
  });
  after(async () => {
    clearInterval(watcher);
    await slack?.close();
    await site?.remove();
    await fleet?.close();
  });

  const count = (event: 'intent' | 'outcome'): number =>
    [...fleet.nodes.values()].flatMap(({ audit }) => findRecords(audit, { event, action: 'puppet.runonce' })).length;

  /** How many the bot says that it has heard of. */
  const heard = (): number => Number(/(\d+) of 20/.exec(slack.channel.posts()[0]?.text ?? '')?.[1]);

  /** From now on, the most nodes that were seen at work. */
  function watch(): () => number {
    clearInterval(watcher);
    let most = 0;
    watcher = setInterval(() => {
      most = Math.max(most, fleet.atWork().length);
    }, 50);
    return () => most;
  }

  function assertRan(timesOf: (name: string) => number): void {
    for (const name of NAMES) {
      const times = timesOf(name);
      assert.equal(fleet.runsOf(name), name === DISABLED ? 0 : times, `runs of ${name}`);
      const { audit } = fleet.nodes.get(name) ?? assert.fail();
      const told = findRecords(audit, { event: 'outcome', action: 'puppet.runonce' });
      const result = name === FAILING ? 'aborted' : 'ok';
      assert.deepEqual(
        told.map((record) => record.result),
        Array.from({ length: times }, () => result),
        name,
      );
    }
    assert.equal(
      count('intent'),
      NAMES.reduce((sum, name) => sum + timesOf(name), 0),
    );
  }

  test('never runs more than so many at once, also when the bot is killed half-way, and nobody twice', async () => {
    const most = watch();
    await slack.channel.command('ana', `puppet runall ${AT_ONCE}`);
    // An answer that is under way while the bot dies is lost: here everyone is in the middle of a run.
    await waitFor(() => fleet.held().length === AT_ONCE && heard() === count('outcome'), HANG_MS);
    await bot.stop('SIGKILL');
    const asked = count('intent');
    assert.equal(asked, count('outcome') + AT_ONCE);
    assert.ok(asked < NAMES.length - 1, `${asked} were asked already`);
    fleet.letGo();
    await waitFor(() => count('outcome') > asked - AT_ONCE, HANG_MS);
    bot = await slack.start();
    const { text } = await slack.endOf(/puppet runall/, HANG_MS);
    assert.match(text, /PARTIAL: 19 OK, 1 failed of 20/);
    assert.match(text, /1 FAILED: run failed: 1 resource: Exec\[fail\].*node12/);
    assert.match(text, new RegExp(`changed = 18, skipped = 1 \\(${DISABLED}\\)\n`));
    assert.equal(most(), AT_ONCE);
    assertRan(() => 1);
    const goesOn = { event: 'decided', reason: 'goes on after a restart' } as const;
    assert.equal(findRecords(site.path('audit.db'), goesOn).length, 1);
  });

  test('takes a share of the nodes for its window', async () => {
    const most = watch();
    await slack.channel.command('ana', 'puppet runall 50% -F node=/node0[1-8]/');
    const { text } = await slack.endOf(/puppet runall 50%/, HANG_MS);
    assert.match(text, /^OK: 8 of 8/);
    assert.equal(most(), 4);
    assertRan((name) => (name < 'node09' ? 2 : 1));
  });
});
