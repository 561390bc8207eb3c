import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { AuditRecord } from '../../src/core/audit.ts';
import type { Counts } from '../../src/core/report.ts';
import type { ReportJson } from '../../src/render/report-to-json.ts';
import { waitFor } from '../contract/wait-for.ts';
import { findRecords, readRecords } from './audit-records.ts';
import { type Ended, fileOf, killPrograms, runProgram, startCommand } from './programs.ts';

const SLIDE = '/mco package -F lsbmajdistrelease=14.04 status openafs-modules-dkms';
const SILENT = ['atlas28', 'fai07', 'idp2'];
const THIS_MACHINE = hostname().toLowerCase();

const hasDpkg = existsSync('/usr/bin/dpkg-query');
const withoutDpkg = process.env.CI !== 'true' && !hasDpkg ? 'dpkg is not installed' : false;
const withoutScript = process.env.CI !== 'true' && !existsSync('/usr/bin/script') ? 'script is not installed' : false;

/** One run of the playground, with what it left in the two audit logs. */
interface Played extends Ended {
  readonly bot: AuditRecord[];
  readonly nodes: AuditRecord[];
}

async function play(cwd: string, ...args: string[]): Promise<Played> {
  const ended = await runProgram('playground', args, { cwd });
  const log = (name: string) => readRecords(join(cwd, '.mcobot', 'playground', name));
  return { ...ended, bot: log('bot-audit.db'), nodes: log('node-audit.jsonl') };
}

const once = (cwd: string, command: string, ...args: string[]) =>
  play(cwd, '--nodes', '20', '--once', command, ...args);

const eventsOf = (records: readonly AuditRecord[]): string[] => [...new Set(records.map(({ event }) => event))].sort();

const sumOf = ({ targeted: _, ...outcomes }: Counts): number =>
  Object.values(outcomes).reduce((sum, count) => sum + count, 0);

function assertNothingSent({ bot, nodes }: Played): void {
  assert.deepEqual(eventsOf(bot), ['received', 'refused', 'started', 'stopped']);
  assert.deepEqual(eventsOf(nodes), ['started', 'stopped']);
}

describe('the playground', { timeout: 300_000 }, () => {
  let cwd = '';
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), 'mco-e2e-'));
  });
  afterEach(async () => {
    await killPrograms();
    rmSync(cwd, { recursive: true, force: true });
  });

  test("the founding document's slide comes out", async () => {
    const { exitCode, stdout, stderr } = await play(cwd, '--once', SLIDE);
    for (const part of ['142 / 145', '1.6.7-1ubuntu1 = 112', 'purged = 30', ...SILENT]) {
      assert.ok(stdout.includes(part), `${part} is not in:\n${stdout}`);
    }
    assert.match(stdout, /^PARTIAL · 142 OK · 3 NO RESPONSE of 145/m);
    assert.equal(exitCode, 3);
    assert.match(stderr, /simulation/);
    assert.doesNotMatch(stderr, /no chat opens/);
  });

  test('without a terminal it plays the slide, and with --json as one document', async () => {
    const { exitCode, stdout, stderr, bot, nodes } = await play(cwd, '--json');
    assert.equal(exitCode, 3);
    assert.match(stderr, /^\(no chat opens, .*`?--once/m);
    const { counts, replies, silent, ...report } = JSON.parse(stdout) as ReportJson;
    assert.deepEqual(silent, SILENT);
    assert.equal(report.outcome, 'PARTIAL');
    assert.match(report.run, /^[0-9a-f-]{36}$/);
    assert.ok(report.elapsedMs > 0);
    assert.deepEqual([counts.targeted, counts.ok, counts.silent], [145, 142, 3]);
    assert.equal(sumOf(counts), counts.targeted);
    assert.equal(replies.length + silent.length, counts.targeted);
    assert.equal(new Set([...replies.map(({ node }) => node), ...silent]).size, counts.targeted);
    assert.equal(replies.filter(({ data }) => data.ensure === '1.6.7-1ubuntu1').length, 112);
    assert.equal(replies.filter(({ data }) => data.ensure === 'purged').length, 30);
    assert.deepEqual(report.aggregates, [
      {
        function: 'summary',
        output: 'ensure',
        label: 'Ensure',
        values: [
          { value: '1.6.7-1ubuntu1', count: 112 },
          { value: 'purged', count: 30 },
        ],
      },
    ]);
    assert.deepEqual(bot.find(({ event }) => event === 'outcome')?.counts, counts);
    assert.equal(nodes.filter(({ event, action }) => event === 'intent' && action === 'package.status').length, 142);
  });

  test('bob may not update packages: the bot says so, and so does a node, and both logs hold the denial', async () => {
    const { exitCode, stdout, stderr, bot, nodes } = await once(cwd, '/mco package update bash', '--as', 'bob');
    assert.equal(exitCode, 1);
    assert.match(stdout, /^DENIED · .*`package\.update` needs write.*roles\.yaml:\d+/);
    assert.match(stderr, /answered denied/);
    const denied = { event: 'decided', result: 'deny', caller: 'person:bob', action: 'package.update' };
    for (const [log, by] of [
      [bot, 'bot:playground'],
      [nodes, /^node:/],
    ] as const) {
      const [record, ...others] = log.filter(({ event }) => event === 'decided');
      assert.deepEqual(others, []);
      assert.deepEqual({ ...record, ...denied }, record);
      assert.match(record?.by ?? '', new RegExp(by));
      assert.ok((record?.rules ?? []).length > 0);
      assert.ok(!log.some(({ event }) => event === 'intent'));
    }
  });

  test('ana may, on as many nodes as she says, and each is recorded before it is done', async () => {
    const { exitCode, stdout, bot, nodes } = await once(
      cwd,
      '/mco package update bash -F osfamily=Debian --limit 3',
      '--json',
    );
    const report = JSON.parse(stdout) as ReportJson;
    assert.equal(exitCode, 0);
    assert.equal(report.counts.ok, 3);
    const mine = bot.filter(({ run }) => run === report.run).map(({ event, result }) => [event, result]);
    assert.deepEqual(mine, [
      ['decided', 'allow'],
      ['intent', undefined],
      ['answered', 'ok'],
      ['answered', 'ok'],
      ['answered', 'ok'],
      ['outcome', 'OK'],
    ]);
    const targets = report.replies.map(({ node }) => node);
    assert.deepEqual(bot.find(({ event }) => event === 'intent')?.nodes, targets);
    const updates = nodes.filter(({ run, action }) => run === report.run && action === 'package.update');
    for (const node of targets) {
      const records = updates.filter(({ by }) => by === `node:${node}`);
      assert.deepEqual(
        records.map(({ event, caller }) => [event, caller]),
        [
          ['intent', 'person:ana'],
          ['outcome', 'person:ana'],
        ],
      );
    }
    assert.equal(updates.length, 6);
    assert.equal(new Set(updates.map(({ request }) => request)).size, 3, 'one request for each node');
  });

  for (const [what, command, marked, hint] of [
    ['option', '/mco package status bash --tiemout 3', '--tiemout', '--timeout'],
    ['command', '/mco pakage status bash', 'pakage', 'package'],
    ['agent', '/mco rpc pakage status bash', 'pakage', 'package'],
    ['action', '/mco package stats bash', 'stats', 'status'],
    ['comparison in a filter', '/mco ping -F lsb~14', '~', '=~'],
    ['input', '/mco rpc package status pakage=bash', 'pakage=bash', 'package'],
  ] as const) {
    test(`a wrong ${what} is pointed at with the nearest match, and nothing is sent`, async () => {
      const played = await once(cwd, command);
      assert.equal(played.exitCode, 1);
      const [first = '', typed = '', caret = ''] = played.stdout.split('\n');
      assert.match(first, /^NOT SENT · /);
      const start = typed.indexOf(marked);
      assert.ok(start > 0, played.stdout);
      const [, blanks = '', carets = '', advice = ''] = /^( *)(\^+) (.*)$/.exec(caret) ?? [];
      assert.ok(blanks.length >= start && blanks.length + carets.length <= start + marked.length, played.stdout);
      assert.ok(advice.includes(`\`${hint}`), advice);
      assertNothingSent(played);
    });
  }

  test('a filter that ends too early is pointed at, and nothing is sent', async () => {
    const played = await once(cwd, '/mco ping -S "(a=b and"');
    assert.equal(played.exitCode, 1);
    assert.match(played.stdout, /^NOT SENT · the expression ends.*\n.*\n +\^/);
    assertNothingSent(played);
  });

  test('as JSON a refusal says the same in fields', async () => {
    const { exitCode, stdout } = await once(cwd, '/mco package status bash --tiemout 3', '--json');
    assert.equal(exitCode, 1);
    const { outcome, problem } = JSON.parse(stdout);
    assert.equal(outcome, 'NOT SENT');
    assert.equal(problem.code, 'usage/unknown-option');
    assert.match(problem.hint, /--timeout/);
    assert.equal(problem.at.text.slice(problem.at.start, problem.at.end), '--tiemout');
  });

  for (const [what, args, hint] of [
    ['person', ['--as', 'bobb', '--once', '/mco ping'], 'did you mean `bob`?'],
    ['option of its own', ['--onec', '/mco ping'], 'did you mean `--once`?'],
    ['fleet size', ['--nodes', 'many'], '1 to 20000'],
  ] as const) {
    test(`a wrong ${what} ends it before anything starts`, async () => {
      const { exitCode, stdout, stderr, bot, nodes } = await play(cwd, ...args);
      assert.equal(exitCode, 1);
      assert.equal(stdout, '');
      assert.match(stderr, /^error: .*\n(hint: .*\n)?$/);
      assert.ok(stderr.includes(hint), stderr);
      assert.deepEqual([bot, nodes], [[], []]);
    });
  }

  test('on a terminal it is a chat in which one can be somebody else', { skip: withoutScript }, async () => {
    const command = `exec ${process.execPath} ${fileOf('playground')} --nodes 3`;
    const chat = startCommand('script', ['-qefc', command, '/dev/null'], { cwd, env: { TERM: 'xterm' } });
    await chat.prints(/SIMULATION/);
    chat.type('/mco whoami\r');
    await chat.prints(/you are person:ana/);
    chat.type('/as bob\r');
    await chat.prints(/you are bob now/);
    chat.type('/mco ping\r');
    await chat.prints(/Finished processing 4 \/ 4 hosts/);
    chat.type('/mco package update bash\r');
    await chat.prints(/DENIED.* · .*needs write/);
    chat.type('/quit\r');
    const { exitCode } = await chat.ended;
    assert.equal(exitCode, 0);
    const log = join(cwd, '.mcobot', 'playground', 'bot-audit.db');
    assert.equal(findRecords(log, { event: 'decided', result: 'deny', caller: 'person:bob' }).length, 1);
  });
});

describe('what one can ask in the playground', { timeout: 120_000 }, () => {
  let cwd = '';
  before(() => {
    cwd = mkdtempSync(join(tmpdir(), 'mco-e2e-'));
  });
  after(async () => {
    await killPrograms();
    rmSync(cwd, { recursive: true, force: true });
  });

  const ask = async (command: string, ...args: string[]): Promise<Played> => {
    const played = await once(cwd, command, ...args);
    assert.equal(played.exitCode, 0, played.stdout + played.stderr);
    return played;
  };
  const askJson = async (command: string): Promise<ReportJson> =>
    JSON.parse((await ask(command, '--json')).stdout) as ReportJson;

  test('help lists every command with examples, and help on one tells more', async () => {
    const { stdout } = await ask('/mco help');
    for (const name of ['package', 'service', 'find', 'ping', 'facts', 'inventory', 'rpc', 'whoami', 'help']) {
      assert.match(stdout, new RegExp(`^ +${name} `, 'm'));
    }
    assert.ok(stdout.includes(SLIDE));
    assert.match((await ask('/mco help package')).stdout, /package status \(read\)/);
  });

  test('whoami tells who one is, and what one may do', async () => {
    assert.match(
      (await ask('/mco whoami')).stdout,
      /you are person:ana[\s\S]*operator[\s\S]*package\.update \(write\)/,
    );
    const bob = await ask('/mco whoami', '--as', 'bob');
    assert.match(bob.stdout, /you are person:bob[\s\S]*viewer/);
    assert.doesNotMatch(bob.stdout, /\(write\)/);
  });

  test('ping finds the whole fleet and this machine', async () => {
    const { counts, replies } = await askJson('/mco ping');
    assert.deepEqual([counts.targeted, counts.ok], [21, 21]);
    assert.ok(replies.some(({ node }) => node === THIS_MACHINE));
  });

  test('find finds by class, by fact and by expression', async () => {
    const names = async (filter: string) => (await askJson(`/mco find ${filter}`)).replies.map(({ node }) => node);
    const webservers = await names('-C webserver');
    const debians = await names('-F osfamily=Debian');
    assert.ok(webservers.length > 0 && debians.length > 0 && debians.length < 20);
    const both = webservers.filter((node) => debians.includes(node));
    assert.deepEqual(await names('-S "webserver and osfamily=Debian"'), both);
    assert.deepEqual(await names('-F simulated=false'), [THIS_MACHINE]);
  });

  test('facts counts the values of a fact', async () => {
    const { counts, aggregates } = await askJson('/mco facts osfamily -I /^bird/ -I /^atlas0/');
    assert.equal(
      aggregates[0]?.values.reduce((sum, { count }) => sum + count, 0),
      counts.ok,
    );
    assert.deepEqual(aggregates[0]?.values.map(({ value }) => value).sort(), ['Debian', 'RedHat']);
  });

  test('service shows what runs', async () => {
    const { stdout } = await ask('/mco service status nginx -I idp1');
    assert.match(stdout, /idp1: nginx: running/);
  });

  test('any action of any agent can be called', async () => {
    const { replies } = await askJson(`/mco rpc rpcutil get_fact fact=kernel -I ${THIS_MACHINE}`);
    assert.deepEqual(
      replies.map(({ node, data }) => [node, data.value]),
      [[THIS_MACHINE, 'Linux']],
    );
  });

  test('this machine is one of the nodes: its inventory is its own', async () => {
    const { replies } = await askJson(`/mco inventory ${THIS_MACHINE}`);
    const facts = replies[0]?.data.facts as Record<string, unknown>;
    assert.equal(facts.kernelrelease, execFileSync('uname', ['-r'], { encoding: 'utf8' }).trim());
    assert.equal(facts.simulated, false);
  });

  test('this machine says of its packages what dpkg says, and is changed by nobody', {
    skip: withoutDpkg,
  }, async () => {
    const { replies } = await askJson(`/mco package status bash -I ${THIS_MACHINE}`);
    const [ensure, arch] = execFileSync('dpkg-query', ['-W', '-f', '${Version} ${Architecture}', 'bash'], {
      encoding: 'utf8',
    }).split(' ');
    assert.deepEqual(replies[0]?.data, { package: 'bash', ensure, arch, status: 'installed' });
    const update = await once(cwd, `/mco package update bash -I ${THIS_MACHINE}`, '--as', 'raj');
    assert.equal(update.exitCode, 1);
    assert.match(update.stdout, /DENIED · 1 DENIED of 1/);
    assert.equal(
      update.nodes.filter(({ action, event }) => action === 'package.update' && event === 'intent').length,
      0,
    );
  });

  test('Ctrl-C stops waiting, and what was answered until then is shown', async () => {
    const command = [fileOf('playground'), '--nodes', '20', '--once', '/mco package status bash'];
    const running = startCommand(process.execPath, command, { cwd });
    const log = join(cwd, '.mcobot', 'playground', 'node-audit.jsonl');
    const done = readRecords(log).length;
    const answered = (): number =>
      readRecords(log)
        .slice(done)
        .filter(({ event, action }) => event === 'outcome' && action === 'package.status').length;
    await waitFor(() => answered() >= 18);
    const { exitCode, stdout } = await running.stop('SIGINT');
    assert.equal(exitCode, 3);
    assert.match(stdout, /^CANCELLED · \d+ OK · \d+ NOT WAITED FOR of 21/m);
  });

  test('Ctrl-C does so on a terminal too, while the progress bar is drawn', { skip: withoutScript }, async () => {
    const playground = `exec ${process.execPath} ${fileOf('playground')} --nodes 20`;
    const command = `${playground} --once '/mco package status bash -I atlas01 -I atlas28'`;
    const running = startCommand('script', ['-qefc', command, '/dev/null'], { cwd, env: { TERM: 'xterm' } });
    await running.prints(/1 \/ 2/);
    running.type('\u0003');
    const { exitCode, stdout } = await running.ended;
    assert.equal(exitCode, 3);
    assert.match(stdout, /CANCELLED.* · 1 OK · 1 NOT WAITED FOR of 2/);
  });
});
