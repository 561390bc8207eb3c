import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { HealthCheck } from '../../../../src/bot/bot.ts';
import { McoError } from '../../../../src/core/errors.ts';
import type { Clock } from '../../../../src/core/ports.ts';
import { createChatScene } from '../chat-scene.ts';
import { alive, createScene } from '../scripted-fleet.ts';

const takes = (clock: Clock, ms: number, about: string) => () =>
  new Promise<string>((resolve) => clock.after(ms, () => resolve(about)));

const broken: HealthCheck['check'] = () => Promise.reject(new McoError('unreachable/broker', 'amq1 refused'));

it('the health of the bot is that of all its parts, each with the time that its answer took', async () => {
  const scene = createScene({});
  const health = [
    { name: 'store', check: takes(scene.clock, 3, '') },
    { name: 'slack:T1', check: takes(scene.clock, 120, 'Socket Mode, 2 connections') },
  ];
  const { answer, exitCode } = await scene.run('health', { health });
  assert.equal(exitCode, 0);
  assert.equal(answer?.title, 'OK: everything answers');
  assert.deepEqual(
    answer.sections.map(({ lines }) => lines),
    [['store     ok  3 ms', 'slack:T1  ok  120 ms, Socket Mode, 2 connections'], ['0 runs under way']],
  );
});

it('a part that is broken, one that hangs and one that throws at once are named, and hold up no other', async () => {
  const scene = createScene({});
  const startedAt = scene.clock.now();
  const health: HealthCheck[] = [
    { name: 'broker', check: broken },
    { name: 'chat', check: () => new Promise(() => {}) },
    {
      name: 'rogue',
      check() {
        throw new Error('a mistake');
      },
    },
    { name: 'store', check: takes(scene.clock, 5, 'fine') },
  ];
  const { answer, exitCode } = await scene.run('health', { health });
  assert.equal(exitCode, 4);
  assert.equal(answer?.title, 'FAILED: broker, chat, rogue');
  assert.deepEqual(answer.sections[0]?.lines, [
    'broker  FAILED  amq1 refused',
    'chat    FAILED  no answer within 8 s',
    'rogue   FAILED  a mistake',
    'store   ok  5 ms, fine',
  ]);
  assert.ok(scene.clock.now() - startedAt <= 8100);
});

it('an answer that comes too late changes nothing, and neither does a failure', async () => {
  const scene = createScene({});
  const late: HealthCheck[] = [
    { name: 'a', check: takes(scene.clock, 8001, 'late') },
    {
      name: 'b',
      check: () => new Promise((_, reject) => scene.clock.after(9000, () => reject(new Error('late')))),
    },
  ];
  const { answer } = await scene.run('health', { health: late });
  await scene.clock.advance(10_000);
  assert.equal(answer?.title, 'FAILED: a, b');
});

it('the runs that are under way are counted', async () => {
  const scene = createChatScene({ web1: alive(() => undefined) });
  await scene.start();
  await scene.chat.say('package status nginx');
  await scene.clock.advance(1000);
  await scene.chat.say('health');
  await scene.clock.advance(1000);
  assert.match(scene.chat.whispers[0]?.text ?? '', /1 run under way/);
});
