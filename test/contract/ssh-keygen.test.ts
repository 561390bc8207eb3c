import assert from 'node:assert/strict';
import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parseAllowedSigners } from '../../src/adapters/ssh/allowed-signers.ts';
import { armourSshsig, dearmourSshsig } from '../../src/adapters/ssh/armour.ts';
import { matchesPatternList } from '../../src/adapters/ssh/host-pattern.ts';
import { openPrivateKey } from '../../src/adapters/ssh/private-key.ts';
import { exportPublicKey } from '../../src/adapters/ssh/public-key.ts';
import { createFileSigner, createKeySignBody, createSshsig } from '../../src/adapters/ssh/signer.ts';
import { createSignatureCheck } from '../../src/adapters/ssh/verify-signature.ts';
import { createKeyFolder, KEY_KINDS, type KeyFolder, reasonToSkip, runKeygen, runTool } from './openssh-tools.ts';

const skip = reasonToSkip();
const namespace = 'mco-request@v1';
const body = '{"v":1,"type":"request"}';
const passphrase = 'correct horse';

describe('signatures and key files against the real ssh-keygen', { skip }, () => {
  let keys: KeyFolder;
  before(() => {
    keys = createKeyFolder();
    for (const [kind, options] of Object.entries(KEY_KINDS)) keys.makeKey(kind, options);
  });
  after(() => keys.remove());

  /** Whether `ssh-keygen -Y verify` accepts the raw signature. */
  function keygenAccepts(publicKey: string, blob: Buffer, message = body): boolean {
    writeFileSync(join(keys.path, 'allowed'), `ana ${publicKey}\n`);
    writeFileSync(join(keys.path, 'signature'), armourSshsig(blob));
    const args = ['-Y', 'verify', '-f', 'allowed', '-I', 'ana', '-n', namespace, '-s', 'signature'];
    return runTool('ssh-keygen', args, { input: message, cwd: keys.path }).status === 0;
  }

  for (const kind of Object.keys(KEY_KINDS)) {
    for (const hash of ['sha512', 'sha256'] as const) {
      test(`ssh-keygen accepts what we sign with ${kind} and ${hash}`, async () => {
        const privateKey = await openPrivateKey(join(keys.path, kind));
        const publicKey = exportPublicKey(privateKey);
        const signBody = createKeySignBody(privateKey, publicKey);
        for (const message of [body, '', 'x'.repeat(5000)]) {
          const blob = await createSshsig({ publicKey, namespace, body: Buffer.from(message), hash, signBody });
          assert.ok(keygenAccepts(keys.publicKey(kind), blob, message));
          assert.ok(!keygenAccepts(keys.publicKey(kind), blob, `${message}.`));
        }
      });

      test(`we accept what ssh-keygen signs with ${kind} and ${hash}, and armour it alike`, async () => {
        const check = createSignatureCheck();
        writeFileSync(join(keys.path, 'body'), body);
        rmSync(join(keys.path, 'body.sig'), { force: true });
        const args = ['-q', '-Y', 'sign', '-f', kind, '-n', namespace, '-O', `hashalg=${hash}`, 'body'];
        runKeygen(args, { cwd: keys.path });
        const armoured = readFileSync(join(keys.path, 'body.sig'), 'utf8');
        const blob = dearmourSshsig(armoured);
        assert.equal(armourSshsig(blob), armoured);
        const signature = blob.toString('base64');
        const key = await check({ namespace, body: Buffer.from(body), signature }, () => () => true);
        const listed = runKeygen(['-l', '-f', `${kind}.pub`], { cwd: keys.path });
        assert.equal(key.fingerprint, listed.split(' ')[1]);
      });
    }

    // ssh-keygen writes Ed25519 keys in its own format only.
    for (const format of kind === 'ed25519' ? ['RFC4716'] : ['RFC4716', 'PKCS8', 'PEM']) {
      test(`a ${kind} key with a passphrase opens from a file in the format ${format}`, async () => {
        const name = `${kind}-${format}`;
        const file = keys.makeKey(name, [...KEY_KINDS[kind as keyof typeof KEY_KINDS], '-m', format], passphrase);
        const signer = await createFileSigner({ path: file, principal: 'ana', passphrase });
        const signature = await signer.sign(namespace, Buffer.from(body));
        assert.ok(keygenAccepts(keys.publicKey(name), Buffer.from(signature, 'base64')));
        await assert.rejects(openPrivateKey(file), { code: 'usage/no-passphrase' });
        await assert.rejects(openPrivateKey(file, { passphrase: 'wrong' }), { code: 'usage/wrong-passphrase' });
      });
    }
  }

  test('many keys, with leading zeros among them, sign as their public key says', async () => {
    for (let round = 0; round < 40; round += 1) {
      const kind = round % 2 === 0 ? 'ed25519' : 'p256';
      const file = keys.makeKey(`many${round}`, KEY_KINDS[kind]);
      const publicKey = exportPublicKey(await openPrivateKey(file));
      assert.equal(publicKey.toString('base64'), keys.publicKey(`many${round}`).split(' ')[1]);
    }
  });

  test('a PKCS#8 Ed25519 key without passphrase opens', async () => {
    const file = join(keys.path, 'ed25519.pem');
    const key = await openPrivateKey(join(keys.path, 'ed25519'));
    writeFileSync(file, key.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 });
    assert.deepEqual(exportPublicKey(await openPrivateKey(file)), exportPublicKey(key));
  });

  test('ciphers that need an ssh-agent are refused with advice', async () => {
    for (const cipher of ['aes256-gcm@openssh.com', 'chacha20-poly1305@openssh.com']) {
      const file = keys.makeKey(cipher, ['-t', 'ed25519', '-Z', cipher], passphrase);
      await assert.rejects(openPrivateKey(file, { passphrase }), { code: 'usage/unsupported-key', hint: /ssh-agent/ });
    }
  });

  test('a private key that everybody can read is refused, and so is what is no key', async () => {
    const file = keys.makeKey('exposed', KEY_KINDS.ed25519);
    chmodSync(file, 0o604);
    await assert.rejects(openPrivateKey(file), { code: 'usage/exposed-key', hint: `chmod 600 ${file}` });
    chmodSync(file, 0o640);
    await openPrivateKey(file);
    writeFileSync(file, readFileSync(file, 'utf8').replace('END', 'EMD'));
    await assert.rejects(openPrivateKey(file), { code: 'usage/malformed-key' });
    writeFileSync(file, 'hello');
    await assert.rejects(openPrivateKey(file), { code: 'usage/malformed-key' });
    await assert.rejects(openPrivateKey(join(keys.path, 'missing')), { code: 'usage/unreadable-key' });
    const p384 = keys.makeKey('p384', ['-t', 'ecdsa', '-b', '384']);
    await assert.rejects(openPrivateKey(p384), { code: 'usage/unsupported-key' });
  });
});

/** Fields in front of a key, and whether the file is well-formed; `%` stands for the key. */
const SIGNER_LINES = [
  'ana %',
  'a*,!ana2 %',
  'ana2,!ana,* %',
  '"ana x,ana" %',
  'ANA %',
  'an? namespaces="mco-*,!mco-reply@v1" %',
  'ana namespaces="git" %',
  'ana valid-after="20260601" %',
  'ana valid-after="202606011200Z" %',
  'ana valid-before="20260601120000Z" %',
  'ana valid-before="202606011200",valid-after="20260101Z" %',
  'ana namespaces="*",valid-after="20260701Z" %',
  'ana cert-authority %',
  'ana cert-authority,namespaces="*" %',
  'ana valid-after="20260101"\tssh-nothing',
  '# ana %',
  'bob %\nana %',
  'ana cert-authority %\n  ana   namespaces="mco-request@v1"  % comment "',
];
const TIMES = ['20260531235959', '20260601115959', '20260601120000', '20260601120001', '20270101000000'];

describe('allowed_signers against the real ssh-keygen -Y verify', { skip }, () => {
  let keys: KeyFolder;
  before(() => {
    keys = createKeyFolder();
    keys.makeKey('key', KEY_KINDS.ed25519);
    writeFileSync(join(keys.path, 'body'), body);
    for (const name of ['mco-request@v1', 'mco-reply@v1']) {
      runKeygen(['-q', '-Y', 'sign', '-f', 'key', '-n', name, 'body'], { cwd: keys.path });
      renameSync(join(keys.path, 'body.sig'), join(keys.path, name));
    }
  });
  after(() => keys.remove());

  for (const line of SIGNER_LINES) {
    test(`the line ${JSON.stringify(line)} lets the same people sign at the same times`, () => {
      const text = `${line.replaceAll('%', keys.publicKey('key'))}\n`;
      const publicKey = Buffer.from(keys.publicKey('key').split(' ')[1] ?? '', 'base64');
      writeFileSync(join(keys.path, 'allowed'), text);
      const find = (name: string, atMs: number) => {
        try {
          return parseAllowedSigners(text, 'allowed').find(publicKey, name, atMs);
        } catch {
          return [];
        }
      };
      const ask = (principal: string, name: string, time: string) => {
        const args = [
          '-Y',
          'verify',
          '-f',
          'allowed',
          '-I',
          principal,
          '-n',
          name,
          '-s',
          name,
          `-Overify-time=${time}Z`,
        ];
        const isAllowed = runTool('ssh-keygen', args, { input: body, cwd: keys.path }).status === 0;
        const atMs = Date.parse(time.replace(/(....)(..)(..)(..)(..)(..)/, '$1-$2-$3T$4:$5:$6Z'));
        const ours = find(name, atMs).some((signer) => matchesPatternList(principal, signer.principals));
        assert.equal(ours, isAllowed, `${principal} ${name} ${time}`);
      };
      for (const time of TIMES) ask('ana', 'mco-request@v1', time);
      ask('ana', 'mco-reply@v1', '20260601120000');
      ask('ana2', 'mco-request@v1', '20260601120000');
    });
  }
});
