import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { requireOwned } from '../../src/adapters/external-agents/require-owned.ts';
import { reasonToSkip } from '../contract/openssh-tools.ts';
import { waitFor } from '../contract/wait-for.ts';
import { findRecords } from './audit-records.ts';
import { type Ended, type Running, runProgram, startProgram } from './programs.ts';
import { createSite, type Site } from './site.ts';

const isOwned = await requireOwned(homedir(), process.getuid?.() ?? 0).then(
  () => true,
  () => false,
);
const ownHome = process.env.CI === 'true' || isOwned ? false : "the home directory is not this user's alone";
const skip = ownHome || reasonToSkip('ssh-keygen');

const NAMES = ['node1', 'node2', 'node3', 'node4'] as const;
const NAMED = NAMES.flatMap((name) => ['-I', name]);

const ACTION = { about: 'works', effect: 'write', timeoutMs: 60_000, input: {}, output: {} } as const;

/** A job of so many seconds, and work that is none. */
const DESCRIPTION = {
  agent: 'labour',
  version: '1.0.0',
  about: 'works',
  actions: { job: { ...ACTION, isJob: true }, task: ACTION },
};

describe('a window over real nodes', { skip, timeout: 240_000 }, () => {
  let site: Site;
  let agents: string;
  let log: string;
  const nodes = new Map<string, Running>();

  before(async () => {
    site = await createSite({
      broker: 'embedded',
      hosts: Object.fromEntries(NAMES.map((name) => [name, 'ed25519'] as const)),
      signers: {
        'mco-read': { kind: 'ed25519' },
        'mco-write': { kind: 'ed25519' },
        raj: { kind: 'ed25519', policy: { effect: 'write', callers: ['person:raj'] } },
      },
    });
    log = site.write('log', '');
    agents = mkdtempSync(join(homedir(), '.mco-e2e-window-'));
    chmodSync(agents, 0o755);
    mkdirSync(join(agents, 'labour'));
    writeFileSync(join(agents, 'labour', 'agent.json'), JSON.stringify(DESCRIPTION));
    const [begin, end] = ['begin', 'end'].map((word) => `echo "${word} $MCO_NODE" >>${log}`);
    const run = `#!/bin/sh\n${begin}\n[ "$MCO_ACTION" = job ] && sleep 5 || sleep 1\n${end}\necho '{"data":{}}'\n`;
    writeFileSync(join(agents, 'labour', 'run'), run, { mode: 0o755 });
    await Promise.all(NAMES.map(startNode));
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
  beforeEach(() => writeFileSync(log, ''));

  async function startNode(name: string): Promise<void> {
    const config = site.write(`${name}.yaml`, {
      identity: name,
      broker: site.brokerSection('agent', 'plain'),
      host_key: name,
      policy: 'node-policy.yaml',
      audit: `${name}-audit.jsonl`,
      jobs: 'jobs',
      agents,
    });
    const node = startProgram('agent', ['--config', config], { cwd: site.dir });
    await Promise.all([node.prints(/connected to/), node.prints(/answers as/)]);
    nodes.set(name, node);
  }

  const mco = (...words: string[]): Promise<Ended> =>
    runProgram('cli', ['--config', site.path('raj.yaml'), ...words], { cwd: site.dir });
  const logged = (): string[] => readFileSync(log, 'utf8').trim().split('\n');

  /** The most that were at work at any moment. */
  function mostAtWork(): number {
    let [count, most] = [0, 0];
    for (const line of logged()) {
      count += line.startsWith('begin') ? 1 : -1;
      most = Math.max(most, count);
    }
    return most;
  }

  it('begins nothing while a job over its time is at work', async () => {
    const { stdout } = await mco('labour', 'job', ...NAMED, '--at-once', '2', '--timeout', '2');
    assert.match(stdout, /FAILED · 4 FAILED of 4/);
    assert.match(stdout, /the time is up, and the work goes on on 2 nodes/);
    await waitFor(() => logged().filter((line) => line.startsWith('end')).length === NAMES.length);
    assert.equal(mostAtWork(), 2);
    const records = findRecords(site.path('raj-audit.jsonl'), { action: 'job.show' });
    assert.ok(records.some(({ event }) => event === 'intent'));
    assert.equal(records.filter(({ event }) => event === 'outcome').length, 1);
  });

  it('lets no node begin late that was frozen, beside the one that has its place', async () => {
    const frozen = nodes.get('node2')?.pid ?? assert.fail('it does not run');
    process.kill(frozen, 'SIGSTOP');
    const answer = mco('labour', 'task', ...NAMED, '--at-once', '1', '--timeout', '3');
    await waitFor(() => logged().includes('end node1'));
    const endedAt = Date.now();
    await waitFor(() => logged().includes('begin node3'), 50_000);
    process.kill(frozen, 'SIGCONT');
    assert.ok(Date.now() - endedAt > 30_000, 'its place was kept');
    assert.match((await answer).stdout, /3 OK · 1 NO RESPONSE of 4/);
    assert.equal(mostAtWork(), 1);
    assert.ok(!logged().includes('begin node2'), 'it came too late');
  });
});
