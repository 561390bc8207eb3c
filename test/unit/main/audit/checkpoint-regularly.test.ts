import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openAuditTrail } from '../../../../src/adapters/store/audit/open-audit-trail.ts';
import { McoError } from '../../../../src/core/errors.ts';
import type { Signer } from '../../../../src/core/ports.ts';
import { checkpointRegularly } from '../../../../src/main/audit/checkpoint-regularly.ts';
import { createFakeClock } from '../../../fakes/fake-clock.ts';
import { createFakeSigner } from '../../../fakes/fake-keys.ts';

const EVERY_MS = 600_000;

async function setUp(signer: Signer = createFakeSigner('mco-read')) {
  const clock = createFakeClock();
  const problems: string[] = [];
  const trail = await openAuditTrail({
    path: ':memory:',
    by: 'bot:test',
    clock,
    signer,
    onProblem: (problem) => assert.fail(problem),
  });
  const record = () => trail.append({ at: new Date(clock.now()).toISOString(), by: 'bot:test', event: 'decided' });
  const checkpoints = checkpointRegularly({
    trail,
    everyMs: EVERY_MS,
    clock,
    onProblem: ({ code }) => problems.push(code),
  });
  const count = async () => (await trail.find({ events: ['checkpoint'], max: 100 })).length;
  return { checkpoints, clock, count, problems, record, trail };
}

test('a trail is signed at intervals when there is something new, and left alone when there is not', async () => {
  const { clock, count, record } = await setUp();
  await clock.advance(EVERY_MS);
  assert.equal(await count(), 0);
  await record();
  await clock.advance(EVERY_MS - 1);
  assert.equal(await count(), 0);
  await clock.advance(1);
  assert.equal(await count(), 1);
  await clock.advance(10 * EVERY_MS);
  assert.equal(await count(), 1);
  await record();
  await clock.advance(EVERY_MS);
  assert.equal(await count(), 2);
});

test('at the end it is signed once more, and then never again', async () => {
  const { checkpoints, clock, count, record } = await setUp();
  await record();
  await checkpoints.close();
  assert.equal(await count(), 1);
  await record();
  await clock.advance(5 * EVERY_MS);
  assert.equal(await count(), 1);
});

test('a key that is away is told, and the next turn tries again', async () => {
  const signer = createFakeSigner('mco-read');
  let isAway = true;
  const { clock, count, problems, record } = await setUp({
    ...signer,
    sign: (namespace, body) =>
      isAway ? Promise.reject(new McoError('unreachable/agent', 'no agent')) : signer.sign(namespace, body),
  });
  await record();
  await clock.advance(EVERY_MS);
  assert.equal(problems.length, 1);
  assert.equal(await count(), 0);
  isAway = false;
  await clock.advance(EVERY_MS);
  assert.equal(await count(), 1);
});
