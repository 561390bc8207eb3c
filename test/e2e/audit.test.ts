import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { parse } from 'yaml';
import { SCHEMA } from '../../src/adapters/store/audit/trail-tables.ts';
import { type Database, openSharedDatabase } from '../../src/adapters/store/database.ts';
import type { AuditRecord } from '../../src/core/audit.ts';
import { reasonToSkip, runTool } from '../contract/openssh-tools.ts';
import { waitFor } from '../contract/wait-for.ts';
import { findRecords, readRecords, waitForRecords } from './audit-records.ts';
import { waitForPost } from './chats/channel.ts';
import { type ChatSite, startChatSite } from './chats/chat-site.ts';
import { type Ended, runProgram } from './programs.ts';

const skip = reasonToSkip('ssh-keygen');

type Exported = AuditRecord & { readonly seq: number; readonly hash: string };

describe('the audit trail of a bot', { skip, timeout: 180_000 }, () => {
  let site: ChatSite;
  before(async () => {
    site = await startChatSite();
    await site.start();
    await run('bob', 'package status free-read -C web');
    await run('ana', 'package update free-write -I web1 -I web2');
    await site.work.slack.command('bob', 'package update free-denied -I web1');
    await waitForRecords(site.audit, { event: 'decided', caller: 'person:bob', result: 'deny' });
    await run('ana', 'package update held-write -C web', 'raj');
  });
  after(() => site?.remove());

  async function run(person: 'ana' | 'bob', text: string, approver?: 'raj'): Promise<void> {
    const { slack } = site.work;
    const name = text.split(' ')[2] ?? '';
    await slack.say(person, text);
    if (approver !== undefined) {
      const { id } = await waitForPost(slack, (post) => post.text.includes(name) && post.buttons.includes('approve'));
      await slack.press(approver, id, 'approve');
    }
    await waitForPost(slack, (post) => post.text.includes(name) && /\bOK\b/.test(post.text));
    await waitForRecords(site.audit, { event: 'outcome', run: runOf(name) });
  }

  const runOf = (name: string): string =>
    readRecords(site.audit).find(({ event, input }) => event === 'decided' && input?.package === name)?.run ?? '';

  const readLines = ({ stdout }: Ended): Exported[] =>
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Exported);

  async function succeed(...words: string[]): Promise<Ended> {
    const ended = await site.mcobot('audit', ...words);
    assert.equal(ended.exitCode, 0, ended.stdout + ended.stderr);
    return ended;
  }

  describe('while the bot runs', () => {
    it('is whole', async () => {
      assert.match((await succeed('verify')).stdout, /is whole: \d+ records/);
    });

    it('tells who did what, on which node, and what became of it', async () => {
      const ofBob = readLines(await succeed('--who', 'bob', '--json'));
      assert.ok(ofBob.length > 0);
      const callers = new Set(ofBob.map(({ caller = '' }) => caller));
      assert.deepEqual([...callers].sort(), ['person:bob', site.account('slack', 'bob')]);

      const ofRaj = readLines(await succeed('--who', 'raj', '--json'));
      assert.ok(ofRaj.some(({ event, approvedBy }) => event === 'approved' && approvedBy?.includes('person:raj')));

      const onWeb4 = readLines(await succeed('--node', 'web4', '--action', 'package.update', '--json'));
      const runs = new Set(onWeb4.map(({ run: id }) => id));
      assert.deepEqual([...runs], [runOf('held-write')], 'the other write was not for it');

      const short = runOf('free-write').slice(-6);
      const lines = (await succeed('--run', short)).stdout.trimEnd().split('\n');
      const documents = readLines(await succeed('--run', short, '--json'));
      assert.equal(documents.filter(({ event }) => event === 'answered').length, 2);
      // People are told what each node answered only when they ask for it.
      assert.equal(lines.length, documents.filter(({ event }) => event !== 'answered').length);
      for (const part of ['person:ana', 'package update free-write', 'OK']) {
        assert.ok(
          lines.some((line) => line.includes(part)),
          `${part} in\n${lines.join('\n')}`,
        );
      }
      assert.equal((await succeed('--since', '1h', '--max', '1', '--json')).stdout.trimEnd().split('\n').length, 1);
      assert.equal((await succeed('--who', 'nobody')).stdout, '');
    });

    it('has each step of a run once and in order', () => {
      const steps = findRecords(site.audit, { run: runOf('free-write') }).map(({ event, node }) => node ?? event);
      const answers = steps.slice(2, 4).sort();
      assert.deepEqual(
        [steps.slice(0, 2), answers, steps.slice(4)],
        [['decided', 'intent'], ['web1', 'web2'], ['outcome']],
      );
    });

    it('is exported whole, one record a line', async () => {
      const exported = readLines(await succeed('export'));
      const records = readRecords(site.audit);
      assert.deepEqual(
        exported.map(({ hash: _, ...record }) => record).slice(0, 20),
        records.slice(0, 20) as readonly AuditRecord[],
      );
      assert.deepEqual(
        exported.map(({ seq }) => seq),
        exported.map((_, index) => index + 1),
      );
      assert.ok(exported.every(({ hash }) => /^[0-9a-f]{64}$/.test(hash)));
    });

    it('is signed where it ends, and ssh-keygen says so too', async () => {
      const kept = site.site.path('kept.json');
      await succeed('checkpoint', '--out', kept);
      const statement = readFileSync(kept, 'utf8');
      const { type, seq } = JSON.parse(statement) as { type: string; seq: number };
      assert.equal(type, 'mcobot-audit-checkpoint');
      assert.ok(seq > 20);
      site.site.write('auditors', `mco-read namespaces="mco-audit@v1" ${site.site.keys.publicKey('mco-read')}\n`);
      const isAccepted = (input: string): boolean => {
        const args = ['-Y', 'verify', '-f', site.site.path('auditors'), '-I', 'mco-read', '-n', 'mco-audit@v1'];
        return runTool('ssh-keygen', [...args, '-s', `${kept}.sig`], { input }).status === 0;
      };
      assert.ok(isAccepted(statement));
      assert.ok(!isAccepted(statement.replace(`"seq":${seq}`, `"seq":${seq - 1}`)));
      const [recorded] = findRecords(site.audit, { event: 'checkpoint' });
      assert.ok(recorded !== undefined);
      assert.match((await succeed('verify', '--checkpoint', kept)).stdout, /is whole/);
    });

    it('is told to those who may ask for it in chat', async () => {
      const { slack } = site.work;
      const told = (pattern: RegExp) =>
        waitFor(() => slack.whispers('raj').some((text) => pattern.test(text)), 10_000).catch(() => {
          throw new Error(`${pattern} is not in ${slack.whispers('raj').slice(-3).join('\n')}`);
        });
      await slack.command('raj', 'audit verify');
      await told(/none changed, removed or moved/);
      await slack.command('raj', `audit --run ${runOf('free-write').slice(-6)}`);
      await told(/free-write/);
      await slack.command('raj', `audit compare ${runOf('free-write').slice(-6)}`);
      await told(/the stories agree/);
    });

    it('tells the same as the nodes do, and shows where a node tells something else', async () => {
      const id = runOf('held-write');
      const same = await site.mcobot('audit', 'compare', id.slice(-6));
      assert.equal(same.exitCode, 0, same.stdout + same.stderr);
      assert.match(same.stdout, /the stories agree/);
      // Somebody on web2 takes its records of that run out of its log.
      const lines = readFileSync(site.nodeAudit, 'utf8').split('\n');
      const isOfThat = ({ by, run: of, action }: AuditRecord): boolean =>
        by === 'node:web2' && of === id && action === 'package.update';
      const left = lines.filter((line) => line === '' || !isOfThat(JSON.parse(line) as AuditRecord));
      assert.equal(left.length, lines.length - 2);
      writeFileSync(site.nodeAudit, left.join('\n'));
      const other = await site.mcobot('audit', 'compare', id.slice(-6));
      assert.equal(other.exitCode, 1, other.stdout + other.stderr);
      assert.match(other.stdout, /differ: 1 of 4 nodes[\s\S]*web2: /);
      assert.match((await succeed('verify')).stdout, /is whole/, 'two programs wrote one chain');
    });
  });

  describe('after the bot was killed', () => {
    it('is whole, and goes on', async () => {
      const before = readRecords(site.audit).length;
      await site.kill();
      assert.match((await succeed('verify')).stdout, /is whole/);
      await site.start();
      await run('ana', 'package update free-again -I web3');
      assert.ok(readRecords(site.audit).length > before);
      await site.stop();
      assert.match((await succeed('verify')).stdout, /is whole/);
      assert.ok(findRecords(site.audit, { event: 'stopped' }).length >= 1);
    });
  });

  describe('that somebody changed', () => {
    const NAME = 'changed.db';

    /** A copy with other contents, and with the checkpoints that were kept or without. */
    async function verifyChanged(
      change: (database: Database, last: number) => void,
      checkpoints = true,
    ): Promise<Ended> {
      for (const end of ['', '-wal', '-shm']) rmSync(site.site.path(`${NAME}${end}`), { force: true });
      copyFileSync(site.audit, site.site.path(NAME));
      const config = parse(readFileSync(site.site.path('mcobot.yaml'), 'utf8')) as object;
      const audit = { trail: NAME, checkpoints: checkpoints ? 'checkpoints.jsonl' : 'none.jsonl' };
      const file = site.site.write('changed.yaml', { ...config, audit });
      const database = openSharedDatabase(site.site.path(NAME));
      database.execute('DROP TRIGGER audit_stays; DROP TRIGGER audit_keeps;');
      const last = database.rows('SELECT max(seq) AS last FROM audit')[0]?.last as number;
      change(database, last);
      database.execute((SCHEMA.match(/CREATE TRIGGER .*;/g) ?? []).join('\n'));
      database.close();
      const words = ['audit', 'verify', '--config', file];
      return runProgram('bot', checkpoints ? words : [...words, '--checkpoint', site.site.path('kept.json')], {
        cwd: site.site.dir,
      });
    }

    function assertFault({ exitCode, stdout, stderr }: Ended, fault: RegExp): void {
      assert.equal(exitCode, 1, stdout + stderr);
      assert.match(stdout, /is NOT whole/);
      assert.match(stdout, fault);
    }

    it('is whole where nothing was changed', async () => {
      const { exitCode, stdout, stderr } = await verifyChanged(() => {});
      assert.equal(exitCode, 0, stdout + stderr);
    });

    it('by one byte', async () => {
      const ended = await verifyChanged((database) => {
        const [row] = database.rows('SELECT CAST(doc AS BLOB) AS doc FROM audit WHERE seq = 7');
        const doc = Buffer.from(row?.doc as ArrayBuffer);
        const at = doc.indexOf('person:') + 'person:'.length;
        doc[at] = (doc[at] ?? 0) ^ 1;
        database.run('UPDATE audit SET doc = ? WHERE seq = 7', doc);
      });
      assertFault(ended, /record 7 was changed/);
    });

    it('by taking away the last ten', async () => {
      const cut = (database: Database, last: number): void =>
        void database.run('DELETE FROM audit WHERE seq > ?', last - 10);
      assertFault(await verifyChanged(cut), /the end is missing/);
    });

    it('by taking away the last ten and the note of how many there were', async () => {
      const cut = (keep: (last: number) => number) => (database: Database, last: number) => {
        const end = keep(last);
        database.run('DELETE FROM audit WHERE seq > ?', end);
        database.run(
          'UPDATE head SET seq = ?, records = ?, hash = (SELECT hash FROM audit WHERE seq = ?)',
          end,
          end,
          end,
        );
      };
      // The bot signs the end when it stops.
      assertFault(await verifyChanged(cut((last) => last - 10)), /truncated: /);
      // Without the bot's own copies: the checkpoint that somebody kept elsewhere.
      const { seq } = JSON.parse(readFileSync(site.site.path('kept.json'), 'utf8')) as { seq: number };
      assertFault(
        await verifyChanged(
          cut(() => seq - 1),
          false,
        ),
        /truncated: /,
      );
    });

    it('by swapping two', async () => {
      const ended = await verifyChanged((database) => {
        database.run('UPDATE audit SET seq = -1 WHERE seq = 5');
        database.run('UPDATE audit SET seq = 5 WHERE seq = 9');
        database.run('UPDATE audit SET seq = 9 WHERE seq = -1');
      });
      assertFault(ended, /record 9 stands where record 5 belongs/);
      assertFault(ended, /record 5 stands where record 9 belongs/);
    });

    it('by taking one out of the middle', async () => {
      assertFault(
        await verifyChanged((database) => void database.run('DELETE FROM audit WHERE seq = 6')),
        /record 6 is missing/,
      );
    });
  });
});
