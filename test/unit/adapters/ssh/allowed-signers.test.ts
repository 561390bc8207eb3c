import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseAllowedSigners } from '../../../../src/adapters/ssh/allowed-signers.ts';
import { matchesPatternList } from '../../../../src/adapters/ssh/host-pattern.ts';
import { exportPublicKey } from '../../../../src/adapters/ssh/public-key.ts';
import { McoError } from '../../../../src/core/errors.ts';

const blob = exportPublicKey(generateKeyPairSync('ed25519').publicKey);
const key = `ssh-ed25519 ${blob.toString('base64')}`;
const at = Date.UTC(2026, 5, 15, 12);
const namespace = 'mco-request@v1';

/** Whether the text lets the key sign for `principal`. */
function allows(text: string, principal = 'ana', when = at): boolean {
  const lines = parseAllowedSigners(text, 'file').find(blob, namespace, when);
  return lines.some((line) => matchesPatternList(principal, line.principals));
}

test('principals are patterns, quoted or not', () => {
  assert.ok(allows(`ana ${key} a comment with "an odd quote`));
  assert.ok(allows(`bob,a* ${key}`));
  assert.ok(allows(`"bob b,ana" ${key}`));
  assert.ok(!allows(`a*,!ana ${key}`));
  assert.ok(!allows(`Ana ${key}`));
  assert.ok(!allows(`an ${key}`));
});

test('namespaces limit what a key may sign', () => {
  assert.ok(allows(`ana namespaces="git,mco-*" ${key}`));
  assert.ok(!allows(`ana namespaces="git" ${key}`));
  assert.ok(!allows(`ana namespaces="*,!mco-request@v1" ${key}`));
});

test('a key is valid from its first to its last second', () => {
  const line = `ana valid-after="20260615120000Z",valid-before="20260615120001Z" ${key}`;
  assert.ok(!allows(line, 'ana', at - 1));
  assert.ok(allows(line, 'ana', at));
  assert.ok(allows(line, 'ana', at + 1999));
  assert.ok(!allows(line, 'ana', at + 2000));
});

test('times without a Z are local, and may leave out what comes after the day', () => {
  const local = new Date(2026, 0, 31, 0, 0).getTime();
  for (const time of ['20260131', '202601310000', '20260131000000']) {
    assert.ok(allows(`ana valid-after="${time}" ${key}`, 'ana', local));
    assert.ok(!allows(`ana valid-after="${time}" ${key}`, 'ana', local - 1));
  }
});

test("a certificate authority's key may not sign by itself", () => {
  assert.ok(!allows(`ana cert-authority ${key}`));
  assert.ok(!allows(`ana namespaces="mco-*",CERT-AUTHORITY ${key}`));
  assert.ok(!parseAllowedSigners(`ana cert-authority ${key}`, 'file').has(blob));
});

test('comments, empty lines and carriage returns are passed over', () => {
  assert.ok(allows(`# comment\r\n\r\n \tana\t${key}\r\n`));
  assert.ok(allows(`# no\u00a0break\nana ${key} a\u00a0comment`));
});

test('a line that is not understood refuses the file and names the line', () => {
  const bad = [
    'ana',
    `ana ssh-ed25519`,
    `ana ssh-ed25519 AAAA`,
    `ana ssh-rsa ${blob.toString('base64')}`,
    `ana unknown-option ${key}`,
    `ana namespaces=git ${key}`,
    `ana namespaces="" ${key}`,
    `ana namespaces="a",namespaces="b" ${key}`,
    `ana cert-authority, ${key}`,
    `ana cert-authority="yes" ${key}`,
    `ana valid-after="20260230" ${key}`,
    `ana valid-after="2026-02-03" ${key}`,
    `ana valid-after="202602032460Z" ${key}`,
    `ana valid-after="20270101",valid-before="20260101" ${key}`,
    `"ana ${key}`,
    `an"a ${key}`,
    `\ufeffana ${key}`,
    `\ufeff# comment`,
    '\u00a0',
    `\u00a0ana ${key}`,
    `ana\u00a0${key}`,
    `ana,bob\u200b ${key}`,
    `ana ${key.replace(' ', '\u00a0')}`,
    `ana ${key}\u00a0comment`,
    `ana\x0b${key}`,
    `ana ${key.replace('ssh-ed25519', 'ssh-ed25519-cert-v01@openssh.com')}`,
  ];
  for (const line of bad) {
    assert.throws(
      () => parseAllowedSigners(`# first\n${line}\n`, '/etc/mco/allowed_signers'),
      (error) =>
        error instanceof McoError &&
        error.code === 'failed/allowed-signers' &&
        error.message.startsWith('/etc/mco/allowed_signers:2: '),
      line,
    );
  }
});

test('any text is either read or refused with our own error', () => {
  const word = fc.oneof(
    fc.constantFrom(
      'ana',
      '"a b"',
      '"',
      '\\"',
      'cert-authority',
      'namespaces="x"',
      'valid-after="20260101Z"',
      ',',
      key,
      '!',
      '\t',
    ),
    fc.string({ maxLength: 12 }),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), fc.constantFrom(' ', ',', '\n'), (words, glue) => {
      try {
        parseAllowedSigners(words.join(glue), 'file');
      } catch (error) {
        assert.ok(error instanceof McoError && error.code === 'failed/allowed-signers', String(error));
      }
    }),
    { numRuns: 1000 },
  );
});
