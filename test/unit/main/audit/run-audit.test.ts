import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openAuditTrail } from '../../../../src/adapters/store/audit/open-audit-trail.ts';
import { openSharedDatabase } from '../../../../src/adapters/store/database.ts';
import type { AuditRecord } from '../../../../src/core/audit.ts';
import { McoError } from '../../../../src/core/errors.ts';
import { readAuditArgs } from '../../../../src/main/audit/audit-args.ts';
import { runAudit } from '../../../../src/main/audit/run-audit.ts';

const RUN = '01890000-0000-7000-8000-000000007f3a';
const hourAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();

const RECORDS: readonly AuditRecord[] = [
  { at: hourAgo(30), by: 'bot:mcobot', event: 'started' },
  { at: hourAgo(3), by: 'bot:mcobot', event: 'received', caller: 'console:ana', command: 'ping \x1b[31m' },
  { at: hourAgo(2.5), by: 'bot:mcobot', event: 'decided', caller: 'person:ana', action: 'package.update', run: RUN },
  { at: hourAgo(1), by: 'bot:mcobot', event: 'intent', caller: 'person:ana', nodes: ['web1', 'web2'], run: RUN },
  { at: hourAgo(0.5), by: 'bot:mcobot', event: 'decided', caller: 'person:bob', action: 'service.status' },
];

describe('mcobot audit', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mco-run-audit-'));
  const config = join(folder, 'mcobot.yaml');
  const trailPath = join(folder, 'audit.db');
  const policy = join(folder, 'policies', 'people.yaml');
  after(() => rmSync(folder, { recursive: true }));
  before(async () => {
    mkdirSync(join(folder, 'policies'));
    writeFileSync(policy, 'people: { ana: { console: [ana] }, bob: { console: [bob] } }\n');
    const settings = {
      broker: { servers: [{ host: '127.0.0.1', port: 61_613 }] },
      keys: { read: { principal: 'mco-read', agent: `SHA256:${'a'.repeat(43)}` } },
      audit: { trail: 'audit.db' },
      chat: {},
    };
    writeFileSync(config, JSON.stringify(settings));
  });

  async function run(...argv: string[]) {
    const lines: string[] = [];
    const warnings: string[] = [];
    const output = {
      write: (text: string) => lines.push(...text.trimEnd().split('\n')),
      warn: (line: string) => warnings.push(line),
    };
    const exitCode = await runAudit([...argv, '--config', config], output);
    return { exitCode, lines, warnings };
  }

  it('says so where there is no trail yet, and makes none', async () => {
    await assert.rejects(run(), { code: 'failed/audit', message: /there is none yet/ });
    assert.ok(!existsSync(trailPath));
    const trail = await openAuditTrail({ path: trailPath, by: 'bot:mcobot', clock: Date, onProblem: () => {} });
    for (const record of RECORDS) await trail.append(record);
    await trail.close();
  });

  it('finds a person by name with all accounts, one account alone, and says whom it does not know', async () => {
    const events = async (...argv: string[]) => (await run(...argv)).lines.map((line) => line.split(/ +/)[1]);
    assert.deepEqual(await events('--who', 'ana'), ['received', 'decided', 'intent']);
    assert.deepEqual(await events('--who', 'console:ana'), ['received']);
    assert.deepEqual(await events('--who', 'person:ana', '--action', 'package'), ['decided']);
    const { lines, warnings, exitCode } = await run('--who', 'anna');
    assert.deepEqual(
      [lines, warnings, exitCode],
      [[], ['the policy names nobody `anna` now: did you mean `ana`?', 'no record is like that'], 0],
    );
    const other = await run('--action', 'package.updte');
    assert.deepEqual(other.warnings, [
      'no action is called `package.updte` now: did you mean `package.update`?',
      'no record is like that',
    ]);
  });

  it('refuses a time in which nothing can be, also to export', async () => {
    for (const command of [[], ['export']]) {
      await assert.rejects(run(...command, '--since', '1h', '--until', '2h'), { code: 'usage/bad-time' });
      await assert.rejects(run(...command, '--since', '2999-01-01'), { code: 'usage/bad-time' });
    }
  });

  it('finds by node, run and time, and says when there is more', async () => {
    const events = async (...argv: string[]) => (await run(...argv)).lines.map((line) => line.split(/ +/)[1]);
    assert.deepEqual(await events('--node', 'WEB2'), ['intent']);
    assert.deepEqual(await events('--run', '7F3A'), ['decided', 'intent']);
    assert.deepEqual(await events('--since', '2h'), ['intent', 'decided']);
    assert.deepEqual(await events('--until', '1d'), ['started']);
    assert.deepEqual(await events('--since', hourAgo(4).replace(/\.\d+/, ''), '--until', '165m'), ['received']);
    const { lines, warnings } = await run('--max', '2');
    assert.equal(lines.length, 2);
    assert.match(warnings[0] ?? '', /newest 2/);
  });

  it('writes plain text, and JSON that is as safe', async () => {
    for (const format of [[], ['--json']]) {
      const { lines } = await run('--who', 'console:ana', ...format);
      assert.equal(lines.length, 1);
      assert.doesNotMatch(lines[0] ?? '', /\p{C}/u);
    }
    const { lines } = await run('export');
    const records = lines.map((line) => JSON.parse(line) as AuditRecord & { seq: number; hash: string });
    assert.deepEqual(
      records.map(({ seq, hash: _, ...record }) => [seq, record]),
      RECORDS.map((record, index) => [index + 1, record]),
    );
    assert.equal((await run('export', '--since', '2h')).lines.length, 2);
  });

  it('leaves the answers of nodes out of the text, and says so beside it', async () => {
    const trail = await openAuditTrail({ path: trailPath, by: 'bot:mcobot', clock: Date, onProblem: () => {} });
    const answer = { at: hourAgo(0.2), by: 'bot:mcobot', event: 'answered', caller: 'person:eve' } as const;
    for (const node of ['web7', 'web8']) await trail.append({ ...answer, node });
    await trail.close();
    const told = 'and 2 answers of nodes: `--node NODE` or `--json` shows them';
    const { lines, warnings } = await run('--since', '2h');
    assert.deepEqual([lines.length, warnings], [2, [told]]);
    const alone = await run('--who', 'person:eve');
    assert.deepEqual(
      [alone.lines, alone.warnings.slice(0, 1)],
      [[''], [told]].map((part) => part.filter(Boolean)),
    );
    assert.equal((await run('--node', 'web8')).lines.length, 1);
    assert.equal((await run('--since', '2h', '--json')).lines.length, 4);
  });

  it('goes on without the accounts when the policy is broken, and says so', async () => {
    writeFileSync(policy, 'people: [');
    const { lines, warnings, exitCode } = await run('--who', 'ana');
    writeFileSync(policy, 'people: { ana: { console: [ana] }, bob: { console: [bob] } }\n');
    assert.deepEqual([lines.length, warnings.length, exitCode], [2, 1, 1]);
    assert.match(warnings[0] ?? '', /^warning: people.yaml:1: /);
  });

  it('verifies: whole, then not, with each fault on a line', async () => {
    const whole = await run('verify');
    assert.equal(whole.exitCode, 0);
    assert.match(whole.lines[0] ?? '', /is whole: 7 records, 0 checkpoints$/);
    assert.match(whole.lines.at(-1) ?? '', /there is no checkpoint/);
    const database = openSharedDatabase(trailPath);
    database.execute(
      "DROP TRIGGER audit_stays; UPDATE audit SET doc = CAST(replace(doc, 'ana', 'bob') AS BLOB) WHERE seq = 3",
    );
    database.close();
    const { exitCode, lines } = await run('verify');
    assert.equal(exitCode, 1);
    assert.match(lines[0] ?? '', /is NOT whole: 2 faults in 7 records/);
    assert.deepEqual(lines.slice(1, 3), [
      '  changed: record 3 was changed: it does not match its hash',
      '  index: the trigger `audit_stays` of the trail is missing',
    ]);
  });

  it('shows its help by example', async () => {
    const { lines } = await run('--help');
    assert.match(lines.join('\n'), /mcobot audit verify/);
  });
});

describe('the arguments of mcobot audit', () => {
  const refusals: [string, string, RegExp][] = [
    ['veryfy', 'unknown/command', /did you mean `verify`/],
    ['--who=ana --nodes=x', 'usage/unknown-option', /did you mean `--node`/],
    ['verify --who ana', 'usage/unexpected-option', /--help/],
    ['--out x', 'usage/unexpected-option', /--help/],
    ['export --json', 'usage/unexpected-option', /--help/],
    ['verify now', 'usage/stray-word', /--help/],
    ['compare', 'usage/missing-value', /compare RUN/],
    ['compare 7f3a 7f3b', 'usage/stray-word', /compare RUN/],
    ['compare last', 'usage/bad-run', /7f3a/],
    ['--run xyz', 'usage/bad-run', /7f3a/],
    ['--since yesterday', 'usage/bad-time', /2h/],
    ['--until 2026-02-30', 'usage/bad-time', /2h/],
    ['--node web_1!', 'usage/bad-name', /web1/],
    ['--action a.b.c', 'usage/bad-name', /package.update/],
    ['--who a\u202eb', 'usage/bad-name', /ana/],
    ['--max 0', 'usage/bad-number', /^/],
    ['--max 10001', 'usage/bad-number', /^/],
  ];
  for (const [line, code, hint] of refusals) {
    it(`refuse ${line}`, () => {
      const isRefused = (error: unknown) =>
        error instanceof McoError && error.code === code && hint.test(error.hint ?? '');
      assert.throws(() => readAuditArgs(line.split(' ')), isRefused);
    });
  }

  it('are read in any order, with `--config` for every command', () => {
    assert.deepEqual(readAuditArgs(['--config', 'a.yaml', 'compare', '7F3A']), {
      command: 'compare',
      config: 'a.yaml',
      run: '7f3a',
    });
    assert.deepEqual(readAuditArgs(['checkpoint', '--out=x']), {
      command: 'checkpoint',
      config: '/etc/mcobot/mcobot.yaml',
      out: 'x',
    });
    assert.deepEqual(readAuditArgs(['verify', '--help']), { command: 'help' });
  });
});
