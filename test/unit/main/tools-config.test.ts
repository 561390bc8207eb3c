import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCheckedYaml } from '../../../src/core/checked-yaml.ts';
import { agentConfigSchema, resolveAgentConfig } from '../../../src/main/agent-config.ts';
import { DEFAULT_TOOLS } from '../../../src/main/tools-config.ts';

const BROKER =
  'broker: { servers: [{ host: mq1, port: 61614, tls: { ca: ca.pem } }], login: agent, passcode_file: p }\n';

function read(text: string) {
  const { value } = readCheckedYaml(agentConfigSchema, `identity: web1\n${BROKER}${text}`, 'agent.yaml');
  return resolveAgentConfig({ value, resolvePath: (path) => `/etc/mco/${path}` }).tools;
}

test('without a word nothing is written or shown, and there is no shell', () => {
  assert.deepEqual(read(''), DEFAULT_TOOLS);
});

test('a shell section alone means sh and any program', () => {
  const { shell } = read('shell: {}');
  assert.deepEqual([shell?.shells, shell?.commands], [{ sh: '/bin/sh' }, undefined]);
});

test('a list of programs is not undone by a shell that nobody named', () => {
  assert.deepEqual(read('shell: { commands: [/usr/bin/*] }').shell?.shells, {});
  const named = read('shell: { commands: [/usr/bin/*], shells: { bash: /bin/bash } }').shell;
  assert.deepEqual(named?.shells, { bash: '/bin/bash' });
});

test('everything that can be said is understood', () => {
  const tools = read(`file: { write: [/srv/flags/*], tail: [/var/log/**] }
facter: { command: /opt/facter -p, every_minutes: 5, legacy: false, into_facts: true }
shell:
  user: operator
  directory: /var/tmp
  environment: { LANG: C.UTF-8 }
  limits: { cpu_seconds: 1, memory_mb: 2, processes: 3, file_mb: 4 }
`);
  assert.deepEqual(tools, {
    file: { write: ['/srv/flags/*'], tail: ['/var/log/**'] },
    facter: { command: ['/opt/facter', '-p'], everyMs: 300_000, legacy: false, isIntoFacts: true },
    shell: {
      user: 'operator',
      directory: '/var/tmp',
      environment: { LANG: 'C.UTF-8' },
      limits: { cpuSeconds: 1, memoryMb: 2, processes: 3, fileMb: 4 },
      shells: { sh: '/bin/sh' },
      commands: undefined,
    },
  });
});

for (const text of [
  'file: { write: [srv/flags] }',
  'file: { write: [/srv/../etc/*] }',
  'file: { write: [/srv/] }',
  'file: { read: [/srv/*] }',
  'file: { write: /srv/* }',
  'facter: { command: "a | b" }',
  'facter: { every_minutes: 0 }',
  'shell: { user: -x }',
  'shell: { directory: tmp }',
  'shell: { environment: { "A B": x } }',
  'shell: { environment: { A: 1 } }',
  'shell: { limits: { memory_mb: -1 } }',
  'shell: { limits: { memory: 1 } }',
  'shell: { shells: { SH: /bin/sh } }',
  'shell: { shells: { sh: sh } }',
  'shell: { commands: [uptime] }',
  'shell: true',
]) {
  test(`\`${text}\` is refused`, () => {
    assert.throws(() => read(text), { code: 'usage/bad-file' });
  });
}
