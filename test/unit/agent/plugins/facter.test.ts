import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFacterAgent } from '../../../../agent/plugins/facter/create-facter-agent.ts';
import { FACTER_DESCRIPTION } from '../../../../agent/plugins/facter/description.ts';
import { createFacterCache } from '../../../../agent/plugins/facter/facter-cache.ts';
import { refreshRegularly } from '../../../../agent/plugins/facter/refresh-regularly.ts';
import type { Input } from '../../../../src/core/agent-description.ts';
import { checkInput } from '../../../../src/core/check-input.ts';
import { fillLine } from '../../../../src/render/fill-line.ts';
import { callAction } from '../../../fakes/call-action.ts';
import { createFakeClock, settle } from '../../../fakes/fake-clock.ts';
import { createScriptedRunner, notInstalled } from '../../../fakes/scripted-runner.ts';

type Script = Parameters<typeof createScriptedRunner>[0];
const FACTS = JSON.stringify({
  kernel: 'Linux',
  'dotted.name': 'x',
  os: { release: { major: '12' } },
  disks: ['a', 'b'],
});

function rig(script: Script = () => ({ stdout: FACTS })) {
  const clock = createFakeClock();
  const runner = createScriptedRunner(script);
  const facter = createFacterCache({ runner, clock, command: ['/opt/facter', '-p'], legacy: true });
  const agent = createFacterAgent({ facter, clock, maxAgeMs: 600_000 });
  const call = (action: string, input: Input = {}, signal = new AbortController().signal) => {
    const description = FACTER_DESCRIPTION.actions[action] ?? assert.fail();
    return callAction(agent, action, { input: checkInput(description, input), signal });
  };
  return { clock, runner, facter, call };
}

test('a fact is found by its whole name, or part by part', async () => {
  const { call } = rig();
  for (const [fact, value] of [
    ['kernel', 'Linux'],
    ['os.release.major', '12'],
    ['os.release', { major: '12' }],
    ['dotted.name', 'x'],
    ['disks.1', 'b'],
  ] as const) {
    assert.deepEqual(await call('get', { fact }), { fact, value, age: 0 });
  }
});

test('a fact that is not there has nothing for a value, which is said in the line, whatever objects have by nature', async () => {
  const { call } = rig();
  for (const fact of ['none', 'os.none.major', 'kernel.length', 'constructor', 'os.__proto__', 'disks.length']) {
    const data = await call('get', { fact });
    assert.deepEqual(data, { fact, value: null, age: 0 });
    assert.equal(fillLine(FACTER_DESCRIPTION.actions.get?.line ?? '', data), `${fact} = (none)`);
  }
});

test('facter is asked once, and again when its facts are old or somebody wants fresh ones', async () => {
  const { call, clock, runner } = rig();
  await call('get', { fact: 'kernel' });
  await clock.advance(599_000);
  assert.deepEqual(await call('all'), { facts: JSON.parse(FACTS), count: 4, age: 599 });
  assert.deepEqual(runner.calls, [['/opt/facter', '-p', '--json', '--show-legacy']]);
  await clock.advance(1000);
  assert.equal((await call('all')).age, 0);
  await call('get', { fact: 'kernel', fresh: true });
  assert.equal(runner.calls.length, 3);
  assert.deepEqual(await call('refresh'), { count: 4, seconds: 0 });
  assert.equal(runner.calls.length, 4);
});

test('who asks while facter runs shares its answer, and one who gives up does not end it', async () => {
  let answer = (): void => {};
  const { clock } = rig();
  const base = createScriptedRunner(() => ({ stdout: FACTS }));
  const held = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const runner = { ...base, run: (request: Parameters<typeof base.run>[0]) => held.then(() => base.run(request)) };
  const facter = createFacterCache({ runner, clock, command: ['facter'], legacy: false });
  const stop = new AbortController();
  const [first, second] = [facter.refresh(stop.signal), facter.refresh(new AbortController().signal)];
  stop.abort();
  await assert.rejects(first, { code: 'failed/timeout' });
  answer();
  assert.equal((await second).facts.kernel, 'Linux');
  assert.equal(base.calls.length, 1);
  assert.deepEqual(base.calls[0], ['facter', '--json']);
});

test('exit code 1 with facts is facts', async () => {
  const { call } = rig(() => ({ exitCode: 1, stdout: FACTS, stderr: 'ERROR: Permission denied' }));
  assert.equal((await call('get', { fact: 'kernel' })).value, 'Linux');
});

test('one that does not know old names is asked without them, from then on', async () => {
  const { call, runner } = rig(({ args }) =>
    args.includes('--show-legacy') ? { exitCode: 1, stderr: "unrecognised option '--show-legacy'" } : { stdout: FACTS },
  );
  await call('refresh');
  await call('refresh');
  assert.deepEqual(
    runner.calls.map((words) => words.length),
    [4, 3, 3],
  );
});

test('what is nested without end is left out, and so is nothing else', async () => {
  const deep = `${'{"a":'.repeat(50)}1${'}'.repeat(50)}`;
  const { call } = rig(() => ({ stdout: `{"deep":${deep},"kernel":"Linux"}` }));
  assert.deepEqual((await call('all')).facts, { kernel: 'Linux' });
});

for (const [what, answer, code, message] of [
  ['a failure', { exitCode: 1, stderr: 'no ruby\nmore' }, 'failed/facter', 'facter failed: no ruby'],
  ['no word', { exitCode: 3 }, 'failed/facter', 'facter failed: it told no facts (exit code 3)'],
  ['what is no object', { stdout: '[1]' }, 'failed/facter', 'facter failed: it told no facts'],
  ['a flood', { stdout: '{"a":"xxx', truncated: true }, 'failed/facter', 'facter failed: it said too much'],
  ['a missing tool', notInstalled('facter'), 'failed/not-installed', '`facter` is not installed on this node'],
] as const) {
  test(`${what} is a failure of each action, and what was known stays`, async () => {
    let isBroken = true;
    const { call, facter } = rig(() => (isBroken ? answer : { stdout: FACTS }));
    for (const action of ['get', 'all', 'refresh']) {
      await assert.rejects(call(action, action === 'get' ? { fact: 'kernel' } : {}), { code, message });
    }
    isBroken = false;
    await call('refresh');
    isBroken = true;
    await assert.rejects(call('refresh'), { code });
    assert.equal(facter.current()?.facts.kernel, 'Linux');
    assert.equal((await call('get', { fact: 'kernel' })).value, 'Linux');
  });
}

test('a facter that hangs is a timeout for who waits, and is ended after two minutes', async () => {
  const { call, clock, runner, facter } = rig(() => 'hang');
  const stop = new AbortController();
  const asked = call('all', {}, stop.signal);
  stop.abort();
  await assert.rejects(asked, { code: 'failed/timeout' });
  const later = facter.refresh(new AbortController().signal);
  assert.equal(runner.calls.length, 1);
  const ended = assert.rejects(later, { code: 'failed/timeout' });
  await clock.advance(120_000);
  await ended;
});

test('bad names are refused', () => {
  for (const fact of ['', '-x', 'a b', 'a/b', '1'])
    assert.throws(() => rig().call('get', { fact }), { code: 'usage/invalid-input' });
});

test('in the background facts are asked for again and again, and a failure is told once', async () => {
  let isBroken = false;
  const { facter, clock, runner } = rig(() => (isBroken ? { exitCode: 1 } : { stdout: FACTS }));
  const problems: unknown[] = [];
  const stop = refreshRegularly(facter, { clock, everyMs: 60_000, onProblem: (problem) => problems.push(problem) });
  await settle();
  assert.equal(runner.calls.length, 1);
  isBroken = true;
  await clock.advance(180_000);
  assert.deepEqual([runner.calls.length, problems.length], [4, 1]);
  isBroken = false;
  await clock.advance(60_000);
  isBroken = true;
  await clock.advance(60_000);
  assert.equal(problems.length, 2);
  stop();
  await clock.advance(600_000);
  assert.equal(runner.calls.length, 6);
});
