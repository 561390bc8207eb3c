import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createDataSources } from '../../agent/data/sources/create-data-sources.ts';
import { handleRequest } from '../../agent/handle-request.ts';
import { createDpkgBackend } from '../../agent/plugins/package/dpkg.ts';
import { systemClock } from '../../src/adapters/clock/system-clock.ts';
import { createHostFiles } from '../../src/adapters/exec/host-files.ts';
import { createProcessRunner } from '../../src/adapters/exec/process-runner.ts';
import { parseCommandLine } from '../../src/language/parse-command-line.ts';
import { readNodePolicy } from '../../src/policy/read-policy.ts';
import { createFakeNode, signRequest } from '../unit/agent/fake-node.ts';
import { type HungMount, mountHung, whyNoHungMount } from './hung-mount.ts';

const POLICY = `
signers: { mco-write: { effect: write, callers: ["person:*"] } }
roles: { reader: { allow: [{ actions: ["*"], effect: read }] } }
bindings: [{ role: reader, who: [everyone] }]
`;

const skip = process.env.CI !== 'true' && !existsSync('/usr/bin/dpkg-query') ? 'dpkg is not installed' : false;
const skipHung = whyNoHungMount();
const dir = realpathSync(mkdtempSync(join(tmpdir(), 'mco-data-')));
let hung: HungMount | undefined;

before(async () => {
  if (skipHung === false) hung = await mountHung();
});
after(async () => {
  await hung?.close();
  rmSync(dir, { recursive: true });
});

/** A node over this machine, in real time. */
function createNode(text = POLICY) {
  const runner = createProcessRunner();
  const policy = readNodePolicy(text, 'node.yaml');
  const data = createDataSources({
    collectives: ['mcollective'],
    now: () => Date.now(),
    profile: () => ({ identity: 'web1.example.org', facts: {}, classes: new Set(), agents: new Set() }),
    versionOf: () => undefined,
    files: createHostFiles(runner),
    packages: createDpkgBackend(runner),
  });
  const node = createFakeNode({ data, policy: () => policy, clock: systemClock, startedAt: 0 });
  /** How it answers one who asks for the nodes that match. */
  async function find(typed: string) {
    const { filter } = parseCommandLine(`find -S "${typed}"`);
    const before = node.bus.published.length;
    const times = { issuedAt: Date.now(), notAfter: Date.now() + 60_000 };
    await handleRequest(await signRequest(node.makeRequest({ audience: '*', filter, ...times })), node.runtime);
    return node.replies().slice(before);
  }
  /** The last word: a status and its message; undefined: silence. */
  return async (typed: string) => (await find(typed)).at(-1)?.status;
}

test('a package is compared as dpkg itself compares', { skip }, async () => {
  const ask = createNode();
  const version = execFileSync('dpkg-query', ['-W', '-f=$' + '{Version}', 'bash'], { encoding: 'utf8' });
  const matches = [
    "package('bash').version < '99'",
    `package('bash').version = '${version}'`,
    `package('bash').version <= '${version}'`,
    `package('bash').version > '${version}~'`,
    "package('bash').installed = 1",
    "package('no-such-package').installed = false",
    "not package('no-such-package').version < 99",
  ];
  for (const typed of matches) assert.equal((await ask(typed))?.name, 'ok', typed);
  const others = [
    `package('bash').version < '${version}'`,
    "package('bash').installed = no",
    "package('no-such-package').version < '99'",
    "package('no-such-package').version != '99'",
  ];
  for (const typed of others) assert.equal(await ask(typed), undefined, typed);
});

test('a file is what stat and md5sum say', async () => {
  const ask = createNode();
  const path = join(dir, "it's one");
  writeFileSync(path, 'hello\n', { mode: 0o640 });
  const typed = path.replace("'", "\\\\'");
  const md5 = createHash('md5').update('hello\n').digest('hex');
  const matches = [
    'size = 6',
    'mode = 0640',
    `md5 = ${md5}`,
    'user = root',
    'type = file',
    'mtime_age < 60',
    'present = 1',
  ];
  for (const rest of matches.filter((one) => one !== 'user = root' || process.getuid?.() === 0)) {
    assert.equal((await ask(`fstat('${typed}').${rest}`))?.name, 'ok', rest);
  }
  assert.equal((await ask(`fstat('${dir}/none').present = false`))?.name, 'ok');
  assert.equal(await ask(`fstat('${dir}/none').size != 6`), undefined);
});

test('a path is decided by where it leads: neither dots nor links go round a rule', async () => {
  mkdirSync(join(dir, 'logs'));
  mkdirSync(join(dir, 'keys'));
  writeFileSync(join(dir, 'logs/a'), 'a');
  writeFileSync(join(dir, 'keys/k'), 'k');
  symlinkSync('../keys', join(dir, 'logs/to-keys'));
  symlinkSync('.', join(dir, 'logs/here'));
  const allowed = `[{ actions: [rpcutil.ping, "probe.*"], effect: read }, { actions: [data.fstat], inputs: { argument: ["${dir}/logs/*"] }, effect: read }]`;
  const ask = createNode(POLICY.replace('[{ actions: ["*"], effect: read }]', allowed));
  const about = async (path: string, test = 'present = true') => (await ask(`fstat('${path}').${test}`))?.name;
  assert.equal(await about(`${dir}/logs/a`), 'ok');
  assert.equal(await about(`${dir}/logs/here/a`, 'sha256 = /^ca978112/'), 'ok');
  for (const name of ['to-keys/k', 'to-keys/none', 'here/to-keys/k']) {
    assert.equal(await about(`${dir}/logs/${name}`), 'denied', name);
  }
  const denied = createNode(
    `${POLICY}deny: [{ actions: [data.fstat], inputs: { argument: ["${dir}/keys/*"] }, who: [everyone] }]\n`,
  );
  assert.equal((await denied(`fstat('${dir}/logs/to-keys/k').present = true`))?.name, 'denied');
  assert.equal((await denied(`fstat('${dir}/logs/here/a').present = true`))?.name, 'ok');
  assert.equal((await denied(`fstat('/proc/version').sha256 = /./`))?.name, 'aborted');
});

test('a named pipe is looked at and never opened', async () => {
  const ask = createNode();
  execFileSync('mkfifo', [join(dir, 'fifo')]);
  assert.equal((await ask(`fstat('${dir}/fifo').type = other`))?.name, 'ok');
  assert.equal(await ask(`fstat('${dir}/fifo').sha256 = /./`), undefined);
});

test('a path that hangs is no answer, and the node lives on', { skip: skipHung }, async () => {
  const ask = createNode();
  const status = await ask(`not fstat('${hung?.stuck}').present = true`);
  assert.equal(status?.name, 'aborted');
  assert.match(status?.message ?? '', /can't be said whether this node matches: `fstat\(.*did not end within 5 s/);
  assert.equal((await ask(`fstat('${dir}').type = directory`))?.name, 'ok');
});
