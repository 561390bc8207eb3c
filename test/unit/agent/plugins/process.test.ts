import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createProcessAgent } from '../../../../agent/plugins/process/create-process-agent.ts';
import { PROCESS_DESCRIPTION } from '../../../../agent/plugins/process/description.ts';
import { createPsBackend } from '../../../../agent/plugins/process/ps.ts';
import type { Input } from '../../../../src/core/agent-description.ts';
import { checkInput } from '../../../../src/core/check-input.ts';
import type { ReplyData } from '../../../../src/core/reply.ts';
import { callAction } from '../../../fakes/call-action.ts';
import { createFakeClock, settle } from '../../../fakes/fake-clock.ts';
import { type Answer, createScriptedRunner, notInstalled } from '../../../fakes/scripted-runner.ts';

const LINES = [
  '    1     0 root                 S 12000  0.4    09:27:16 do_epoll_wait   systemd',
  '   42     1 www-data             S 30000  2.5       10:05 -               nginx: worker',
  '   43     1 www-data             R  8000 99.0 2-00:00:01 -               nginx',
  '   50     2 root                 D     0  0.0       00:07 rpc_wait_bit    umount',
  '   51     1 ana                  Z     0  0.0       00:07 -               sh <defunct>',
];
const output = (...lines: string[]): Answer => ({ stdout: `${lines.join('\n')}\n` });

type Script = Parameters<typeof createScriptedRunner>[0];

function rig(script: Script, stuck = 0) {
  const clock = createFakeClock();
  const runner = createScriptedRunner(script, stuck);
  const agent = createProcessAgent({ processes: createPsBackend(runner, { clock, argsTimeoutMs: 4000 }), clock });
  const call = (action: string, input: Input = {}, signal?: AbortSignal): Promise<ReplyData> => {
    const description = PROCESS_DESCRIPTION.actions[action] ?? assert.fail();
    return callAction(agent, action, { input: checkInput(description, input), ...(signal && { signal }) });
  };
  return { clock, runner, call };
}

const pidsOf = ({ processes }: ReplyData): unknown[] => (processes as { pid: number }[]).map(({ pid }) => pid);

test('processes come with memory and age, the largest first, and are added up', async () => {
  const { call } = rig(() => output(...LINES));
  const data = await call('list');
  assert.deepEqual([data.count, data.memory], [5, 50_000]);
  assert.deepEqual(pidsOf(data), [42, 1, 43, 50, 51]);
  assert.deepEqual((data.processes as unknown[])[2], {
    pid: 43,
    ppid: 1,
    user: 'www-data',
    state: 'R',
    memory_kb: 8000,
    cpu: 99,
    age_s: 172_801,
    command: 'nginx',
  });
});

test('a pattern and an account choose, and what is over the limit still counts', async () => {
  const { call } = rig(() => output(...LINES));
  const data = await call('list', { pattern: '^nginx', user: 'www-data', sort: 'cpu', limit: 1 });
  assert.deepEqual([data.count, data.memory, pidsOf(data)], [2, 38_000, [43]]);
  assert.deepEqual(pidsOf(await call('list', { sort: 'age', limit: 2 })), [43, 1]);
  assert.deepEqual(await call('list', { pattern: 'postgres' }), { count: 0, memory: 0, processes: [] });
});

test('arguments are asked for only when somebody wants them', async () => {
  const { call, runner } = rig(() => output(...LINES));
  await call('list');
  await call('list', { args: true });
  assert.deepEqual(
    runner.calls.map((words) => words.at(-1)),
    ['comm=', 'args='],
  );
});

test('where arguments can not be read for a process that is stuck, names come without them', async () => {
  const { call, clock } = rig(({ args }) => (args.at(-1) === 'args=' ? 'hang' : output(...LINES)));
  const asked = call('list', { args: true });
  await clock.advance(4000);
  const data = await asked;
  assert.equal(data.count, 5);
  assert.match(data.note as string, /^arguments are left out/);
});

test('stuck is what is in uninterruptible sleep at both looks', async () => {
  let look = 0;
  const early = '   60     2 root                 D     0  0.0       00:01 io_schedule     dd';
  const late = '   61     2 root                 D     0  0.0       00:01 io_schedule     dd';
  const { call, clock, runner } = rig(() => output(...LINES, ++look === 1 ? early : late), 2);
  const asked = call('stuck');
  await settle();
  assert.equal(runner.calls.length, 1);
  await clock.advance(1000);
  assert.deepEqual(await asked, {
    count: 1,
    abandoned: 2,
    processes: [{ pid: 50, ppid: 2, user: 'root', age_s: 7, wchan: 'rpc_wait_bit', command: 'umount' }],
  });
});

test('where nothing sleeps like that, one look is enough', async () => {
  const { call, runner } = rig(() => output(LINES[0] ?? ''));
  assert.deepEqual(await call('stuck'), { count: 0, abandoned: 0, processes: [] });
  assert.equal(runner.calls.length, 1);
});

for (const action of ['list', 'stuck']) {
  test(`${action}: ps that fails, says nothing, is missing or hangs is a failure`, async () => {
    await assert.rejects(rig(() => ({ exitCode: 1, stderr: 'error: no /proc\nmore' })).call(action), {
      code: 'failed/ps',
      message: 'ps failed: error: no /proc',
    });
    await assert.rejects(rig(() => ({})).call(action), { code: 'failed/ps' });
    await assert.rejects(rig(() => notInstalled('ps')).call(action), { code: 'failed/not-installed' });
    const stop = new AbortController();
    const asked = rig(() => 'hang').call(action, {}, stop.signal);
    stop.abort();
    await assert.rejects(asked, { code: 'failed/timeout' });
  });

  test(`${action}: of a flood the whole lines count`, async () => {
    const many = Array.from(
      { length: 20_000 },
      (_, i) => `${i + 1} 1 root D 10 0.0 00:01 io_schedule x${'y'.repeat(50)}`,
    );
    const { call, clock } = rig(() => ({ stdout: `${many.join('\n')}\n777777 1 ro`, truncated: true }));
    const asked = call(action);
    await clock.advance(1000);
    const data = await asked;
    assert.equal(data.count, 20_000);
    assert.ok((data.processes as unknown[]).length <= 100);
  });
}

test('while it waits for the second look it can be stopped', async () => {
  const stop = new AbortController();
  const { call } = rig(({ signal }) => (signal.aborted ? notInstalled('late') : output(...LINES)));
  const asked = call('stuck', {}, stop.signal);
  await settle();
  stop.abort();
  await assert.rejects(asked);
});

test('bad input is refused', async () => {
  const { call } = rig(() => output(...LINES));
  await assert.rejects(async () => call('list', { pattern: '(' }), { code: 'usage/bad-pattern' });
  await assert.rejects(async () => call('list', { limit: 0 }), { code: 'usage/invalid-input' });
  await assert.rejects(async () => call('list', { sort: 'name' }), { code: 'usage/invalid-input' });
  await assert.rejects(async () => call('list', { user: '-x' }), { code: 'usage/invalid-input' });
});
