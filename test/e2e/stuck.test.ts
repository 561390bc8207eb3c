import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { nodeDestination } from '../../src/core/destinations.ts';
import type { Reply } from '../../src/core/reply.ts';
import type { Request } from '../../src/core/request.ts';
import { parseCommandLine } from '../../src/language/parse-command-line.ts';
import { type HungMount, mountHung, whyNoHungMount } from '../contract/hung-mount.ts';
import { reasonToSkip } from '../contract/openssh-tools.ts';
import { readReply, readRequest, sealRequest } from './sealed-messages.ts';
import { createSite, type Site, type SiteNode, startNode } from './site.ts';
import { COLLECTIVE, tapBroker, type Wiretap } from './wiretap.ts';

const skip = whyNoHungMount() || reasonToSkip('ssh-keygen');
const TARGETS = { count: 1, digest: 'd'.repeat(64), isNarrowed: true };

describe('a node with a file server that went away', { skip, timeout: 180_000 }, () => {
  let site: Site;
  let tap: Wiretap;
  let node: SiteNode;
  const mounts: HungMount[] = [];

  const start = () => startNode(site, 'node1', { sections: { shell: { shells: { sh: '/bin/sh' } } } });
  before(async () => {
    site = await createSite({
      hosts: { node1: 'ed25519' },
      signers: { 'mco-read': { kind: 'ed25519' }, 'mco-write': { kind: 'ed25519' } },
      broker: 'embedded',
    });
    tap = await tapBroker(site, []);
    node = await start();
  });
  after(async () => {
    for (const mount of mounts) await mount.close();
    await tap?.close();
    await site?.remove();
  });

  async function mount(): Promise<HungMount> {
    const mounted = await mountHung();
    mounts.push(mounted);
    return mounted;
  }

  async function send(changes: Partial<Request>): Promise<string> {
    const message = sealRequest(site, { caller: 'person:raj', targets: TARGETS, ...changes }, { key: 'mco-write' });
    await tap.send(nodeDestination(COLLECTIVE, 'node1'), message);
    return readRequest(message).id;
  }

  const resultOf = async (id: string): Promise<Reply> => readReply(await tap.seesReply(id));
  const ask = async (changes: Partial<Request>): Promise<Reply> => resultOf(await send(changes));
  const countStuck = async (): Promise<unknown> => (await ask({ action: 'daemon_stats' })).data.stuck;

  /** The node is asked something else while it waits, and answers that first. */
  async function assertAnswersMeanwhile(waiting: string): Promise<void> {
    assert.equal((await ask({ action: 'ping' })).status.name, 'ok');
    assert.equal(tap.repliesTo(waiting).filter(({ kind }) => kind === 'result').length, 0);
  }

  test('an action on it is answered with `timeout`, and is counted until it is over', async () => {
    const hung = await mount();
    assert.equal(await countStuck(), 0);
    const options = { timeoutMs: 1500 };
    const id = await send({ agent: 'file', action: 'status', input: { path: hung.stuck }, options });
    await hung.waitForVisitor();
    await assertAnswersMeanwhile(id);
    const { status } = await resultOf(id);
    assert.equal(status.name, 'timeout', status.message);
    assert.equal(await countStuck(), 1);
    assert.equal((await ask({ agent: 'file', action: 'status', input: { path: '/etc/passwd' } })).status.name, 'ok');
    hung.release();
    for (let tries = 0; tries < 100 && (await countStuck()) !== 0; tries++);
    assert.equal(await countStuck(), 0);
  });

  test('a filter on it is not counted as no: the node says that it could not find out', async () => {
    const hung = await mount();
    const { filter } = parseCommandLine(`find -S "fstat('${hung.stuck}').size > 0"`);
    const id = await send({ filter });
    await hung.waitForVisitor();
    await assertAnswersMeanwhile(id);
    const { status } = await resultOf(id);
    assert.equal(status.name, 'aborted');
    assert.match(status.message, /can't be said whether this node matches.*did not end within/);
    assert.equal(await countStuck(), 1);
  });

  test('a job on it goes on as a job, and that it can not be killed is told', async () => {
    const hung = await mount();
    const before = await countStuck();
    const input = { command: `cat ${hung.stuck}`, shell: 'sh' };
    const id = await send({ agent: 'shell', action: 'run', input, options: { timeoutMs: 1500 } });
    await hung.waitForVisitor();
    await assertAnswersMeanwhile(id);
    const { status, data, run } = await resultOf(id);
    assert.deepEqual([status.name, data], ['timeout', { job: id }]);
    const killed = await ask({ agent: 'job', action: 'kill', input: { run, force: true } });
    assert.deepEqual([killed.status.name, killed.data], ['aborted', {}]);
    assert.match(killed.status.message, /could not be killed: it waits for the kernel/);
    assert.equal(await countStuck(), Number(before) + 1);
  });

  test('it stops although it waits for an answer that never comes, and starts again', async () => {
    const hung = await mount();
    const id = await send({
      agent: 'file',
      action: 'status',
      input: { path: hung.stuck },
      options: { timeoutMs: 90_000 },
    });
    await hung.waitForVisitor();
    const { exitCode, stderr } = await node.running.stop('SIGTERM');
    assert.equal(exitCode, 0, stderr);
    assert.match((await resultOf(id)).status.message, /stopping/);
    assert.match(readFileSync(node.audit, 'utf8'), /"event":"stopped"[^\n]*\n$/);
    node = await start();
    assert.equal((await ask({ action: 'ping' })).status.name, 'ok');
  });
});
