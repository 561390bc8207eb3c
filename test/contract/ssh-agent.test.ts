import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAgentSigner } from '../../src/adapters/ssh/agent-signer.ts';
import { openPrivateKey } from '../../src/adapters/ssh/private-key.ts';
import { exportPublicKey, fingerprintOf } from '../../src/adapters/ssh/public-key.ts';
import { createSignatureCheck } from '../../src/adapters/ssh/verify-signature.ts';
import { createKeyFolder, KEY_KINDS, type KeyFolder, reasonToSkip, runKeygen } from './openssh-tools.ts';

const skip = reasonToSkip('ssh-agent');
const namespace = 'mco-request@v1';
const body = Buffer.from('{"v":1}');

describe('signing with a real ssh-agent', { skip }, () => {
  const check = createSignatureCheck();
  const fingerprints = new Map<string, string>();
  let keys: KeyFolder;
  let socketPath = '';
  let agent: ChildProcess | undefined;

  async function startAgent(): Promise<void> {
    agent = spawn('ssh-agent', ['-D', '-a', socketPath], { stdio: 'ignore' });
    while (!existsSync(socketPath)) await sleep(5);
  }

  async function stopAgent(): Promise<void> {
    const running = agent;
    if (running === undefined) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill();
    await ended;
    agent = undefined;
  }

  async function tellAgent(...args: string[]): Promise<void> {
    const env = { ...process.env, SSH_AUTH_SOCK: socketPath };
    const child = spawn('ssh-add', args, { env, stdio: 'ignore' });
    const status = await new Promise((resolve) => child.once('exit', resolve));
    assert.equal(status, 0, `ssh-add ${args.join(' ')}`);
  }

  before(async () => {
    keys = createKeyFolder();
    socketPath = join(keys.path, 'agent');
    await startAgent();
    for (const [kind, options] of Object.entries(KEY_KINDS)) {
      const file = keys.makeKey(kind, options);
      fingerprints.set(kind, fingerprintOf(exportPublicKey(await openPrivateKey(file))));
    }
    keys.makeKey('ca', KEY_KINDS.ed25519);
    runKeygen(['-q', '-s', 'ca', '-I', 'id', '-n', 'ana', 'ed25519.pub'], { cwd: keys.path });
    for (const kind of Object.keys(KEY_KINDS)) await tellAgent(join(keys.path, kind));
  });
  after(async () => {
    await stopAgent();
    keys.remove();
  });

  for (const kind of Object.keys(KEY_KINDS)) {
    test(`what an agent signs with ${kind} holds, a hundred times at once`, async () => {
      const fingerprint = fingerprints.get(kind) ?? '';
      const signer = await createAgentSigner({ socketPath, principal: 'ana', fingerprint });
      assert.equal(signer.fingerprint, fingerprint);
      const signatures = await Promise.all(Array.from({ length: 100 }, () => signer.sign(namespace, body)));
      for (const signature of signatures) {
        const key = await check({ namespace, body, signature }, () => () => true);
        assert.equal(key.fingerprint, fingerprint);
      }
      signer.close();
    });
  }

  test('a key that the agent lacks, or none named of several, is an error with the keys it has', async () => {
    const hint = new RegExp([...fingerprints.values()].map((text) => text.replaceAll('+', '\\+')).join(', '));
    const unknown = createAgentSigner({ socketPath, principal: 'ana', fingerprint: 'SHA256:no' });
    await assert.rejects(unknown, { code: 'usage/no-such-key', hint });
    await assert.rejects(createAgentSigner({ socketPath, principal: 'ana' }), { code: 'usage/no-such-key', hint });
  });

  test('a locked agent refuses, and a restarted one is connected to again', async () => {
    const fingerprint = fingerprints.get('p256') ?? '';
    const signer = await createAgentSigner({ socketPath, principal: 'ana', fingerprint });
    await tellAgent('-d', join(keys.path, 'p256'));
    await assert.rejects(signer.sign(namespace, body), { code: 'failed/ssh-agent' });
    await stopAgent();
    await assert.rejects(signer.sign(namespace, body), { code: 'unreachable/ssh-agent' });
    await startAgent();
    await tellAgent(join(keys.path, 'p256'));
    const signature = await signer.sign(namespace, body);
    await check({ namespace, body, signature }, () => () => true);
    signer.close();
    const only = await createAgentSigner({ socketPath, principal: 'ana' });
    assert.equal(only.fingerprint, fingerprint);
    only.close();
  });
});
