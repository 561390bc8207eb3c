import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPuppetAgent } from '../../../../agent/plugins/puppet/create-puppet-agent.ts';
import { PUPPET_DESCRIPTION } from '../../../../agent/plugins/puppet/description.ts';
import { refuseChanges } from '../../../../agent/plugins/puppet/refuse-changes.ts';
import { checkInput } from '../../../../src/core/check-input.ts';
import { McoError } from '../../../../src/core/errors.ts';
import type { PuppetBackend, PuppetReport, PuppetState } from '../../../../src/core/host/puppet-backend.ts';
import type { JobCommand, JobExit } from '../../../../src/core/jobs.ts';
import type { ReplyData } from '../../../../src/core/reply.ts';
import { type CallOptions, callAction } from '../../../fakes/call-action.ts';

const NOW = 1_700_000_000_000;

const IDLING: PuppetState = {
  state: 'idling',
  isEnabled: true,
  disableMessage: '',
  isApplying: false,
  isDaemonRunning: true,
  staleReason: '',
};
const DISABLED: PuppetState = { ...IDLING, state: 'disabled', isEnabled: false, disableMessage: 'tests' };
const HUNG: PuppetState = { ...IDLING, state: 'hung', isApplying: true, staleReason: 'a run hangs', runPid: 7 };

const LAST_RUN: PuppetReport = {
  at: NOW / 1000 - 720,
  result: 'changed',
  configVersion: 'v1',
  isFromCache: false,
  resources: { total: 31, changed: 2, failed: 0, out_of_sync: 2, skipped: 0 },
  totalSeconds: 12.34,
  retrievalSeconds: 3,
  writtenAt: 1000,
  isComplete: true,
  isNoop: false,
  failures: [],
  errors: [],
};

interface Script {
  readonly states?: readonly PuppetState[];
  readonly before?: PuppetReport;
  readonly after?: Partial<PuppetReport>;
}

/** A Puppet that plays its states in turn, and writes `after` when its run was planned. */
function createScripted({ states = [IDLING], before = LAST_RUN, after = {} }: Script = {}) {
  const calls: unknown[] = [];
  const queue = [...states];
  let hasRun = false;
  const puppet: PuppetBackend = {
    permits: { readableTypes: ['user', 'file'], changeableTypes: [], allowManaged: false, allowServer: false },
    state: async () => (queue.length > 1 ? queue.shift() : queue[0]) ?? IDLING,
    lastRun: async () => (hasRun ? { ...LAST_RUN, writtenAt: 2000, ...after } : before),
    managed: async () => new Set(),
    enable: async () => void calls.push('enable'),
    disable: async (message) => void calls.push(['disable', message]),
    async planRun(options) {
      calls.push(options);
      hasRun = true;
      return { file: 'puppet', args: [] };
    },
    planWait(pid) {
      calls.push(['wait', pid]);
      hasRun = true;
      return { file: 'tail', args: [] };
    },
    resource: async ({ type, name }) => ({ name: `${type}[${name}]`, properties: { ensure: 'present' } }),
    planChange: async () => ({ file: 'puppet', args: [] }),
  };
  const agent = createPuppetAgent(puppet, () => NOW);
  const call = (name: string, options?: CallOptions): Promise<ReplyData> => callAction(agent, name, options);
  return { puppet, calls, call };
}

const endWith =
  (exit: JobExit, stdout = '') =>
  async (_: JobCommand) => ({ exit, stdout });
const exited = (exitCode: number): JobExit => ({ state: 'exited', exitCode });

test('status says in one line what Puppet does and what its last run came to', async () => {
  const said = async (state: PuppetState, lastRun = LAST_RUN) =>
    (await createScripted({ states: [state], before: lastRun }).call('status')).message;
  assert.equal(await said(IDLING), 'Currently idling; last run 12 minutes ago (changed)');
  assert.equal(await said(DISABLED), 'Currently disabled (tests); last run 12 minutes ago (changed)');
  assert.equal(await said(HUNG), 'Currently hung; last run 12 minutes ago (changed); a run hangs');
  const never: PuppetReport = { ...LAST_RUN, at: undefined, result: 'never run' };
  assert.equal(await said({ ...IDLING, staleReason: 'it never ran' }, never), 'Currently idling; it never ran; stale');
});

test('every output that an action sends is described', async () => {
  for (const name of ['status', 'count', 'stale', 'last_run', 'runonce', 'enable', 'disable'] as const) {
    const outputs = Object.keys(
      await createScripted({ states: [IDLING, DISABLED] })
        .call(name)
        .catch(() => ({})),
    );
    const described = Object.keys(PUPPET_DESCRIPTION.actions[name]?.output ?? {});
    assert.deepEqual(
      outputs.filter((output) => !described.includes(output)),
      [],
      name,
    );
  }
});

test('stale is a failure with the reason where Puppet is stale', async () => {
  await assert.rejects(createScripted({ states: [HUNG] }).call('stale'), {
    code: 'failed/stale',
    message: 'a run hangs',
  });
  assert.equal((await createScripted().call('stale')).stale, false);
});

test('the figures of the last run are numbers', async () => {
  const figures = await createScripted().call('last_run');
  assert.equal(figures.total_time, 12.3);
  assert.equal(figures.since_last_run, 720);
  assert.equal(figures.message, 'changed; 31 resources: 2 changed, 0 failed, 2 out of sync; 12.3 s');
});

test('where no run ever was there are no figures of one', async () => {
  const never: PuppetReport = { ...LAST_RUN, at: undefined, result: 'never run', resources: {} };
  const { call } = createScripted({ before: never });
  assert.deepEqual(await call('last_run'), { result: 'never run', message: 'it never ran' });
  const status = await call('status');
  assert.deepEqual([status.result, status.last_run, status.since_last_run], ['never run', undefined, undefined]);
});

test('a disabled Puppet keeps its message, and nothing is asked of it', async () => {
  const { call, calls } = createScripted({ states: [DISABLED] });
  const { message, disable_message } = await call('disable', { input: { message: 'mine' } });
  assert.deepEqual([message, disable_message], ['it was disabled already: tests', 'tests']);
  assert.deepEqual(calls, []);
});

test('a Puppet that stays enabled or disabled against what was asked is a failure', async () => {
  await assert.rejects(createScripted({ states: [IDLING] }).call('disable'), { code: 'failed/puppet' });
  await assert.rejects(createScripted({ states: [DISABLED] }).call('enable'), { code: 'failed/puppet' });
});

test('a run is told from its report, not from its exit code', async () => {
  const run = (after: Partial<PuppetReport>, options: CallOptions = {}) =>
    createScripted({ after }).call('runonce', options);
  assert.equal((await run({})).message, 'changed 2 of 31 resources in 12.3 s');
  const unchanged = { result: 'unchanged', resources: { total: 31 } } as const;
  assert.equal(
    (await run(unchanged, { runCommand: endWith(exited(0)) })).message,
    'nothing changed: 31 resources, 12.3 s',
  );
  const noop = { ...unchanged, isNoop: true };
  assert.equal((await run(noop)).message, 'nothing to change (dry run): 31 resources, 12.3 s');
  const pending = { ...noop, resources: { total: 31, out_of_sync: 3 } };
  assert.equal((await run(pending)).result, 'would change');
  await assert.rejects(run({ isComplete: false }), { code: 'failed/puppet', message: /stopped before it was done/ });
  await assert.rejects(run({}, { runCommand: endWith(exited(6)) }), { code: 'failed/puppet' });
});

test('a failed run names the resources, or why there was no catalogue', async () => {
  const failures = [{ resource: 'File[/x]', message: 'no such directory' }];
  const failed = { result: 'failed', resources: { total: 31, failed: 2 }, failures } as const;
  await assert.rejects(createScripted({ after: failed }).call('runonce'), {
    message: 'run failed: 2 resources: File[/x]: no such directory; and more',
  });
  const without = { result: 'failed', resources: { total: 0, failed: 0 }, errors: ['Error 500 on SERVER'] } as const;
  await assert.rejects(createScripted({ after: without }).call('runonce'), {
    message: 'run failed: there was no catalogue: Error 500 on SERVER',
  });
});

test('a run without a new report never counts as one that went well', async () => {
  const run = (exit: JobExit, stdout = '') =>
    createScripted({ after: { writtenAt: 1000 } }).call('runonce', { runCommand: endWith(exit, stdout) });
  await assert.rejects(run(exited(0)), { message: 'Puppet did not run: it gave no reason (exit code 0)' });
  await assert.rejects(run(exited(1), 'Error: Facter: x\nError: no certificate\n'), { message: /: no certificate$/ });
  await assert.rejects(run({ state: 'killed', signal: 'SIGKILL' }), { message: /killed \(SIGKILL\)/ });
  await assert.rejects(run({ state: 'lost' }), { message: 'the run is gone without a report' });
  const disabled = await run(exited(1), "Notice: Skipping run; administratively disabled (Reason: 'late');\n");
  assert.deepEqual([disabled.result, disabled.message], ['skipped', 'skipped: Puppet is disabled (late)']);
});

test('a flood of failures makes a bounded message', async () => {
  const failures = Array.from({ length: 5 }, (_, i) => ({ resource: `File[${i}]`, message: 'x'.repeat(5000) }));
  const after = { result: 'failed', resources: { total: 9, failed: 9 }, failures } as const;
  await assert.rejects(createScripted({ after }).call('runonce'), (error: Error) => error.message.length <= 1000);
});

test('a disabled Puppet is skipped, a run that is on is followed, and a hung one is a failure', async () => {
  const skipped = createScripted({ states: [DISABLED] });
  assert.deepEqual(await skipped.call('runonce'), {
    message: 'skipped: Puppet is disabled (tests)',
    result: 'skipped',
    started: false,
  });
  assert.deepEqual(skipped.calls, []);
  const applying = createScripted({ states: [{ ...IDLING, state: 'applying', isApplying: true, runPid: 42 }] });
  const { started, message } = await applying.call('runonce');
  assert.deepEqual([started, message], [false, 'changed 2 of 31 resources in 12.3 s; this run was on already']);
  assert.deepEqual(applying.calls, [['wait', 42]]);
  await assert.rejects(createScripted({ states: [HUNG] }).call('runonce'), { code: 'failed/hung' });
});

test('a file goes by one spelling of its name, as rules do', async () => {
  const { call } = createScripted();
  const show = (name: string) => call('resource', { input: { type: 'file', name } });
  assert.equal((await show('/etc/motd')).resource, 'file[/etc/motd]');
  for (const name of ['/etc/./shadow', '/var/log/../../etc/shadow', '//etc/shadow', '/proc/self/root/etc/shadow']) {
    await assert.rejects(show(name), { code: 'usage/bad-input' });
  }
});

test('another server, types that are not listed and a Puppet for looking only are refused', async () => {
  const { call, calls, puppet } = createScripted();
  await assert.rejects(call('runonce', { input: { server: 'evil.example.org' } }), { code: 'failed/not-allowed' });
  await assert.rejects(call('resource', { input: { type: 'exec', name: 'x' } }), { code: 'failed/not-allowed' });
  const change = { type: 'user', name: 'x', properties: 'ensure=absent' };
  await assert.rejects(call('set_resource', { input: change }), { code: 'failed/not-allowed' });
  const readOnly = createPuppetAgent(refuseChanges(puppet), () => NOW);
  await assert.rejects(callAction(readOnly, 'runonce'), { code: 'failed/read-only' });
  await assert.rejects(callAction(readOnly, 'disable'), { code: 'failed/read-only' });
  assert.deepEqual(calls, []);
});

test('a failure of the back end, such as Puppet missing, is the answer', async () => {
  const { puppet } = createScripted();
  const missing = new McoError('failed/not-installed', 'Puppet is not installed on this node');
  const agent = createPuppetAgent({ ...puppet, state: () => Promise.reject(missing) }, () => NOW);
  for (const action of ['status', 'runonce', 'enable', 'disable']) {
    await assert.rejects(callAction(agent, action), { code: 'failed/not-installed' });
  }
});

test('input that could be an option, a second line or another type is refused', () => {
  const refused = (action: string, input: Record<string, string>) => {
    const description = PUPPET_DESCRIPTION.actions[action];
    assert.ok(description);
    assert.throws(() => checkInput(description, input), { code: 'usage/invalid-input' }, JSON.stringify(input));
  };
  for (const message of ['--enable', 'two\nlines', '']) refused('disable', { message });
  for (const tags of ['--noop', 'a b', 'a;b']) refused('runonce', { tags });
  refused('runonce', { server: '--x' });
  refused('runonce', { environment: '../x' });
  for (const name of ['--host', 'a=b', 'a\nb']) refused('resource', { type: 'file', name });
  refused('resource', { type: 'File;x', name: 'x' });
  for (const properties of ['--noop', 'ensure', 'a=b --noop', 'a="b', 'a=b\nc=d']) {
    refused('set_resource', { type: 'file', name: 'x', properties });
  }
});
