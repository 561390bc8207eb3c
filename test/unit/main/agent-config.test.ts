import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readAgentArgs } from '../../../src/main/agent-args.ts';
import { agentConfigSchema, resolveAgentConfig } from '../../../src/main/agent-config.ts';
import { readBrokerOptions } from '../../../src/main/broker-config.ts';
import { loadConfig } from '../../../src/main/load-config.ts';

const dir = mkdtempSync(join(tmpdir(), 'mco-config-'));
after(() => rmSync(dir, { recursive: true }));
const file = join(dir, 'agent.yaml');
const BROKER = 'broker: { servers: [{ host: mq, port: 61613 }] }\n';

function load(text: string) {
  writeFileSync(file, text);
  return loadConfig(agentConfigSchema, file);
}

test('defaults are filled in, and paths start at the directory of the file', async () => {
  const config = resolveAgentConfig(await load(`identity: web1\nfacts: [f.yaml, /etc/g.yaml]\n${BROKER}`));
  assert.equal(config.identity, 'web1');
  assert.deepEqual(config.collectives, ['mcollective']);
  assert.equal(config.hostKey, '/etc/ssh/ssh_host_ed25519_key');
  assert.equal(config.policy, join(dir, 'policy.yaml'));
  assert.deepEqual(config.factFiles, [join(dir, 'f.yaml'), '/etc/g.yaml']);
});

test('the audit trail is a path, or a path with how it is rotated', async () => {
  const auditOf = async (text: string) => resolveAgentConfig(await load(`identity: web1\n${text}${BROKER}`)).audit;
  const rotate = { maxBytes: 50_000_000, keep: 10 };
  assert.deepEqual(await auditOf(''), { path: '/var/log/mco/agent-audit.jsonl', rotate });
  assert.deepEqual(await auditOf('audit: trail.jsonl\n'), { path: join(dir, 'trail.jsonl'), rotate });
  assert.deepEqual(await auditOf('audit: { path: trail.jsonl, rotate_mb: 5, keep: 3 }\n'), {
    path: join(dir, 'trail.jsonl'),
    rotate: { maxBytes: 5_000_000, keep: 3 },
  });
  assert.deepEqual(await auditOf('audit: { keep: 1 }\n'), {
    path: '/var/log/mco/agent-audit.jsonl',
    rotate: { ...rotate, keep: 1 },
  });
});

test('agents of ones own lie in a directory, and may run as another account', async () => {
  const agentsOf = async (text: string) => resolveAgentConfig(await load(`identity: web1\n${text}${BROKER}`)).agents;
  assert.deepEqual(await agentsOf(''), { path: '/etc/mco/agents', user: undefined });
  assert.deepEqual(await agentsOf('agents: own\n'), { path: join(dir, 'own'), user: undefined });
  assert.deepEqual(await agentsOf('agents: { user: nobody }\n'), { path: '/etc/mco/agents', user: 'nobody' });
});

test('jobs lie in a directory of the node within the one that is named', async () => {
  const jobsOf = async (text: string) => resolveAgentConfig(await load(`identity: web1\n${text}${BROKER}`)).jobs;
  const limits = { running: 16, kept: 200 };
  assert.deepEqual(await jobsOf(''), { directory: '/var/lib/mco/jobs/web1', ...limits });
  assert.deepEqual(await jobsOf('jobs: spool\n'), { directory: join(dir, 'spool/web1'), ...limits });
  assert.deepEqual(await jobsOf('jobs: { running: 2, keep: 5 }\n'), {
    directory: '/var/lib/mco/jobs/web1',
    running: 2,
    kept: 5,
  });
});

for (const [what, text, message] of [
  ['an account that can be none', `agents: { user: "-x" }\n${BROKER}`, /`agents\.user`: is not the name of an account/],
  ['a misspelt key', `identiti: web1\n${BROKER}`, /agent\.yaml:1: unknown key `identiti`/],
  ['an identity in capitals', `identity: WEB1\n${BROKER}`, /:1: `identity`: is not a node identity/],
  ['no broker', 'identity: web1\n', /`broker` is missing/],
  ['no servers', 'broker: { servers: [] }\n', /`broker.servers`: at least one server/],
  ['a port that is none', 'broker: { servers: [{ host: a, port: 99999 }] }\n', /`broker.servers.0.port`/],
  ['a misspelt key of the audit trail', `audit: { pth: x }\n${BROKER}`, /agent\.yaml:1: unknown key `pth`/],
  ['a trail of no size', `audit: { rotate_mb: 0 }\n${BROKER}`, /`audit\.rotate_mb`: is less than 1/],
  ['a trail without older files', `audit: { keep: 0 }\n${BROKER}`, /`audit\.keep`: is less than 1/],
  ['a broken file', 'a: [\n', /agent\.yaml:\d/],
] as const) {
  test(`${what} is told with its line`, async () => {
    await assert.rejects(load(text), { code: 'usage/bad-file', message });
  });
}

test('a file that is not there is told with what to do', async () => {
  await assert.rejects(loadConfig(agentConfigSchema, join(dir, 'none')), { code: 'usage/no-config', hint: /--config/ });
});

test('a passcode that everybody may read is not used', async () => {
  const { value, resolvePath } = await load(
    'broker: { servers: [{ host: a, port: 1 }], login: mco, passcode_file: pass }\n',
  );
  writeFileSync(join(dir, 'pass'), 'secret\n', { mode: 0o644 });
  await assert.rejects(readBrokerOptions(value.broker, resolvePath), { code: 'usage/open-file', hint: /chmod 600/ });
  rmSync(join(dir, 'pass'));
  writeFileSync(join(dir, 'pass'), 'secret\n', { mode: 0o600 });
  assert.equal((await readBrokerOptions(value.broker, resolvePath)).passcode, 'secret');
});

test('a CA file that holds no certificate is refused before anything is sent', async () => {
  const { value, resolvePath } = await load('broker: { servers: [{ host: a, port: 1, tls: { ca: ca.pem } }] }\n');
  writeFileSync(join(dir, 'ca.pem'), 'nothing\n');
  await assert.rejects(readBrokerOptions(value.broker, resolvePath), { code: 'usage/tls' });
});

test('options of the command line are checked', () => {
  assert.equal(readAgentArgs([]).config, '/etc/mco/agent.yaml');
  assert.equal(readAgentArgs(['--config=x', '--check']).config, 'x');
  assert.throws(() => readAgentArgs(['--confg', 'x']), {
    code: 'usage/unknown-option',
    hint: 'did you mean `--config`?',
  });
  assert.throws(() => readAgentArgs(['--constructor']), { code: 'usage/unknown-option' });
  assert.throws(() => readAgentArgs(['stray']), { code: 'usage/bad-option' });
  assert.throws(() => readAgentArgs(['--config']), { code: 'usage/bad-option' });
});
