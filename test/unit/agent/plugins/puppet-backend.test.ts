import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPuppetBackend } from '../../../../agent/plugins/puppet/create-puppet-backend.ts';
import { readProperties } from '../../../../agent/plugins/puppet/read-properties.ts';
import { readReport } from '../../../../agent/plugins/puppet/read-report.ts';
import { tellAge } from '../../../../agent/plugins/puppet/tell-age.ts';
import { McoError } from '../../../../src/core/errors.ts';
import type { FileState, HostFiles } from '../../../../src/core/host/host-files.ts';
import type { Finished, ProcessRequest, ProcessRunner } from '../../../../src/core/ports.ts';
import { createFakeClock } from '../../../fakes/fake-clock.ts';

const NOW = 1_700_000_000_000;
const { signal } = new AbortController();
const PATHS = [
  'agent_catalog_run_lockfile = /p/run.lock',
  'agent_disabled_lockfile = /p/disabled.lock',
  'pidfile = /p/agent.pid',
  'lastrunfile = /p/summary.yaml',
  'lastrunreport = /p/report.yaml',
  'resourcefile = /p/resources.txt',
].join('\n');
const SUMMARY = `version:\n  config: 1\ntime:\n  total: 2.5\n  last_run: ${NOW / 1000 - 60}\nresources:\n  total: 3\n  changed: 0\n`;
const done = (stdout = '', exitCode = 0): Finished => ({
  exitCode,
  signal: undefined,
  stdout,
  stderr: '',
  truncated: false,
});

interface Machine {
  readonly files?: Readonly<Record<string, string>>;
  readonly threads?: string;
  /** When files were written that are not a minute old. */
  readonly times?: Readonly<Record<string, number>>;
  /** Replaces what programs answer. */
  run?(request: ProcessRequest): Promise<Finished> | undefined;
}

function createMachine({ files: contents = {}, threads = '', times = {}, run }: Machine) {
  const requests: ProcessRequest[] = [];
  const clock = createFakeClock(NOW);
  const runner: ProcessRunner = {
    async run(request) {
      requests.push(request);
      const special = await run?.(request);
      if (special !== undefined) return special;
      return done(request.file === 'ps' ? threads : request.args[0] === 'config' ? PATHS : '');
    },
    stuck: () => 0,
  };
  const has = (path: string): boolean => Object.hasOwn(contents, path);
  const files = {
    look: async (path: string) => (has(path) ? ({ modifiedAt: times[path] ?? NOW - 60_000 } as FileState) : undefined),
    read: async (path: string) => contents[path],
    tail: async () => '',
  } as unknown as HostFiles;
  const permits = { readableTypes: [], changeableTypes: [], allowManaged: false, allowServer: false };
  const options = { hungAfterMs: 7_200_000, outdatedAfterMs: 7_200_000, permits };
  return { puppet: createPuppetBackend({ runner, files, clock, options }), requests, clock };
}

test('Puppet is asked for its paths once, also by several at a time', async () => {
  const { puppet, requests } = createMachine({ files: { '/p/summary.yaml': SUMMARY } });
  await Promise.all([puppet.state(signal), puppet.lastRun(signal)]);
  await puppet.managed(signal);
  assert.equal(requests.filter(({ args }) => args[0] === 'config').length, 1);
});

test('a Puppet outside the system path is found, and none at all is said', async () => {
  const missing = (file: string) => new McoError('failed/not-installed', `\`${file}\` is not installed on this node`);
  const apart = createMachine({
    run: ({ file }) => (file === 'puppet' ? Promise.reject(missing(file)) : undefined),
  });
  await apart.puppet.enable(signal);
  assert.equal(apart.requests.at(-1)?.file, '/opt/puppetlabs/bin/puppet');
  const { puppet } = createMachine({ run: ({ file }) => Promise.reject(missing(file)) });
  await assert.rejects(puppet.state(signal), {
    code: 'failed/not-installed',
    message: 'Puppet is not installed on this node',
  });
});

test('who has no time for the question gives up alone, and its answer is kept', async () => {
  let answer: (finished: Finished) => void = () => undefined;
  const { puppet, requests } = createMachine({
    run: ({ args }) => (args[0] === 'config' ? new Promise((resolve) => (answer = resolve)) : undefined),
  });
  const hasty = new AbortController();
  const state = puppet.state(hasty.signal);
  hasty.abort();
  await assert.rejects(state, { code: 'failed/timeout' });
  answer(done(PATHS));
  assert.equal((await puppet.state(signal)).state, 'stopped');
  assert.equal(requests.filter(({ args }) => args[0] === 'config').length, 1);
});

test('a Puppet that does not answer is asked again the next time', async () => {
  let isBroken = true;
  const { puppet } = createMachine({
    run: ({ args }) =>
      args[0] === 'config' && isBroken ? Promise.resolve(done('Error: bad puppet.conf', 1)) : undefined,
  });
  await assert.rejects(puppet.state(signal), { code: 'failed/puppet', message: 'Puppet failed: bad puppet.conf' });
  isBroken = false;
  assert.equal((await puppet.state(signal)).state, 'stopped');
});

test('a run counts by its process, a daemon by its own', async () => {
  const files = { '/p/summary.yaml': SUMMARY, '/p/run.lock': '42\n', '/p/agent.pid': '41\n' };
  const threads = '  41 41 1 Ss poll_s puppet\n  42 42 41 Sl - puppet\n  42 43 41 Sl - base.rb:80\n';
  const { state, isApplying, isDaemonRunning, runPid } = await createMachine({ files, threads }).puppet.state(signal);
  assert.deepEqual(
    { state, isApplying, isDaemonRunning, runPid },
    { state: 'applying', isApplying: true, isDaemonRunning: true, runPid: 42 },
  );
  const zombie = createMachine({ files, threads: '42 42 1 Z - puppet' });
  assert.equal((await zombie.puppet.state(signal)).staleReason, 'a run left its lock behind: process 42 is a zombie');
  const alone = createMachine({
    files,
    threads: '42 42 1 Sl - ruby2.1',
    run: ({ args }) => (args[1] === 'args=' ? Promise.resolve(done('ruby /srv/app')) : undefined),
  });
  assert.equal(
    (await alone.puppet.state(signal)).staleReason,
    'a run left its lock behind: process 42 is another program now (ruby2.1)',
  );
});

test('only what did not run for a while between two looks is stuck', async () => {
  let switches = 7;
  const status = () => `State:\tD (disk sleep)\nvoluntary_ctxt_switches:\t${switches}\n`;
  const files = {
    '/p/summary.yaml': SUMMARY,
    '/p/run.lock': '42',
    get '/proc/50/task/50/status'() {
      return status();
    },
  };
  const threads = '42 42 1 Sl - puppet\n50 50 42 Ds rpc_wait df\n';
  const { puppet, clock } = createMachine({ files, threads });
  const busy = puppet.state(signal);
  await clock.advance(1000);
  switches += 1;
  await clock.advance(1000);
  assert.equal((await busy).state, 'applying');
  const stuck = puppet.state(signal);
  await clock.advance(2000);
  assert.deepEqual(
    (await stuck).staleReason,
    'a run hangs: process 42, in its child 50 (df), stuck in the kernel (rpc_wait), and nothing can end it',
  );
});

test('waiting for the second look ends with the time of the question', async () => {
  const files = { '/p/run.lock': '42', '/proc/42/task/42/status': 'State:\tD\n' };
  const { puppet, clock } = createMachine({ files, threads: '42 42 1 Ds rpc_wait puppet' });
  const controller = new AbortController();
  const asked = puppet.state(controller.signal);
  await clock.advance(10);
  controller.abort();
  await assert.rejects(asked, { code: 'failed/timeout' });
});

test('a run plans its options behind equals signs, and none that was not asked for', async () => {
  const { puppet } = createMachine({});
  const plain = await puppet.planRun({ isNoop: false, splay: false }, signal);
  assert.ok('args' in plain);
  assert.deepEqual(
    plain.args.filter((arg) => /noop|tags|server|environment|cached/.test(arg)),
    [],
  );
  const full = await puppet.planRun(
    { isNoop: true, splay: true, tags: 'a,b', server: 'h:8140', environment: 'dev', useCachedCatalog: false },
    signal,
  );
  assert.ok('args' in full);
  for (const arg of [
    '--noop',
    '--splay',
    '--tags=a,b',
    '--server=h',
    '--masterport=8140',
    '--environment=dev',
    '--no-use_cached_catalog',
  ]) {
    assert.ok(full.args.includes(arg), arg);
  }
});

test('a shown resource keeps its secrets', async () => {
  const stdout =
    "user { 'x':\n  ensure   => 'present',\n  groups   => ['a', 'b\\'c'],\n  password => '$6$salt$hash',\n}\n";
  const { puppet } = createMachine({
    run: ({ args }) => (args[0] === 'resource' ? Promise.resolve(done(stdout)) : undefined),
  });
  const { properties } = await puppet.resource({ type: 'user', name: 'x' }, signal);
  assert.deepEqual(properties, { ensure: 'present', groups: ['a', "b'c"], password: '(not shown)' });
});

test('a run without a catalogue is a failure, and a report of another run says nothing', async () => {
  const summary = SUMMARY.replace('config: 1', 'config:').replace('total: 3', 'total: 0');
  const none = createMachine({ files: { '/p/summary.yaml': summary } });
  assert.equal((await none.puppet.lastRun(signal)).result, 'failed');
  assert.equal(
    (await createMachine({ files: { '/p/summary.yaml': SUMMARY } }).puppet.lastRun(signal)).result,
    'unchanged',
  );
  assert.equal((await createMachine({}).puppet.lastRun(signal)).result, 'never run');
  const cached = 'status: changed\ncached_catalog_status: on_failure\n';
  const files = { '/p/summary.yaml': SUMMARY, '/p/report.yaml': cached };
  const { result, isFromCache } = await createMachine({ files }).puppet.lastRun(signal);
  assert.deepEqual({ result, isFromCache }, { result: 'changed', isFromCache: true });
  const old = createMachine({ files, times: { '/p/report.yaml': NOW - 3_600_000 } });
  assert.equal((await old.puppet.lastRun(signal)).result, 'unchanged');
});

test('complaints are found in a report, however they are quoted and folded', () => {
  const report = `--- !ruby/object:Puppet::Transaction::Report
status: failed
logs:
- level: info
  message: Retrieving plugin
  source: Puppet
- level: err
  message: Permission denied @ rb_sysopen - /proc/1/environ
  source: Facter
- level: err
  message: 'Could not retrieve: it''s
    Error 500'
  source: Puppet
- level: err
  message: |-
    No such file
    Wrapped exception:
  source: "/Stage[main]/Main/File[/a/B[x]]/ensure"
metrics:
  x: 1
`;
  const { status, errors, failures } = readReport(report);
  assert.equal(status, 'failed');
  assert.deepEqual(errors, ["Could not retrieve: it's Error 500"]);
  assert.deepEqual(failures, [{ resource: 'File[/a/B[x]]', message: 'No such file Wrapped exception:' }]);
});

test('a large report is gone through in no time that grows faster than it does', () => {
  const entry = "- level: notice\n  message: 'a\n    b'\n  source: Puppet\n";
  const { errors, isComplete } = readReport(`logs:\n${entry.repeat(40_000)}metrics:\ntransaction_completed: false\n`);
  assert.deepEqual(errors, []);
  assert.equal(isComplete, false);
});

test('properties are split at blanks outside of quotes', () => {
  assert.deepEqual(readProperties('ensure=present comment="two words" uid=7'), [
    'ensure=present',
    'comment=two words',
    'uid=7',
  ]);
  assert.throws(() => readProperties('ensure=present --noop'), { code: 'failed/bad-input' });
});

test('ages are told in the largest unit that comes twice', () => {
  assert.deepEqual([0, 1, 119, 120, 7199, 7200, 86_400, 172_800].map(tellAge), [
    '0 seconds',
    '1 second',
    '119 seconds',
    '2 minutes',
    '119 minutes',
    '2 hours',
    '24 hours',
    '2 days',
  ]);
});
