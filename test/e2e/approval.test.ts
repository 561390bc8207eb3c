import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openDatabase } from '../../src/adapters/store/database.ts';
import type { AuditRecord } from '../../src/core/audit.ts';
import { reasonToSkip } from '../contract/openssh-tools.ts';
import { waitFor } from '../contract/wait-for.ts';
import { findRecords, readRecords, waitForRecords } from './audit-records.ts';
import { type BotPost, type TestChannel, waitForPost } from './chats/channel.ts';
import { type ChatSite, SERVICES, type Service, startChatSite } from './chats/chat-site.ts';
import type { Person } from './chats/chat-world.ts';
import { fileOf, startCommand } from './programs.ts';

const withoutScript = process.env.CI !== 'true' && !existsSync('/usr/bin/script') ? 'script is not installed' : false;
const skip = reasonToSkip('ssh-keygen');
const WEB = ['web1', 'web2', 'web3', 'web4'];

describe('approval', { skip, timeout: 300_000 }, () => {
  let site: ChatSite;
  before(async () => {
    site = await startChatSite();
    await site.start();
    // They expire while the other tests run: see the last ones.
    for (const service of SERVICES) await ask(service, `brief-${service}`);
  });
  after(() => site?.remove());

  /** ana gives the command, and waits until it waits. */
  async function ask(service: Service, name: string): Promise<BotPost> {
    await site.work[service].say('ana', `package update ${name} -C web`);
    return rootOf(site.work[service], name, /AWAITING APPROVAL/);
  }

  const rootOf = (channel: TestChannel, name: string, state: RegExp): Promise<BotPost> =>
    waitForPost(channel, ({ thread, text }) => thread === undefined && text.includes(name) && state.test(text));

  /** The order as it stands on record. */
  async function orderOf(name: string) {
    const record = await waitFor(() => findAwaiting(name) !== undefined).then(() => findAwaiting(name));
    const { run = '', digest = '' } = record ?? {};
    return { run, digest, short: run.slice(-4), list: digest.slice(0, 6) };
  }
  const findAwaiting = (name: string): AuditRecord | undefined =>
    readRecords(site.audit).find(({ event, input }) => event === 'awaiting' && input?.package === name);

  const eventsOf = (run: string): string[] => findRecords(site.audit, { run }).map(({ event }) => event);

  /** Somebody types it, and is told alone why not; that is on record. */
  async function assertDenied(
    service: Service,
    { person, text, code }: { person: Person; text: string; code: string },
  ): Promise<void> {
    const caller = `person:${person}`;
    const records = () => readRecords(site.audit).filter((record) => record.code === code && record.caller === caller);
    const refusals = () => site.work[service].whispers(person).filter((told) => /DENIED|NOT SENT/.test(told));
    const before = { records: records().length, refusals: refusals().length };
    await site.work[service].command(person, text);
    await waitFor(() => records().length > before.records && refusals().length > before.refusals);
  }

  for (const service of SERVICES) {
    describe(`in ${service}`, () => {
      let channel: TestChannel;
      const named = (name: string): string => `held-${service}-${name}`;
      before(() => {
        channel = site.work[service];
      });

      it('shows the frozen list and sends nothing; a press of Approve runs exactly that', async () => {
        const name = named('press');
        const { id, text, buttons } = await ask(service, name);
        for (const part of ['4 nodes', 'needs 1 of leads', '@ana', 'WRITE']) assert.ok(text.includes(part), text);
        assert.deepEqual(buttons, ['approve', 'reject', 'withdraw']);
        const thread = () => channel.posts().filter((post) => post.thread === id);
        await waitFor(() => WEB.every((node) => thread().some((post) => post.text.includes(node))));
        const { run, digest, list } = await orderOf(name);
        assert.ok(text.includes(list), `${list} in ${text}`);
        assert.deepEqual(site.nodes.updated(name), []);

        await channel.press('raj', id, 'approve');
        const end = await rootOf(channel, name, /\bOK\b/);
        assert.equal(end.id, id);
        assert.match(end.text, /4 \/ 4/);
        assert.match(end.text, /approved by `?@raj/i);
        assert.deepEqual(
          end.buttons.filter((action) => ['approve', 'reject', 'withdraw'].includes(action)),
          [],
        );
        assert.deepEqual(site.nodes.updated(name), WEB);
        await waitForRecords(site.audit, { event: 'outcome', run });
        const told = ['awaiting', 'approved', 'intent', 'outcome'];
        const records = findRecords(site.audit, { run }).filter(({ event }) => told.includes(event));
        assert.deepEqual(
          records.map(({ event, digest: of, approvedBy }) => [event, of, approvedBy]),
          [
            ['awaiting', digest, undefined],
            ['approved', digest, ['person:raj']],
            ['intent', digest, ['person:raj']],
            ['outcome', undefined, ['person:raj']],
          ],
        );
        assert.deepEqual(records[2]?.nodes, WEB);
        assert.deepEqual(records[2]?.input, { package: name }, 'the intent says what is asked');
        const asked = findRecords(site.nodeAudit, { event: 'intent', run }).filter(
          ({ action }) => action !== 'rpcutil.ping',
        );
        assert.equal(asked.length, 4);
        for (const record of asked) assert.deepEqual([record.digest, record.approvedBy], [digest, ['person:raj']]);
      });

      it('can be typed, with the list that was seen', async () => {
        const name = named('typed');
        await ask(service, name);
        const { short, list } = await orderOf(name);
        await channel.say('raj', `approve ${short} ${list}`);
        await rootOf(channel, name, /\bOK\b/);
        assert.deepEqual(site.nodes.updated(name), WEB);
      });

      it('is not given by the requester, nor by somebody else, nor to another list', async () => {
        const name = named('wrong');
        const { id } = await ask(service, name);
        const { run, short } = await orderOf(name);
        await assertDenied(service, { person: 'ana', text: `approve ${short}`, code: 'denied/own-request' });
        await assertDenied(service, { person: 'bob', text: `approve ${short}`, code: 'denied/not-approver' });
        await assertDenied(service, { person: 'raj', text: `approve ${short} 00000000`, code: 'denied/changed-list' });
        await assertDenied(service, { person: 'raj', text: `withdraw ${short}`, code: 'denied/not-requester' });
        await assertDenied(service, { person: 'bob', text: `reject ${short}`, code: 'denied/not-approver' });
        const denials = findRecords(site.audit, { event: 'decided', code: 'denied/own-request' }).length;
        await channel.press('ana', id, 'approve');
        await waitForRecords(site.audit, { event: 'decided', code: 'denied/own-request' }, denials + 1);
        assert.match((await rootOf(channel, name, /./)).text, /AWAITING APPROVAL/);
        assert.ok(!eventsOf(run).includes('approved'));
        assert.deepEqual(site.nodes.updated(name), []);
      });

      it('is refused with a press of Reject, and nothing was sent', async () => {
        const name = named('rejected');
        const { id } = await ask(service, name);
        await channel.press('raj', id, 'reject');
        const { text, buttons } = await rootOf(channel, name, /REJECTED/);
        assert.match(text, /REJECTED by `?@raj/);
        assert.ok(!buttons.includes('approve'));
        const { run } = await orderOf(name);
        await waitForRecords(site.audit, { event: 'outcome', run, result: 'REJECTED' });
        assert.equal(findRecords(site.audit, { event: 'rejected', run, caller: 'person:raj' }).length, 1);
        assert.deepEqual(site.nodes.updated(name), []);
      });

      it('is taken back by the requester, with a press and by typing', async () => {
        for (const way of ['press', 'type']) {
          const name = named(`back-${way}`);
          const { id } = await ask(service, name);
          const { run, short } = await orderOf(name);
          if (way === 'press') await channel.press('ana', id, 'withdraw');
          else await channel.command('ana', `withdraw ${short}`);
          assert.match((await rootOf(channel, name, /WITHDRAWN/)).text, /WITHDRAWN by `?@ana/);
          await waitForRecords(site.audit, { event: 'outcome', run, result: 'WITHDRAWN' });
          assert.equal(findRecords(site.audit, { event: 'withdrawn', run, caller: 'person:ana' }).length, 1);
          assert.deepEqual(site.nodes.updated(name), []);
        }
      });

      it('needs two people where the policy says two, and each counts once', async () => {
        const name = `pair-${service}`;
        const { id } = await ask(service, name);
        const { run, short } = await orderOf(name);
        await channel.press('raj', id, 'approve');
        await waitForRecords(site.audit, { event: 'approved', run });
        await channel.say('raj', `approve ${short}`);
        await waitForRecords(site.audit, { event: 'refused', run, code: 'usage/approved-already' });
        assert.deepEqual(site.nodes.updated(name), []);
        await channel.say('bob', `approve ${short}`);
        await rootOf(channel, name, /\bOK\b/);
        assert.deepEqual(site.nodes.updated(name), WEB);
        const [intent] = findRecords(site.audit, { event: 'intent', run });
        assert.deepEqual(intent?.approvedBy, ['person:raj', 'person:bob']);
      });
    });
  }

  describe('in a terminal', () => {
    it('says what to type, and lets nobody approve what they ask for', async () => {
      const bot = site.bot();
      bot.type('/mco package update held-terminal -C web\n');
      await bot.prints(/AWAITING APPROVAL · 4 nodes/);
      const { run, short } = await orderOf('held-terminal');
      await bot.prints(new RegExp(`approve ${short}`));
      bot.type(`/mco approve ${short}\n`);
      await waitForRecords(site.audit, { event: 'decided', run, code: 'denied/own-request' });
      await bot.prints(/DENIED/);
      bot.type(`/mco withdraw ${short}\n`);
      await waitForRecords(site.audit, { event: 'outcome', run, result: 'WITHDRAWN' });
      assert.deepEqual(site.nodes.updated('held-terminal'), []);
    });

    it('is given by whom one plays in the playground, if not to oneself', { skip: withoutScript }, async () => {
      const cwd = mkdtempSync(join(tmpdir(), 'mco-approval-'));
      const playground = `exec ${process.execPath} ${fileOf('playground')}`;
      const chat = startCommand('script', ['-qefc', playground, '/dev/null'], { cwd, env: { TERM: 'xterm' } });
      await chat.prints(/ana> /);
      chat.type('/mco package update openafs-modules-dkms -F lsbmajdistrelease=14.04 --timeout 3\r');
      await chat.prints(/AWAITING APPROVAL.* 145 nodes/);
      await chat.prints(/approve [0-9a-f]{4} [0-9a-f]{6}/);
      const [approve = ''] = /approve [0-9a-f]{4} [0-9a-f]{6}/.exec(chat.output.stdout) ?? [];
      chat.type(`/mco ${approve}\r`);
      await chat.prints(/DENIED.*nobody decides about their own request/);
      chat.type('/as raj\r');
      await chat.prints(/raj> /);
      chat.type(`/mco ${approve}\r`);
      // Where it is not installed it can't be updated.
      await chat.prints(/PARTIAL.* · 112 OK · 30 FAILED · 3 NO RESPONSE of 145 .*approved by @raj/);
      chat.type('/quit\r');
      assert.equal((await chat.ended).exitCode, 0);
      rmSync(cwd, { recursive: true });
    });
  });

  describe('over a restart', () => {
    it('goes on waiting after the bot was killed, and is then run as it was frozen', async () => {
      const names = SERVICES.map((service) => [service, `held-${service}-restart`] as const);
      const posts = await Promise.all(names.map(([service, name]) => ask(service, name)));
      await site.kill();
      await site.start();
      for (const [index, [service, name]] of names.entries()) {
        assert.match((await rootOf(site.work[service], name, /./)).text, /AWAITING APPROVAL/);
        await site.work[service].press('raj', posts[index]?.id ?? '', 'approve');
        const end = await rootOf(site.work[service], name, /\bOK\b/);
        assert.equal(end.id, posts[index]?.id);
        assert.deepEqual(site.nodes.updated(name), WEB);
        const { run } = await orderOf(name);
        assert.equal(findRecords(site.audit, { event: 'awaiting', run }).length, 1);
      }
    });

    it('is refused when what is kept of it was changed meanwhile', async () => {
      const name = 'held-slack-tampered';
      await ask('slack', name);
      const { run } = await orderOf(name);
      await site.stop();
      const database = openDatabase(site.site.path('mcobot.db'));
      const [row] = database.rows('SELECT CAST(approval AS BLOB) AS approval FROM runs WHERE id = ?', run);
      const kept = Buffer.from(row?.approval as ArrayBuffer).toString();
      assert.ok(kept.includes('"web4"'), kept);
      const changed = Buffer.from(kept.replaceAll('"web4"', '"db1"'));
      assert.equal(database.run('UPDATE runs SET approval = ? WHERE id = ?', changed, run), 1);
      database.close();
      await site.start();
      await assertDenied('slack', { person: 'raj', text: `approve ${run}`, code: 'untrusted/changed-order' });
      assert.ok(!eventsOf(run).includes('approved') && !eventsOf(run).includes('intent'));
      assert.deepEqual(site.nodes.updated(name), []);
    });

    it('is refused to one who is no lead any more, also where the yes was given before', async () => {
      const name = 'pair-changed';
      const { id } = await ask('mattermost', name);
      const { run } = await orderOf(name);
      await site.work.mattermost.press('raj', id, 'approve');
      await waitForRecords(site.audit, { event: 'approved', run });
      const text = readFileSync(site.site.path('policies/people.yaml'), 'utf8');
      const reloads = findRecords(site.audit, { event: 'reloaded' }).length;
      site.site.write(
        'policies/people.yaml',
        text.replace('pair: { members: [raj, bob] }', 'pair: { members: [ana, bob] }'),
      );
      await waitForRecords(site.audit, { event: 'reloaded' }, reloads + 1);
      await site.work.mattermost.command('bob', `approve ${run}`);
      const { text: end } = await rootOf(site.work.mattermost, name, /NOT SENT/);
      assert.match(end, /NOT SENT/);
      await waitForRecords(site.audit, { event: 'outcome', run, result: 'NOT SENT' });
      assert.deepEqual(site.nodes.updated(name), []);
      site.site.write('policies/people.yaml', text);
      await waitForRecords(site.audit, { event: 'reloaded' }, reloads + 2);
    });
  });

  describe('that nobody gives in time', () => {
    for (const service of SERVICES) {
      it(`expires in ${service}, also over restarts, and is not given after that`, async () => {
        const name = `brief-${service}`;
        const { run } = await orderOf(name);
        const [expired] = await waitForRecords(site.audit, { event: 'expired', run }).catch(() =>
          waitForRecords(site.audit, { event: 'expired', run }),
        );
        const [awaiting] = findRecords(site.audit, { event: 'awaiting', run });
        assert.ok(Date.parse(expired?.at ?? '') - Date.parse(awaiting?.at ?? '') >= 60_000);
        const { text, buttons } = await rootOf(site.work[service], name, /EXPIRED/);
        assert.ok(!buttons.includes('approve'), text);
        await site.work[service].command('raj', `approve ${run}`);
        await waitForRecords(site.audit, { event: 'refused', run, caller: 'person:raj', code: 'usage/not-waiting' });
        assert.deepEqual(site.nodes.updated(name), []);
        assert.equal(findRecords(site.audit, { event: 'outcome', run }).length, 1);
      });
    }
  });
});
