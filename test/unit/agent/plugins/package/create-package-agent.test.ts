import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPackageAgent } from '../../../../../agent/plugins/package/create-package-agent.ts';
import { PACKAGE_DESCRIPTION } from '../../../../../agent/plugins/package/description.ts';
import { createNoPackages } from '../../../../../agent/plugins/package/no-packages.ts';
import { aggregateResults } from '../../../../../src/bot/collecting/aggregate.ts';
import type { ActionDescription, Input } from '../../../../../src/core/agent-description.ts';
import { checkInput } from '../../../../../src/core/check-input.ts';
import { McoError } from '../../../../../src/core/errors.ts';
import type { PackageBackend } from '../../../../../src/core/host/package-backend.ts';
import type { NodeResult } from '../../../../../src/core/report.ts';
import { fillLine } from '../../../../../src/render/fill-line.ts';
import { callAction } from '../../../../fakes/call-action.ts';
import { createFakePackages, type FakeOptions, row } from './fake-packages.ts';

const STATUS = PACKAGE_DESCRIPTION.actions.status as ActionDescription;
const hash = (text: string): string => `#${text}`;
const call = (packages: PackageBackend, action: string, input: Input = {}) =>
  callAction(createPackageAgent(packages, hash), action, { input });
const rehearse = (packages: PackageBackend, action: string, input: Input) =>
  callAction(createPackageAgent(packages, hash), action, { input, isDryRun: true });

test('status answers with the first row, and with all where there are several', async () => {
  const rows = [row('libc6', '2.36'), { ...row('libc6', '2.36'), arch: 'i386' }];
  const packages = { ...createFakePackages(), status: () => Promise.resolve(rows) };
  assert.deepEqual(await call(packages, 'status', { package: 'libc6' }), {
    ...{ package: 'libc6', ensure: '2.36', arch: 'all', status: 'installed', all: rows },
  });
});

test('a package that is left half-way is named in the line and in a summary of its own', async () => {
  for (const [status, named] of [
    ['half-configured', 'half-configured'],
    ['unpacked', 'unpacked'],
    ['half-installed', 'half-installed'],
    ['triggers-pending', 'triggers-pending'],
    ['installed', undefined],
  ] as const) {
    const packages = createFakePackages();
    packages.rows.set('badpkg', row('badpkg', '1.0', status));
    const outputs = await call(packages, 'status', { package: 'badpkg' });
    assert.equal(outputs.state, named);
    const line = fillLine(STATUS.line ?? '', outputs);
    assert.equal(line, named === undefined ? 'badpkg-1.0.all' : `badpkg-1.0.all (${named})`);
    const sums = aggregateResults(STATUS, [{ identity: 'a', outcome: 'ok', data: outputs } as unknown as NodeResult]);
    assert.deepEqual(
      sums.slice(1).map(({ values }) => values),
      named === undefined ? [] : [[{ value: named, count: 1 }]],
    );
  }
  assert.equal((await call(createFakePackages(), 'status', { package: 'gone' })).state, undefined);
});

test('what others changed while a manager waited for its lock is not told as ours', async () => {
  const packages = createFakePackages({ perform: (rows) => rows.set('alpha', row('alpha', '1')) });
  const manager = packages.manager;
  assert.ok(manager);
  const waiting = {
    ...manager,
    change: (...args: Parameters<typeof manager.change>) => {
      packages.rows.set('other', row('other', '5'));
      return manager.change(...args);
    },
  };
  const told = await call({ ...packages, manager: waiting }, 'install', { package: 'alpha' });
  assert.deepEqual(told, {
    ...{ package: 'alpha', before: 'absent', after: '1', changed: true },
    change: 'absent -> 1',
  });
});

test('where packages can only be read nothing is changed, and the answer says so', async () => {
  const packages = { ...createFakePackages({ installed: { alpha: '1' } }), manager: undefined };
  for (const action of ['install', 'update', 'uninstall', 'purge']) {
    await assert.rejects(call(packages, action, { package: 'alpha' }), { code: 'failed/read-only' });
  }
  for (const action of ['refresh', 'checkupdates']) {
    await assert.rejects(call(packages, action), { code: 'failed/read-only' });
  }
  assert.equal((await call(packages, 'count')).count, 1);
});

test('a machine without a package manager says that', async () => {
  for (const action of ['status', 'count', 'checksum']) {
    await assert.rejects(call(createNoPackages(), action, { package: 'a' }), { code: 'failed/not-installed' });
  }
});

test('the checksum is over sorted lines, whatever order they come in', async () => {
  const one = createFakePackages({ installed: { beta: '2', alpha: '1', 'alpha-x': '1' } });
  assert.deepEqual(await call(one, 'checksum'), { checksum: '#alpha 1 all\nalpha-x 1 all\nbeta 2 all\n', count: 3 });
});

test('updates and a refresh tell how many there are', async () => {
  const packages = createFakePackages();
  const updates = [{ package: 'alpha', from: '1', to: '2', repository: 'main' }];
  assert.deepEqual(await call(packages, 'checkupdates'), {
    ...{ count: 1, updates, manager: 'faketool' },
    ...{ packages: ['alpha'], detail: '1 update: alpha 1 -> 2' },
  });
  assert.deepEqual(await call(packages, 'refresh'), { updates: 1, manager: 'faketool' });
  const problem = new McoError('failed/fetch', 'no way there');
  await assert.rejects(call(createFakePackages({ problem }), 'refresh'), problem);
});

test('what went up with an update is told', async () => {
  const packages = createFakePackages({
    installed: { alpha: '1', beta: '1', gamma: '1' },
    perform(rows) {
      rows.set('alpha', row('alpha', '2'));
      rows.set('beta', row('beta', '3'));
      rows.delete('gamma');
    },
  });
  assert.deepEqual(await call(packages, 'update', { package: 'alpha' }), {
    ...{ package: 'alpha', before: '1', after: '2', changed: true, change: '1 -> 2' },
    ...{ also: ['beta 1 -> 3', 'gamma 1 -> absent'], note: ', also beta 1 -> 3 and 1 more' },
  });
});

test('an update that finds nothing newer is none', async () => {
  const same = { package: 'alpha', before: '1', after: '1', changed: false, change: '1, unchanged' };
  assert.deepEqual(await call(createFakePackages({ installed: { alpha: '1' } }), 'update', { package: 'alpha' }), same);
});

test('what is not installed is not updated', async () => {
  const packages = createFakePackages();
  await assert.rejects(call(packages, 'update', { package: 'alpha' }), { code: 'failed/not-installed-here' });
  assert.deepEqual(packages.changes, []);
});

test('a package that is half there is not left alone', async () => {
  for (const action of ['install', 'uninstall', 'purge']) {
    const packages = createFakePackages();
    packages.rows.set('alpha', row('alpha', '1', 'half-configured'));
    await call(packages, action, { package: 'alpha' }).catch(() => undefined);
    assert.equal(packages.changes.length, 1, action);
  }
  const packages = createFakePackages();
  packages.rows.set('alpha', { name: 'alpha', ensure: 'absent', arch: '', status: 'config-files' });
  await call(packages, 'uninstall', { package: 'alpha' });
  assert.equal(packages.changes.length, 0);
});

const broken: readonly [string, Input, FakeOptions, RegExp][] = [
  ['install', { package: 'alpha' }, {}, /^faketool reported no error, and yet `alpha` is purged \(not-installed\)$/],
  [
    'install',
    { package: 'alpha', version: '2' },
    { perform: (rows) => rows.set('alpha', row('alpha', '1')) },
    /yet `alpha` is 1 \(installed\); meanwhile changed: alpha absent -> 1$/,
  ],
  ['uninstall', { package: 'beta' }, { installed: { beta: '1' } }, /yet `beta` is 1 \(installed\)$/],
  [
    'update',
    { package: 'beta' },
    { installed: { beta: '1' }, perform: (rows) => rows.set('beta', row('beta', '2', 'unpacked')) },
    /yet `beta` is 2 \(unpacked\); meanwhile changed: beta 1 -> 2$/,
  ],
];
for (const [action, input, options, message] of broken) {
  test(`a manager that claims success is not believed: ${action} ${JSON.stringify(input)}`, async () => {
    await assert.rejects(call(createFakePackages(options), action, input), { code: 'failed/package', message });
  });
}

test('a failure says what has changed meanwhile', async () => {
  const problem = new McoError('failed/held', 'beta is on hold', { hint: 'let it go' });
  const packages = createFakePackages({
    ...{ installed: { alpha: '1' }, problem },
    perform(rows) {
      for (const name of ['alpha', 'b', 'c', 'd']) rows.set(name, row(name, '2'));
    },
  });
  await assert.rejects(call(packages, 'update', { package: 'alpha' }), {
    ...{ code: 'failed/held', hint: 'let it go' },
    message: 'beta is on hold; meanwhile changed: alpha 1 -> 2, b absent -> 2, c absent -> 2 and 1 more',
  });
});

test("the tool's failure is told also where the packages can not be looked at afterwards", async () => {
  const problem = new McoError('failed/killed', 'it was killed');
  const packages = createFakePackages({ installed: { alpha: '1' }, problem });
  let looks = 0;
  const list = () => (looks++ === 0 ? packages.list(new AbortController().signal) : Promise.reject(new Error('gone')));
  await assert.rejects(call({ ...packages, list }, 'update', { package: 'alpha' }), problem);
});

test('a dry run tells what would be, in the words of the back end, and runs nothing', async () => {
  const steps = [
    { name: 'alpha', before: '1', after: '2' },
    { name: 'beta:i386', before: '', after: '1' },
    { name: 'gamma', before: '3', after: '' },
  ];
  const packages = createFakePackages({ installed: { alpha: '1' }, steps });
  const told = await rehearse(packages, 'update', { package: 'alpha' });
  assert.deepEqual([told.before, told.after, told.also], ['1', '2', ['beta:i386 absent -> 1', 'gamma 3 -> absent']]);
  assert.deepEqual(packages.changes, []);
  for (const [order, gone] of [
    ['deb', 'purged'],
    ['rpm', 'absent'],
  ] as const) {
    const rehearsed = createFakePackages({
      installed: { alpha: '1' },
      order,
      steps: [{ name: 'alpha', before: '1', after: '' }],
    });
    assert.equal((await rehearse(rehearsed, 'purge', { package: 'alpha' })).after, gone);
  }
});

test('an installed version is recognised as the package manager writes it', async () => {
  const rpm = createFakePackages({ order: 'rpm', installed: { alpha: '3:1.2-4.el9' } });
  for (const version of ['1.2', '1.2-4.el9', '3:1.2']) {
    assert.equal((await call(rpm, 'install', { package: 'alpha', version })).changed, false);
  }
  assert.deepEqual(rpm.changes, []);
  await call(rpm, 'install', { package: 'alpha', version: '4:1.2' }).catch(() => undefined);
  assert.equal(rpm.changes.length, 1);
});

const versions = createPackageAgent(createFakePackages(), hash).description.actions.install;
for (const [version, isGood] of [
  ['1:2.3~rc1+dfsg-4', true],
  ['0.1^git1_2', true],
  ['-o', false],
  ['1/stable', false],
  ['1 2', false],
  ['1*', false],
  ['', false],
] as const) {
  test(`${JSON.stringify(version)} is ${isGood ? 'a' : 'no'} version`, () => {
    assert.ok(versions);
    const check = () => checkInput(versions, { package: 'a', version });
    if (isGood) check();
    else assert.throws(check, { code: 'usage/invalid-input' });
  });
}
