import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createServiceAgent } from '../../../../agent/plugins/service/create-service-agent.ts';
import { SERVICE_DESCRIPTION } from '../../../../agent/plugins/service/description.ts';
import { checkInput } from '../../../../src/core/check-input.ts';
import type { ServiceState, ServiceVerb } from '../../../../src/core/host/service-backend.ts';
import { callAction } from '../../../fakes/call-action.ts';

const VERBS: readonly ServiceVerb[] = ['start', 'stop', 'restart', 'reload', 'enable', 'disable'];
const RUNNING = { name: 'x', state: 'running', detail: 'active (running)', enabled: true };
const STOPPED = { name: 'x', state: 'stopped', detail: 'inactive (dead)', enabled: false };

/** Calls an action on a service that is `before`, and `after` once something is done to it. */
async function change(verb: string, states: readonly [ServiceState, ServiceState?], isDryRun = false) {
  const done: string[] = [];
  const agent = createServiceAgent({
    status: () => Promise.resolve(states[0]),
    change(what) {
      done.push(what);
      return Promise.resolve(states[1] ?? states[0]);
    },
  });
  const data = await callAction(agent, verb, { input: { service: 'x' }, isDryRun });
  return { data, done };
}

test('names that could be options, paths or globs are no services, for any action', () => {
  for (const action of Object.values(SERVICE_DESCRIPTION.actions)) {
    for (const service of ['ssh', 'getty@tty1', 'systemd-fsck@dev-disk-by\\x2duuid.service', 'user-1000.slice']) {
      checkInput(action, { service });
    }
    for (const service of ['--now', '../x', 'a/b', 'a*', 'a b', 'a\nb', '']) {
      assert.throws(() => checkInput(action, { service }), { code: 'usage/invalid-input' });
    }
  }
});

test('all that changes a service is a write with a dry run that is a read', () => {
  for (const verb of VERBS) {
    const { effect, dryRun } = SERVICE_DESCRIPTION.actions[verb] ?? {};
    assert.deepEqual([verb, effect, dryRun], [verb, 'write', 'read']);
  }
});

test('the status says whether it starts with the machine, and `unknown` where that is not known', async () => {
  const { data } = await change('status', [RUNNING]);
  assert.deepEqual(data, { service: 'x', state: 'running', enabled: true, detail: 'active (running)' });
  assert.equal((await change('status', [{ ...RUNNING, enabled: undefined }])).data.enabled, 'unknown');
});

for (const [verb, before, after, changed] of [
  ['start', STOPPED, RUNNING, true],
  ['start', RUNNING, RUNNING, false],
  ['stop', RUNNING, STOPPED, true],
  ['stop', STOPPED, STOPPED, false],
  ['stop', { ...STOPPED, state: 'failed' }, { ...STOPPED, state: 'failed' }, false],
  ['restart', RUNNING, RUNNING, true],
  ['reload', RUNNING, RUNNING, true],
  ['enable', STOPPED, { ...STOPPED, enabled: true }, true],
  ['enable', RUNNING, RUNNING, false],
  ['disable', RUNNING, { ...RUNNING, enabled: false }, true],
  ['start', STOPPED, { ...STOPPED, endsByItself: true }, true],
  ['start', STOPPED, { ...STOPPED, state: 'unknown' }, true],
] as const) {
  const what = changed ? 'a change' : 'no change';
  test(`${verb} from ${before.state} to ${after.state} (enabled ${before.enabled} to ${after.enabled}) is ${what}`, async () => {
    const { data, done } = await change(verb, [before, after]);
    assert.deepEqual([data.before, data.after, data.changed], [before.state, after.state, changed]);
    assert.deepEqual(done, [verb]);
  });
}

for (const [verb, before, after, message] of [
  ['start', STOPPED, STOPPED, '`x` was started and does not run: inactive (dead)'],
  ['restart', RUNNING, { ...STOPPED, state: 'failed' }, '`x` was restarted and does not run: inactive (dead)'],
  ['reload', RUNNING, STOPPED, '`x` was reloaded and does not run: inactive (dead)'],
  ['start', STOPPED, { ...STOPPED, state: 'failed', lastWords: 'port 80 is taken', endsByItself: true }, /taken$/],
  ['stop', RUNNING, RUNNING, '`x` still runs: active (running)'],
  ['enable', STOPPED, STOPPED, '`x` is still disabled: inactive (dead)'],
  ['disable', RUNNING, RUNNING, '`x` is still enabled: active (running)'],
] as const) {
  test(`${verb} that leaves the service ${after.state} and enabled ${after.enabled} is a failure`, async () => {
    await assert.rejects(change(verb, [before, after]), { code: 'failed/service', message });
  });
}

for (const verb of VERBS) {
  test(`a dry run of ${verb} does nothing, and tells what would be done`, async () => {
    for (const state of [RUNNING, STOPPED]) {
      const { data, done } = await change(verb, [state], true);
      assert.deepEqual([data.before, done], [state.state, []]);
      if (verb === 'enable' || verb === 'disable') assert.equal(data.enabled, verb === 'enable');
      else assert.equal(data.after, verb === 'stop' ? 'stopped' : 'running');
      const wanted = data.changed === true ? /^would be / : /^nothing to do: /;
      assert.ok(typeof data.detail === 'string' && wanted.test(data.detail), JSON.stringify(data));
    }
  });
}

test('what is not there, and what would be refused, is not tried, in a dry run neither', async () => {
  for (const isDryRun of [false, true]) {
    const missing = { ...STOPPED, state: 'unknown', isMissing: true };
    await assert.rejects(change('start', [missing], isDryRun), { code: 'failed/no-service' });
    const masked = { ...STOPPED, refuses: { start: 'it is masked' } };
    const message = "`x` can't be started: it is masked";
    await assert.rejects(change('start', [masked], isDryRun), { code: 'failed/refused', message });
  }
});

test('where services can only be read, a change is refused', async () => {
  const agent = createServiceAgent({ status: () => Promise.resolve(RUNNING) });
  await assert.rejects(callAction(agent, 'stop', { input: { service: 'x' } }), { code: 'failed/read-only' });
});
