import { createFacterCache } from '../../../../agent/plugins/facter/facter-cache.ts';
import { createFileChanges } from '../../../../agent/plugins/file/coreutils.ts';
import { createAgents, createExternalAgent } from '../../../../agent/plugins/index.ts';
import { createHostNet } from '../../../../agent/plugins/nettest/host-net.ts';
import { createAptManager } from '../../../../agent/plugins/package/apt.ts';
import { createDnfManager } from '../../../../agent/plugins/package/dnf.ts';
import { createDpkgBackend } from '../../../../agent/plugins/package/dpkg.ts';
import { createRpmBackend } from '../../../../agent/plugins/package/rpm.ts';
import { createPsBackend } from '../../../../agent/plugins/process/ps.ts';
import { createPuppetBackend } from '../../../../agent/plugins/puppet/create-puppet-backend.ts';
import { createSystemdBackend } from '../../../../agent/plugins/service/systemd.ts';
import { createSysvBackend } from '../../../../agent/plugins/service/sysv.ts';
import { createHostFiles } from '../../../../src/adapters/exec/host-files.ts';
import { hashText } from '../../../../src/adapters/hash/hash-text.ts';
import { createMemorySpool } from '../../../../src/adapters/simulation/memory-spool.ts';
import type { Agent } from '../../../../src/core/agent.ts';
import type { Input } from '../../../../src/core/agent-description.ts';
import { readDescription } from '../../../../src/core/description-schema.ts';
import type { PackageBackend } from '../../../../src/core/host/package-backend.ts';
import type { ServiceBackend } from '../../../../src/core/host/service-backend.ts';
import type { Clock, ProcessRunner } from '../../../../src/core/ports.ts';
import { DESCRIPTION_TEMPLATE } from '../../../../src/main/new-agent/description-template.ts';

const SPEED = 1000;
const START = 1_700_000_000_000;

/** Waits for nothing that takes long: the minutes that a tool is given are milliseconds. */
const clock: Clock = {
  now: () => START + Math.round(performance.now() * SPEED),
  after(delayMs, fn) {
    const timer = setTimeout(fn, delayMs / SPEED);
    return () => clearTimeout(timer);
  },
};

/** An input with which each action that needs one gets as far as its tools. */
export const INPUTS: Readonly<Record<string, Input>> = {
  'facter.get': { fact: 'os', fresh: false },
  'facter.all': { fresh: false },
  'file.status': { path: '/var/x' },
  'file.tail': { path: '/var/x', lines: 10 },
  'file.create': { path: '/var/x', mode: '0644', replace: false },
  'file.touch': { path: '/var/x' },
  'file.remove': { path: '/var/x', directory: false },
  'nettest.ping': { host: 'www', count: 3 },
  'nettest.connect': { host: 'www', port: 80, seconds: 3 },
  'nettest.resolve': { host: 'www', type: 'any' },
  ...both('package', ['status', 'install', 'update', 'uninstall', 'purge'], { package: 'nginx' }),
  'process.list': { sort: 'memory', limit: 10, args: false },
  'process.stuck': { seconds: 1 },
  'puppet.runonce': { splay: false, ignoreschedules: false },
  'puppet.resource': { type: 'file', name: '/x' },
  'puppet.set_resource': { type: 'file', name: '/x', properties: 'ensure=absent' },
  ...both('service', ['status', 'start', 'stop', 'restart', 'reload', 'enable', 'disable'], { service: 'nginx' }),
  ...both('shell', ['run', 'start'], { command: 'uname -a' }),
  'hello.greet': { name: 'ana' },
  'hello.note': { text: 'x' },
};

function both(agent: string, actions: readonly string[], input: Input): Readonly<Record<string, Input>> {
  return Object.fromEntries(actions.map((action) => [`${agent}.${action}`, input]));
}

export type Family = 'debian' | 'redhat';

/** All agents of a node, over programs that the test plays: as `src/main` puts them together. */
export function createHostAgents(runner: ProcessRunner, family: Family): readonly Agent[] {
  const files = createHostFiles(runner);
  const permits = { readableTypes: ['file'], changeableTypes: ['file'], allowManaged: true, allowServer: false };
  const options = { hungAfterMs: 7_200_000, outdatedAfterMs: 7_200_000, permits };
  const profile = { identity: 'web1', facts: {}, classes: new Set<string>(), agents: new Set<string>() };
  const built = createAgents({
    jobs: createMemorySpool(),
    tools: {
      processes: { processes: createPsBackend(runner, { clock }), clock },
      files: { files, changes: createFileChanges(runner), clock, write: ['/var/*'], tail: ['/var/*'] },
      net: createHostNet({ runner, clock, connect: () => Promise.resolve('open') }),
      facter: {
        facter: createFacterCache({ runner, clock, command: ['facter'], legacy: true }),
        clock,
        maxAgeMs: 600_000,
      },
      shell: { files, settings: { environment: {}, limits: {}, shells: {} } },
    },
    packages: createPackages(runner, family),
    puppet: createPuppetBackend({ runner, files, clock, options }),
    services: createServices(runner, family),
    node: {
      version: '0',
      collectives: ['mcollective'],
      now: () => clock.now(),
      profile: () => profile,
      stats: () => ({}),
      audit: { find: () => Promise.resolve({ records: [], truncated: false }) },
      hash: hashText,
    },
  });
  const description = readDescription(new TextEncoder().encode(DESCRIPTION_TEMPLATE));
  const own = { description, directory: '/etc/mco/agents/hello', program: '/etc/mco/agents/hello/run' };
  return [...built, createExternalAgent(own, { runner, user: undefined, identity: 'web1', facts: () => ({}) })];
}

function createPackages(runner: ProcessRunner, family: Family): PackageBackend {
  if (family === 'debian') return { ...createDpkgBackend(runner), manager: createAptManager(runner) };
  const rpm = createRpmBackend(runner);
  return { ...rpm, manager: createDnfManager(runner, { program: 'dnf', clock, list: rpm.list }) };
}

/** Red Hat's that have no systemd yet have init scripts. */
const createServices = (runner: ProcessRunner, family: Family): ServiceBackend =>
  family === 'debian' ? createSystemdBackend(runner, clock) : createSysvBackend(runner, clock, { isOpenrc: false });
