import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseKnownHosts } from '../../../../src/adapters/ssh/known-hosts.ts';
import { exportPublicKey } from '../../../../src/adapters/ssh/public-key.ts';
import { McoError } from '../../../../src/core/errors.ts';

const newKey = () => exportPublicKey(generateKeyPairSync('ed25519').publicKey);
const blob = newKey();
const other = newKey();
const textOf = (publicKey: Buffer) => `ssh-ed25519 ${publicKey.toString('base64')}`;
const key = textOf(blob);

function hashName(name: string): string {
  const salt = randomBytes(20);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}

test('a key is listed for the names on its lines and for no other', () => {
  const hosts = parseKnownHosts(`web1,10.0.0.1 ${key}\n[db1]:2222 ${key} comment\nweb2 ${textOf(other)}`);
  assert.equal(hosts.check('web1', blob), 'listed');
  assert.equal(hosts.check('WEB1', blob), 'listed');
  assert.equal(hosts.check('10.0.0.1', blob), 'listed');
  assert.equal(hosts.check('[db1]:2222', blob), 'listed');
  assert.equal(hosts.check('db1', blob), 'wrong-host');
  assert.equal(hosts.check('web2', blob), 'wrong-host');
  assert.equal(hosts.check('web', blob), 'wrong-host');
  assert.equal(hosts.check('web1', newKey()), 'unknown');
});

test('hashed names are found, the first time and the second', () => {
  const hosts = parseKnownHosts(`${hashName('web1')} ${key}\n${hashName('web2')} ${key}`);
  for (const _ of [1, 2]) {
    assert.equal(hosts.check('web2', blob), 'listed');
    assert.equal(hosts.check('Web1', blob), 'listed');
    assert.equal(hosts.check('web3', blob), 'wrong-host');
  }
});

test('patterns count, and a negated one defeats its own line only', () => {
  const hosts = parseKnownHosts(`web*,!web3 ${key}\nweb33 ${key}`);
  assert.equal(hosts.check('web1', blob), 'listed');
  assert.equal(hosts.check('web3', blob), 'wrong-host');
  assert.equal(hosts.check('web33', blob), 'listed');
});

test('a revoked key is refused for every host, wherever the line stands', () => {
  const hosts = parseKnownHosts(`web1 ${key}\n@revoked somewhere.else ${key}\nweb1 ${key}`);
  assert.equal(hosts.check('web1', blob), 'revoked');
  assert.ok(hosts.isRevoked(blob));
});

test("a certificate authority's key is no host key", () => {
  assert.equal(parseKnownHosts(`@cert-authority * ${key}`).check('web1', blob), 'unknown');
});

test('lines that are not understood are counted', () => {
  const junk = [
    'web1',
    'web1 ssh-ed25519',
    `web1 ssh-rsa ${blob.toString('base64')}`,
    'web1 1024 35 123456789',
    `web1 ${key}=`,
    `|1|AAAA|BBBB ${key}`,
    `${hashName('web1')},web1 ${key}`,
  ];
  const hosts = parseKnownHosts(`# comment\n\n${junk.join('\n')}\n`);
  assert.equal(hosts.skipped, junk.length);
  assert.equal(hosts.size, 0);
});

test('a line with a marker that is not understood fails the load', () => {
  const bad = [
    '@revoked * ssh-ed25519 AAAA',
    `@revoked * ${key}=`,
    '@revoked',
    `@Revoked * ${key}`,
    `@cert-authority @revoked * ${key}`,
    `@unknown * ${key}`,
    `\ufeff@revoked * ${key}`,
    `\u00a0@revoked * ${key}`,
    `\u200b @revoked * ${key}`,
    `\u200b@revoked ${key}`,
    `\x0b@revoked * ${key}`,
    `@revoked\u00a0* ${key}`,
    `x @REVOKED * ${key}`,
    `web2 ${key} comment\r@revoked * ${key}`,
    `# comment\r@revoked * ${key}`,
  ];
  for (const line of bad) {
    assert.throws(
      () => parseKnownHosts(`web1 ${key}\n${line}`, 'kh'),
      (error) => error instanceof McoError && error.code === 'failed/known-hosts' && error.message.startsWith('kh:2: '),
      line,
    );
  }
});

test('a comment may speak of revocations', () => {
  const hosts = parseKnownHosts(`# @revoked * ${key}\r\nweb1 ${key} was @revoked once\r\n`);
  assert.equal(hosts.check('web1', blob), 'listed');
});

test('keys on many lines are counted as shared', () => {
  const lines = (count: number) => Array.from({ length: count }, (_, index) => `web${index} ${key}`).join('\n');
  assert.equal(parseKnownHosts(lines(4)).shared, 0);
  assert.equal(parseKnownHosts(lines(5)).shared, 1);
});

test('any text is either read or refused with our own error', () => {
  const word = fc.oneof(
    fc.constantFrom('web1', '|1|', '|', '*', '!', ',', '@revoked', '@cert-authority', '#', key, '[a]:22', '\t'),
    fc.string({ maxLength: 12 }),
  );
  fc.assert(
    fc.property(
      fc.array(word, { maxLength: 8 }),
      fc.constantFrom(' ', ',', '\n', ''),
      fc.string(),
      (words, glue, host) => {
        try {
          parseKnownHosts(words.join(glue)).check(host, blob);
        } catch (error) {
          assert.ok(error instanceof McoError && error.code === 'failed/known-hosts', String(error));
        }
      },
    ),
    { numRuns: 1000 },
  );
});
