import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { requireOwned } from '../../src/adapters/external-agents/require-owned.ts';
import type { ReportJson } from '../../src/render/report-to-json.ts';
import { reasonToSkip } from '../contract/openssh-tools.ts';
import { readRecords } from './audit-records.ts';
import { type Ended, type Running, runProgram, startProgram } from './programs.ts';
import { createSite, type Site, startBot } from './site.ts';

const isOwned = await requireOwned(homedir(), process.getuid?.() ?? 0).then(
  () => true,
  () => false,
);
const ownHome = process.env.CI === 'true' || isOwned ? false : "the home directory is not this user's alone";
const skip = ownHome || reasonToSkip('ssh-keygen');

describe('agents in other languages, from the node to the chat', { skip, timeout: 120_000 }, () => {
  let site: Site;
  let agents: string;
  let node: Running;

  before(async () => {
    site = await createSite({
      broker: 'embedded',
      hosts: { node1: 'ed25519' },
      signers: {
        'mco-read': { kind: 'ed25519' },
        'mco-write': { kind: 'ed25519' },
        raj: { kind: 'ed25519', policy: { effect: 'write', callers: ['person:raj'] } },
      },
    });
    agents = mkdtempSync(join(homedir(), '.mco-e2e-agents-'));
    chmodSync(agents, 0o755);
    for (const [name, language] of [
      ['hello', 'python'],
      ['salut', 'sh'],
    ] as const) {
      const made = await runProgram('agent', ['new', name, '--dir', agents, '--language', language], { cwd: site.dir });
      assert.equal(made.exitCode, 0, made.stderr);
    }
    site.write('node1.yaml', {
      identity: 'node1',
      broker: site.brokerSection('agent', 'plain'),
      host_key: 'node1',
      policy: 'node-policy.yaml',
      audit: 'node1-audit.jsonl',
      jobs: 'jobs',
      agents,
    });
    node = startProgram('agent', ['--config', site.path('node1.yaml')], { cwd: site.dir });
    await Promise.all([node.prints(/connected to/), node.prints(/answers as/)]);
    site.write('raj.yaml', {
      caller: 'person:raj',
      key: { principal: 'raj', file: 'raj' },
      known_hosts: ['known_hosts'],
      broker: site.brokerSection('bot', 'plain'),
      audit: 'raj-audit.jsonl',
    });
  });
  after(async () => {
    await site?.remove();
    rmSync(agents, { recursive: true, force: true });
  });

  const mco = (...words: string[]): Promise<Ended> =>
    runProgram('cli', ['--config', site.path('raj.yaml'), ...words], { cwd: site.dir });
  const mcoJson = async (...words: string[]): Promise<ReportJson> => {
    const { exitCode, stdout, stderr } = await mco(...words, '--json');
    assert.equal(exitCode, 0, stdout + stderr);
    return JSON.parse(stdout) as ReportJson;
  };
  const dataOf = ({ replies }: ReportJson): unknown => replies[0]?.data;

  it('`mco` learns them and asks them in one command', async () => {
    for (const name of ['hello', 'salut']) {
      assert.deepEqual(dataOf(await mcoJson(name, 'greet', 'ana')), { greeting: 'good day, ana, from node1' });
    }
  });

  it('a dry run changes nothing', async () => {
    const report = await mcoJson('hello', 'note', 'text=never written', '-I', 'node1', '--noop');
    assert.deepEqual(dataOf(report), { before: '', after: 'never written' });
  });

  it('a job is run by the spool, and concluded', async () => {
    assert.deepEqual(dataOf(await mcoJson('salut', 'count', '1')), { seconds: 1 });
    assert.deepEqual(dataOf(await mcoJson('hello', 'count', '0')), { seconds: 0 });
  });

  it('what its description refuses never reaches the program', async () => {
    const { exitCode, stdout } = await mco('hello', 'greet', 'name=$(id)');
    assert.equal(exitCode, 1);
    assert.match(stdout, /is not accepted: whom to greet/);
  });

  it('help, the agents of the node and its check show them', async () => {
    assert.match((await mco('help', 'hello')).stdout, /learned from 1 node; this is version 1\.0\.0/);
    const inventory = JSON.stringify(await mcoJson('rpcutil', 'agent_inventory'));
    assert.match(inventory, /"agent":"salut","version":"1\.0\.0"/);
    const { stdout } = await runProgram('agent', ['--config', site.path('node1.yaml'), '--check'], { cwd: site.dir });
    assert.match(stdout, new RegExp(`own agents\\s+hello 1\\.0\\.0, salut 1\\.0\\.0 in ${agents}`));
  });

  it('the bot keeps what it learned over a restart', async () => {
    const first = await startBot(site);
    first.running.type('/mco hello greet ana -I node1\n');
    await first.running.prints(/good day, ana, from node1/);
    await first.running.stop();
    const second = await startBot(site);
    second.running.type('/mco agents\n');
    await second.running.prints(/hello\s+1\.0\.0 on 1 node/);
    await second.running.stop();
    const asked = readRecords(site.path('node1-audit.jsonl')).filter(
      ({ action, event }) => action === 'rpcutil.describe' && event === 'intent',
    );
    assert.ok(asked.length > 0);
  });

  it('a change is followed without a restart, and what others may write is dropped', async () => {
    const path = join(agents, 'hello', 'agent.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"version": "1.0.0"', '"version": "1.1.0"'));
    await node.prints(/hello was read again/);
    assert.match((await mco('help', 'hello')).stdout, /this is version 1\.1\.0/);
    chmodSync(join(agents, 'hello', 'run'), 0o777);
    await node.prints(/others than its owner may write .*chmod go-w/);
    const { stdout } = await mco('hello', 'greet');
    assert.match(stdout, /unknown command `hello`/);
    const { stdout: check } = await runProgram('agent', ['--config', site.path('node1.yaml'), '--check'], {
      cwd: site.dir,
    });
    assert.match(check, /not used: others than its owner may write .*hello\/run \(chmod go-w /);
  });
});
