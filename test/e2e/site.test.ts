import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import type { ReportJson } from '../../src/render/report-to-json.ts';
import { whyNoActivemq } from '../contract/activemq.ts';
import { reasonToSkip } from '../contract/openssh-tools.ts';
import { findRecords, readRecords, waitForRecords } from './audit-records.ts';
import { type Ended, type Program, runProgram } from './programs.ts';
import { createSite, fingerprintIn, type Site, type SiteNode, startBot, startNode } from './site.ts';
import { type SshAgent, startSshAgent } from './ssh-agent.ts';

const skip = whyNoActivemq() || reasonToSkip('ssh-keygen') || reasonToSkip('ssh-agent');

/** Discovery may end half a second after an answer; on a busy machine the other node needs longer. */
const ASK_ALL = ['package', 'status', 'bash', '--dt', '2'];

const dpkg = (field: string): string =>
  execFileSync('dpkg-query', ['-W', '-f', `\${${field}}`, 'bash'], { encoding: 'utf8' });

describe('a site with a real broker, real keys and real files', { skip, timeout: 300_000 }, () => {
  let site: Site;
  let sshAgent: SshAgent;
  let node1: SiteNode;
  let node2: SiteNode;
  let bot: SiteNode;

  before(async () => {
    site = await createSite({
      hosts: { node1: 'ed25519', node2: 'p256' },
      signers: {
        'mco-read': { kind: 'ed25519' },
        'mco-write': { kind: 'p256' },
        ana: { kind: 'ed25519', policy: { effect: 'write', callers: ['person:ana'] } },
        bob: { kind: 'rsa', passphrase: 'open sesame', policy: { effect: 'write', callers: ['person:bob'] } },
      },
    });
    sshAgent = await startSshAgent(site.dir, site.path('ana'));
    [node1, node2] = await Promise.all([startNode(site, 'node1'), startNode(site, 'node2', { over: 'tls' })]);
    bot = await startBot(site, 'tls');
    const client = { known_hosts: ['known_hosts'] };
    const anaKey = { principal: 'ana', agent: fingerprintIn(site, 'ana') };
    site.write('ana.yaml', {
      ...client,
      caller: 'person:ana',
      key: anaKey,
      broker: site.brokerSection('bot', 'plain'),
      audit: 'ana-audit.jsonl',
    });
    site.write('bob.passphrase', 'open sesame\n');
    site.write('bob.yaml', {
      ...client,
      caller: 'person:bob',
      key: { principal: 'bob', file: 'bob', passphrase_file: 'bob.passphrase' },
      broker: site.brokerSection('bot', 'tls'),
      audit: 'bob-audit.jsonl',
    });
  });
  after(() => site?.remove());

  const mco = (person: string, ...words: string[]): Promise<Ended> => {
    const env = { SSH_AUTH_SOCK: sshAgent.socketPath };
    return runProgram('cli', ['--config', site.path(`${person}.yaml`), ...words], { cwd: site.dir, env });
  };
  const mcoJson = async (person: string, ...words: string[]): Promise<ReportJson> => {
    const { exitCode, stdout, stderr } = await mco(person, ...words, '--json');
    assert.equal(exitCode, 0, stdout + stderr);
    return JSON.parse(stdout) as ReportJson;
  };

  function assertDpkg({ outcome, counts, replies }: ReportJson): void {
    assert.deepEqual([outcome, counts.targeted, counts.ok], ['OK', 2, 2]);
    const data = { package: 'bash', ensure: dpkg('Version'), arch: dpkg('Architecture'), status: 'installed' };
    assert.deepEqual(
      replies.map((reply) => [reply.node, reply.data]),
      [
        ['node1', data],
        ['node2', data],
      ],
    );
  }

  /** Types a line, and waits until the bot printed the pattern once more. */
  async function typeToBot(text: string, pattern: RegExp): Promise<void> {
    const before = [...bot.running.output.stdout.matchAll(new RegExp(pattern, 'gu'))].length;
    bot.running.type(`${text}\n`);
    await bot.running.prints(pattern, before + 1);
  }

  test('the bot asks both nodes, one of them over TLS, and shows what dpkg says', async () => {
    await typeToBot(`/mco ${ASK_ALL.join(' ')}`, /Finished processing 2 \/ 2 hosts/);
    const { stdout } = bot.running.output;
    for (const node of ['node1', 'node2']) {
      assert.ok(stdout.includes(`${node}: bash-${dpkg('Version')}.${dpkg('Architecture')}`), stdout);
    }
    const [decided] = await waitForRecords(bot.audit, { event: 'decided', action: 'package.status' });
    for (const { audit } of [node1, node2]) {
      const [intent] = findRecords(audit, { event: 'intent', run: decided?.run, action: 'package.status' });
      assert.equal(intent?.caller, 'person:ana');
      assert.equal(intent?.signer, `mco-read ${fingerprintIn(site, 'mco-read')}`);
    }
  });

  test('a person asks with a key in an ssh-agent', async () => {
    const report = await mcoJson('ana', ...ASK_ALL);
    assertDpkg(report);
    const [intent] = findRecords(node2.audit, { event: 'intent', run: report.run, action: 'package.status' });
    assert.equal(intent?.signer, `ana ${fingerprintIn(site, 'ana')}`);
    const events = findRecords(site.path('ana-audit.jsonl'), { run: report.run }).map(({ event }) => event);
    assert.deepEqual(events, ['decided', 'intent', 'answered', 'answered', 'outcome']);
  });

  test('a person asks over TLS with a key file that has a passphrase', async () => {
    const report = await mcoJson('bob', ...ASK_ALL);
    assertDpkg(report);
    const [intent] = findRecords(node1.audit, { event: 'intent', run: report.run, action: 'package.status' });
    assert.equal(intent?.signer, `bob ${fingerprintIn(site, 'bob')}`);
  });

  test('the nodes know their own facts and classes', async () => {
    const names = async (...filter: string[]) =>
      (await mcoJson('ana', 'find', ...filter)).replies.map(({ node }) => node);
    assert.deepEqual(await names('-F', 'node=node1'), ['node1']);
    assert.deepEqual(await names('-C', 'role_node2'), ['node2']);
    assert.deepEqual(await names('-S', 'site=test and not role_node2'), ['node1']);
  });

  test('the nodes deny what their policy does not grant to that person, whatever the client thinks', async () => {
    const { exitCode, stdout } = await mco('bob', 'package', 'update', 'bash', '-I', 'node1', '-I', 'node2');
    assert.equal(exitCode, 1, stdout);
    assert.match(stdout, /^DENIED · 2 DENIED of 2/m);
    for (const { audit } of [node1, node2]) {
      const [record] = findRecords(audit, { event: 'decided', action: 'package.update', caller: 'person:bob' });
      assert.deepEqual([record?.result, record?.code], ['deny', 'denied/policy']);
      assert.deepEqual(findRecords(audit, { event: 'intent', action: 'package.update' }), []);
    }
  });

  test('a key can speak for nobody but its owner, whatever the client says', async () => {
    site.write('liar.yaml', {
      caller: 'person:raj',
      key: { principal: 'bob', file: 'bob', passphrase_file: 'bob.passphrase' },
      known_hosts: ['known_hosts'],
      broker: site.brokerSection('bot', 'plain'),
      audit: 'liar-audit.jsonl',
    });
    const { exitCode, stdout } = await mco('liar', 'package', 'status', 'bash', '-I', 'node1');
    assert.equal(exitCode, 1, stdout);
    const [record] = findRecords(node1.audit, { event: 'decided', caller: 'person:raj' });
    assert.deepEqual([record?.result, record?.code], ['deny', 'denied/policy']);
  });

  test('after the broker was killed and started again everything goes on by itself', async () => {
    await site.broker.kill();
    const parts = [bot, node1, node2];
    await Promise.all(parts.map(({ running }) => running.prints(/unreachable\/broker: lost/)));
    const { exitCode, stdout } = await mco('ana', 'ping', '--ttl', '1');
    assert.equal(exitCode, 4);
    assert.match(stdout, /^NOT SENT/m);
    await site.broker.restart();
    await Promise.all(parts.map(({ running }) => running.prints(/connected to/, 2)));
    await typeToBot(`/mco ${ASK_ALL.join(' ')}`, /Finished processing 2 \/ 2 hosts/);
    assertDpkg(await mcoJson('ana', ...ASK_ALL));
  });

  test('a node that is gone is named, and the exit code is 3', async () => {
    const { exitCode, stdout } = await mco('ana', 'rpcutil', 'ping', '-I', 'node1', '-I', 'gone', '--timeout', '1');
    assert.equal(exitCode, 3, stdout);
    assert.match(stdout, /No response from:\s+gone/);
  });

  test('told to stop, each program says so in its log and leaves with 0', async () => {
    for (const { running, audit } of [bot, node1, node2]) {
      const { exitCode, signal, stderr } = await running.stop('SIGTERM');
      assert.deepEqual([exitCode, signal], [0, null], stderr);
      const events = readRecords(audit).map(({ event }) => event);
      // The bot signs the end of its trail.
      if (audit === bot.audit) assert.equal(events.pop(), 'checkpoint');
      assert.equal(events.at(-1), 'stopped');
    }
  });

  test('the bot leaves at the end of its input, with the exit code of the last command', async () => {
    const again = await startBot(site);
    again.running.type('/mco package stats bash\n');
    again.running.endInput();
    const { exitCode, stdout } = await again.running.ended;
    assert.match(stdout, /did you mean `status`/);
    assert.equal(exitCode, 1);
    assert.deepEqual(
      readRecords(again.audit)
        .slice(-2)
        .map(({ event }) => event),
      ['stopped', 'checkpoint'],
    );
  });

  test('a broken configuration is one clear line, and exit code 1', async () => {
    const good = {
      broker: site.brokerSection('agent', 'plain'),
      identity: 'node1',
      host_key: 'node1',
      audit: 'x.jsonl',
    };
    const agent = { ...good, policy: 'node-policy.yaml' };
    const keys = { read: { principal: 'mco-read', file: 'mco-read' } };
    const bot = { broker: site.brokerSection('bot', 'plain'), keys, known_hosts: ['known_hosts'], chat: {} };
    const openKey = site.write('open-key', '', 0o644);
    site.write('bad-policy.yaml', 'roles: 7\n');
    site.write('bad-signers', 'ana ssh-ed25519 not-a-key\n');
    site.write('open.passcode', 'secret\n', 0o644);
    const bad: readonly (readonly [Program, object | string, RegExp])[] = [
      ['agent', { ...agent, brokr: {} }, /agent-\d+\.yaml:\d+: .*`brokr`/],
      ['agent', 'identity: [', /agent-\d+\.yaml:\d+: not YAML/],
      ['agent', { ...agent, identity: 'Not A Host' }, /agent-\d+\.yaml:\d+: .*identity/],
      ['agent', { ...agent, host_key: openKey }, /every user can get at the private key/],
      ['agent', { ...agent, host_key: 'nowhere' }, /private key .*nowhere.* can't be read/],
      ['agent', { ...agent, policy: 'bad-policy.yaml' }, /bad-policy\.yaml:\d+: /],
      ['agent', { ...agent, allowed_signers: 'bad-signers' }, /bad-signers:1: /],
      ['agent', { ...agent, broker: { ...good.broker, passcode_file: 'open.passcode' } }, /everybody may read/],
      ['bot', { broker: good.broker, chat: {} }, /bot-\d+\.yaml:\d+: .*keys/],
      ['bot', { ...bot, audit: 'bot-audit.jsonl' }, /bot-\d+\.yaml:\d+: .*audit/],
      ['bot', { ...bot, audit: { trail: 'audit.db', channel: 'slack:T0/C0' } }, /slack:T0\/C0 is in no chat/],
      [
        'cli',
        { broker: good.broker, caller: 'ana', key: { principal: 'ana', file: 'ana' } },
        /cli-\d+\.yaml:\d+: .*caller/,
      ],
    ];
    for (const [number, [program, content, message]] of bad.entries()) {
      const config = site.write(`${program}-${number}.yaml`, content);
      const words = { agent: [], bot: ['start'], cli: [], playground: [] }[program];
      const tail = program === 'cli' ? ['ping'] : [];
      const { exitCode, stdout, stderr } = await runProgram(program, [...words, '--config', config, ...tail], {
        cwd: site.dir,
      });
      assert.equal(exitCode, 1, stderr);
      assert.equal(stdout, '');
      assert.match(stderr, /^error: .*\n(hint: .*\n)?$/, `${number}: ${stderr}`);
      assert.match(stderr, message);
    }
  });

  test('a configuration that is not there is said so by each program', async () => {
    for (const [program, ...words] of [['agent'], ['bot', 'start'], ['cli']] as const) {
      const { exitCode, stderr } = await runProgram(
        program,
        [...words, '--config', 'nowhere.yaml', ...(program === 'cli' ? ['ping'] : [])],
        { cwd: site.dir },
      );
      assert.equal(exitCode, 1);
      assert.match(stderr, /^error: the configuration file nowhere\.yaml can't be read \(ENOENT\)\nhint: .*\n$/);
    }
  });

  test('each program tells how it is used, and its version', async () => {
    for (const program of ['agent', 'bot', 'cli'] as const) {
      const help = await runProgram(program, ['--help'], { cwd: site.dir });
      assert.equal(help.exitCode, 0);
      assert.match(help.stdout, /--config FILE/);
      const version = await runProgram(program, ['--version'], { cwd: site.dir });
      assert.match(version.stdout, /^(mco|mcobot|mco-agent) \d+\.\d+\.\d+\n$/);
    }
  });
});
