import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createDataSources } from '../../../../../agent/data/sources/create-data-sources.ts';
import type { DataBackends } from '../../../../../agent/data/sources/data-backends.ts';
import { DATA_FUNCTIONS } from '../../../../../src/core/data-function-table.ts';
import type { DataAnswer } from '../../../../../src/core/data-functions.ts';
import { McoError } from '../../../../../src/core/errors.ts';
import type { FileState } from '../../../../../src/core/host/host-files.ts';
import type { PuppetFiles, PuppetLastRun, PuppetState } from '../../../../../src/core/host/puppet-backend.ts';

const NOW = 1_700_000_000_000;

const BARE: DataBackends = {
  collectives: ['mcollective', 'dmz'],
  now: () => NOW,
  profile: () => ({
    identity: 'web1.example.org',
    facts: { os: { family: 'Debian', mixed: ['a', 2, { b: 1 }] }, cpus: 8, virtual: true, none: null },
    classes: new Set(),
    agents: new Set(['shell']),
  }),
  versionOf: (agent) => (agent === 'shell' ? '1.2.0' : undefined),
};

/** What a function finds; every field that is asked for. */
function ask(backends: Partial<DataBackends>, call: string, ...rest: [argument?: string, ...fields: string[]]) {
  const [argument, ...fields] = rest;
  const source = createDataSources({ ...BARE, ...backends }).find(({ description }) => description.name === call);
  assert.ok(source);
  const all = fields.length > 0 ? fields : Object.keys(source.description.fields);
  return source.find({ argument, fields: new Set(all) }, new AbortController().signal);
}

/** What a backend without it answers: nothing at all. */
const without = (answer: DataAnswer): string[] => Object.keys(answer).filter((name) => answer[name] !== undefined);

describe('the data functions of a node', () => {
  it('are all those of the table, and none has values where its back end is missing', async () => {
    const names = createDataSources(BARE).map(({ description }) => description.name);
    assert.deepEqual(names.sort(), DATA_FUNCTIONS.map(({ name }) => name).sort());
    for (const [name, argument] of [
      ['fstat', '/etc/hosts'],
      ['package', 'bash'],
      ['service', 'ssh'],
      ['process', 'sshd'],
      ['puppet', undefined],
      ['resource', undefined],
    ] as const) {
      assert.deepEqual(without(await ask({}, name, argument)), [], name);
    }
  });

  it('tell no field that the table does not have', async () => {
    const fields = (name: string) => Object.keys(DATA_FUNCTIONS.find((one) => one.name === name)?.fields ?? {});
    for (const [name, argument] of [
      ['fact', 'cpus'],
      ['fstat', '/a'],
      ['package', 'bash'],
      ['service', 'ssh'],
      ['process', 'a'],
      ['puppet', undefined],
      ['resource', 'file[/a]'],
      ['agent', 'shell'],
    ] as const) {
      const answer = await ask(FULL, name, argument);
      assert.deepEqual(Object.keys(answer).sort(), fields(name).sort(), name);
    }
  });
});

const FILE: FileState = {
  type: 'file',
  size: 12,
  mode: '0644',
  uid: 0,
  gid: 4,
  user: 'root',
  group: 'adm',
  modifiedAt: NOW - 60_500,
  changedAt: NOW - 1000,
  accessedAt: NOW,
};

const locate = (path: string): Promise<string> => Promise.resolve(path);

const STATE: PuppetState = {
  state: 'hung',
  isEnabled: true,
  disableMessage: '',
  isApplying: true,
  isDaemonRunning: true,
  staleReason: 'the run is stuck in nfs_wait',
};

const LAST_RUN: PuppetLastRun = {
  at: NOW / 1000 - 7200,
  result: 'changed',
  configVersion: '42',
  isFromCache: false,
  resources: { total: 100, changed: 3, failed: 1, out_of_sync: 4 },
  totalSeconds: 12.5,
  retrievalSeconds: 2,
};

const puppet: PuppetFiles = {
  state: () => Promise.resolve(STATE),
  lastRun: () => Promise.resolve(LAST_RUN),
  managed: () => Promise.resolve(new Set(['file[/etc/motd]'])),
};

const row = (ensure: string, arch: string, status = 'installed') => ({ name: 'libc6', ensure, arch, status });

const FULL: Partial<DataBackends> = {
  puppet,
  files: { locate, inspect: () => Promise.resolve(FILE), digest: (_, algorithm) => Promise.resolve(algorithm) },
  packages: { order: 'deb', status: () => Promise.resolve([row('1.0', 'amd64')]) },
  services: { status: (name) => Promise.resolve({ name, state: 'running', detail: '', enabled: true }) },
  processes: { list: () => Promise.resolve({ processes: [], hasArgs: false }), abandoned: () => 15 },
};

describe('a node on which programs hang that nothing ends', () => {
  const processes = { list: () => Promise.reject(new Error('never asked')), abandoned: () => 16 };
  it('starts no more of them for a filter, and says so', async () => {
    await assert.rejects(ask({ ...FULL, processes }, 'fstat', '/a'), /16 programs of this node's agent hang/);
    await assert.rejects(ask({ ...FULL, processes }, 'process', 'a'), { code: 'failed/busy' });
    assert.deepEqual(await ask({ ...FULL, processes }, 'collective', 'dmz'), { member: true });
  });
});

describe('fact', () => {
  it('knows values, and their kinds', async () => {
    assert.deepEqual(await ask({}, 'fact', 'os.family'), { exists: true, type: 'text', value: 'Debian' });
    assert.deepEqual(await ask({}, 'fact', 'cpus'), { exists: true, type: 'number', value: 8 });
    assert.deepEqual(await ask({}, 'fact', 'virtual'), { exists: true, type: 'boolean', value: true });
    assert.deepEqual(await ask({}, 'fact', 'os.mixed'), { exists: true, type: 'list', value: ['a', 2] });
    assert.deepEqual(await ask({}, 'fact', 'os'), { exists: true, type: 'object', value: undefined });
    assert.deepEqual(await ask({}, 'fact', 'none'), { exists: false });
    assert.deepEqual(await ask({}, 'fact', 'constructor'), { exists: false });
  });
});

describe('agent and collective', () => {
  it('say what there is', async () => {
    assert.deepEqual(await ask({}, 'agent', 'shell'), { present: true, version: '1.2.0' });
    assert.deepEqual(await ask({}, 'agent', 'package'), { present: false, version: undefined });
    assert.deepEqual(await ask({}, 'collective', 'dmz'), { member: true });
    assert.deepEqual(await ask({}, 'collective', 'lan'), { member: false });
  });
});

describe('fstat', () => {
  function files(state: FileState | undefined) {
    const read: string[] = [];
    const digest = (path: string, algorithm: 'md5' | 'sha256') => {
      read.push(`${algorithm} ${path}`);
      return Promise.resolve('ab12');
    };
    return { read, files: { locate, inspect: () => Promise.resolve(state), digest } };
  }

  it('knows a file, and reads it only where a checksum is asked for', async () => {
    const backends = files(FILE);
    const answer = await ask(backends, 'fstat', '/etc/motd', 'size', 'mtime');
    assert.deepEqual([answer.size, answer.mode, answer.user], [12, '0644', 'root']);
    assert.deepEqual([answer.mtime, answer.mtime_age], [NOW / 1000 - 61, 60]);
    assert.deepEqual(backends.read, []);
    assert.equal((await ask(backends, 'fstat', '/etc/motd', 'md5')).md5, 'ab12');
    assert.deepEqual(backends.read, ['md5 /etc/motd']);
  });

  it('reads nothing that is no file', async () => {
    const backends = files({ ...FILE, type: 'other' });
    assert.equal((await ask(backends, 'fstat', '/run/fifo', 'sha256')).sha256, undefined);
    assert.deepEqual(backends.read, []);
  });

  it('says that there is nothing', async () => {
    assert.deepEqual(await ask(files(undefined), 'fstat', '/none'), { name: '/none', present: false });
  });
});

describe('package', () => {
  const packages = (...rows: ReturnType<typeof row>[]) => ({
    packages: { order: 'deb' as const, status: () => Promise.resolve(rows) },
  });

  it('knows every architecture', async () => {
    assert.deepEqual(await ask(packages(row('2.19', 'amd64'), row('2.18', 'i386', 'unpacked')), 'package', 'libc6'), {
      installed: false,
      version: [
        { version: '2.19', order: 'deb' },
        { version: '2.18', order: 'deb' },
      ],
      status: ['installed', 'unpacked'],
      arch: ['amd64', 'i386'],
    });
  });

  it('counts as installed only what is so in every way', async () => {
    const installedAt = async (status: string) =>
      (await ask(packages(row('1.0', 'all', status)), 'package', 'libc6')).installed;
    assert.equal(await installedAt('installed'), true);
    for (const status of ['half-configured', 'unpacked', 'half-installed', 'triggers-awaiting', 'triggers-pending']) {
      assert.equal(await installedAt(status), false, status);
    }
  });

  it('has no version for what is not installed', async () => {
    for (const ensure of ['absent', 'purged']) {
      const answer = await ask(packages(row(ensure, '', 'not-installed')), 'package', 'libc6');
      assert.deepEqual(answer, { installed: false, version: [], status: ['not-installed'], arch: [] });
    }
  });

  it('passes on that it can not be found out', async () => {
    const status = () => Promise.reject(new McoError('failed/locked', 'the database is locked'));
    await assert.rejects(ask({ packages: { order: 'rpm', status } }, 'package', 'bash'), /locked/);
  });
});

describe('service', () => {
  const services = (state: object) => ({
    services: { status: (name: string) => Promise.resolve({ name, state: 'unknown', detail: '', ...state }) },
  });
  it('says whether it runs, as far as that is known', async () => {
    const running = services({ state: 'running', enabled: false });
    assert.deepEqual(await ask(running, 'service', 'ssh'), { status: 'running', running: true, enabled: false });
    assert.equal((await ask(services({ state: 'failed' }), 'service', 'ssh')).running, false);
    assert.equal((await ask(services({ isMissing: true }), 'service', 'ssh')).running, false);
    assert.equal((await ask(services({}), 'service', 'ssh')).running, undefined);
  });
});

describe('process', () => {
  it('counts processes by name and adds up their memory', async () => {
    const one = (command: string, memoryKb: number) => ({
      pid: 1,
      ppid: 0,
      user: 'root',
      state: 'S',
      memoryKb,
      cpuPercent: 0,
      ageSeconds: 1,
      wchan: '',
      command,
    });
    const processes = {
      abandoned: () => 0,
      list: (withArgs: boolean) => {
        assert.equal(withArgs, false);
        return Promise.resolve({ processes: [one('nginx', 100), one('nginx', 50), one('sshd', 7)], hasArgs: false });
      },
    };
    assert.deepEqual(await ask({ processes }, 'process', '^ngi'), { running: true, count: 2, memory: 150 });
    assert.deepEqual(await ask({ processes }, 'process', 'apache'), { running: false, count: 0, memory: 0 });
  });
});

describe('puppet and resource', () => {
  it('know the state and the last run', async () => {
    const answer = await ask({ puppet }, 'puppet');
    assert.deepEqual([answer.status, answer.stale, answer.idling], ['hung', true, false]);
    assert.deepEqual([answer.enabled, answer.disabled, answer.since_lastrun], [true, false, 7200]);
    const figures = await ask({ puppet }, 'resource');
    assert.deepEqual([figures.failed_resources, figures.total_time, figures.config_version], [1, 12.5, '42']);
    assert.equal(figures.managed, undefined);
  });

  it('look at the last run only where that is asked for', async () => {
    const broken = { ...puppet, lastRun: () => Promise.reject(new McoError('failed/file', 'no')) };
    assert.equal((await ask({ puppet: broken }, 'puppet', undefined, 'enabled')).enabled, true);
    assert.deepEqual(await ask({ puppet: broken }, 'resource', 'File[/etc/motd]', 'managed'), { managed: true });
    assert.deepEqual(await ask({ puppet: broken }, 'resource', 'file[/etc/issue]', 'managed'), { managed: false });
    await assert.rejects(ask({ puppet: broken }, 'puppet', undefined, 'lastrun'));
  });

  it('have no time of a run that never was', async () => {
    const fresh = { ...puppet, lastRun: () => Promise.resolve({ ...LAST_RUN, at: undefined, resources: {} }) };
    const answer = await ask({ puppet: fresh }, 'resource');
    assert.deepEqual(
      [answer.lastrun, answer.since_lastrun, answer.failed_resources],
      [undefined, undefined, undefined],
    );
  });
});
