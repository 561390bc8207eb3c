import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PUPPET_DESCRIPTION } from '../../../../agent/plugins/puppet/description.ts';
import { RPCUTIL_DESCRIPTION } from '../../../../agent/plugins/rpcutil/description.ts';
import type { StatusName } from '../../../../src/core/reply.ts';
import { createChatScene } from '../chat-scene.ts';
import { type Script, sendReply } from '../scripted-fleet.ts';

const NODES = 2000;
const SIZE = 50;
const TTL_MS = 60_000;
/** Until then a node may begin: with what the clocks may be apart. */
const LATEST_MS = TTL_MS + 30_000;
const TIMEOUT_MS = PUPPET_DESCRIPTION.actions.runonce?.timeoutMs ?? 0;

/**
 * Of each twenty nodes one fails, one is disabled and one is down; one was frozen and begins when it counts as silent, and
 * one is over its time. Runs take from ten seconds to four minutes.
 */
function fateOf(index: number) {
  const isDown = index % 20 === 7;
  const isFrozen = index % 20 === 13;
  const isOverTime = index % 20 === 17;
  const status: StatusName = index % 20 === 3 ? 'aborted' : 'ok';
  const result = index % 20 === 11 ? 'skipped' : 'changed';
  const delayMs = result === 'skipped' ? 300 : 10_000 + ((index * 7919) % 230_000);
  const beginsMs = isFrozen ? TTL_MS + 2000 + ((index * 37) % 28_000) : 0;
  return { isDown, isFrozen, isOverTime, status, result, delayMs, beginsMs };
}

const nameOf = (index: number): string => `node${String(index).padStart(4, '0')}`;

const GOING = { state: 'running', outcome: 'running' };
const ENDED = { state: 'concluded', outcome: 'ok', status: 'ok', message: '', outputs: { result: 'changed' } };

/** A fleet that counts who is at work: from the request until its answer, or until its time is up. */
async function createFleet() {
  const asked: string[] = [];
  const atWork = new Set<string>();
  let most = 0;
  const begin = (name: string): void => {
    asked.push(name);
    atWork.add(name);
    most = Math.max(most, atWork.size);
  };
  const work =
    (index: number): Script =>
    (request) => {
      if (request.action === 'ping') return { data: { pong: 1 } };
      const name = nameOf(index);
      if (request.agent === 'job') return { data: atWork.has(name) ? GOING : ENDED };
      const { isDown, isFrozen, isOverTime, status, result, delayMs, beginsMs } = fateOf(index);
      begin(name);
      const workMs = isDown ? LATEST_MS : beginsMs + delayMs + (isOverTime ? TIMEOUT_MS : 0);
      scene.clock.after(workMs, () => atWork.delete(name));
      if (isDown) return undefined;
      // Whoever works longer than a second says so.
      if (delayMs > 1000) {
        const ack = { sender: name, kind: 'ack' } as const;
        scene.clock.after(beginsMs + 1000, () => void sendReply(scene.bus, request, ack));
      }
      if (isOverTime) return { status: 'timeout', data: { job: name }, delayMs: TIMEOUT_MS };
      return { status, data: { result }, delayMs: isFrozen ? beginsMs + delayMs : delayMs };
    };
  const fleet = Object.fromEntries(Array.from({ length: NODES }, (_, index) => [nameOf(index), work(index)]));
  const scene = createChatScene(fleet, { bot: { agents: [PUPPET_DESCRIPTION, RPCUTIL_DESCRIPTION] } });
  await scene.start();
  return { scene, asked, most: () => most };
}

async function runAll(restartAfterMs?: number) {
  const { scene, asked, most } = await createFleet();
  await scene.chat.say(`puppet runall ${SIZE}`);
  await scene.clock.advance(1000);
  if (restartAfterMs !== undefined) {
    await scene.clock.advance(restartAfterMs);
    scene.die();
    await scene.clock.advance(30_000);
    await scene.start();
  }
  for (let step = 0; step < 200 && (await scene.lastRun()).end === undefined; step++)
    await scene.clock.advance(120_000);
  const { id, end } = await scene.lastRun();
  const results = await scene.store.runs.resultsOf(id);
  return { end, results, asked, most: most(), scene };
}

const countFates = (keep: (fate: ReturnType<typeof fateOf>) => boolean): number =>
  Array.from({ length: NODES }, (_, index) => fateOf(index)).filter(keep).length;

describe(`puppet runall ${SIZE} over ${NODES} nodes`, () => {
  it('keeps so many at work and no more, and accounts for every node', async () => {
    const { end, results, asked, most } = await runAll();
    assert.equal(most, SIZE);
    assert.deepEqual([asked.length, new Set(asked).size, results.length], [NODES, NODES, NODES]);
    const silent = countFates(({ isDown, isFrozen }) => isDown || isFrozen);
    const failed = countFates(({ status, isOverTime }) => status === 'aborted' || isOverTime);
    assert.deepEqual(
      [end?.counts.targeted, end?.counts.ok, end?.counts.failed, end?.counts.silent],
      [NODES, NODES - silent - failed, failed, silent],
    );
    const skipped = end?.aggregates
      .find(({ output }) => output === 'result')
      ?.values.find(({ value }) => value === 'skipped');
    assert.equal(
      skipped?.count,
      countFates(({ result }) => result === 'skipped'),
    );
  });

  it('does so with a restart in the middle: nobody is asked twice', async () => {
    const { end, asked, most, results } = await runAll(20 * 60_000);
    assert.ok(most <= SIZE, `${most} were at work`);
    assert.deepEqual([asked.length, new Set(asked).size, results.length], [NODES, NODES, NODES]);
    const counts = end?.counts ?? assert.fail('it has no end');
    const { ok, failed, silent, unknown, denied, expired, notSent } = counts;
    assert.equal(ok + failed + silent + unknown, NODES);
    assert.deepEqual([denied, expired, notSent], [0, 0, 0]);
    assert.equal(
      silent + unknown - countFates(({ isDown, isFrozen }) => isDown || isFrozen) <= 1,
      true,
      'only what a crash may take is lost',
    );
    assert.ok(unknown <= SIZE);
  });
});
