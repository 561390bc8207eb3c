import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parseKnownHosts } from '../../src/adapters/ssh/known-hosts.ts';
import { exportPublicKey } from '../../src/adapters/ssh/public-key.ts';
import { reasonToSkip, runKeygen, runTool } from './openssh-tools.ts';

const skip = reasonToSkip();
const FILES = 8;
const HOSTS = [
  'web1',
  'web2',
  'web10',
  'db1',
  'db1.example.org',
  '10.0.0.1',
  '[db1]:2222',
  '[web1]:22',
  '2001:db8::1',
  'x',
];
const FIELDS = [
  'web1',
  'web1,web2',
  'WEB1,Db1',
  'web*',
  'web?',
  'web*,!web10',
  '!web1,*',
  '!web1',
  '*.example.org',
  'db1,db1.example.org,10.0.0.1',
  '10.0.*',
  '[db1]:2222',
  '[web1]:22,[*]:2222',
  '2001:db8::1',
  '*',
  'x,,y',
];
const JUNK = ['', '# web1', 'web1', 'web1 ssh-ed25519 AAAA', 'db1 1024 35 1234', '   ', '|1|abc|def ssh-ed25519 AAAA'];

/** A small reproducible random number generator (mulberry32): returns whole numbers below `limit`. */
function createRandom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

const pick = <T>(random: (limit: number) => number, list: readonly T[]): T => list[random(list.length)] as T;

describe('known_hosts against the real ssh-keygen -F', { skip }, () => {
  const blobs = Array.from({ length: 8 }, () => exportPublicKey(generateKeyPairSync('ed25519').publicKey));
  const textOf = (blob: Buffer) => `ssh-ed25519 ${blob.toString('base64')}`;
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'mco-known-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  function writeLines(random: (limit: number) => number): string {
    const lines = Array.from({ length: 14 }, () => {
      const kind = random(10);
      if (kind === 0) return pick(random, JUNK);
      if (kind === 1) return `@cert-authority ${pick(random, FIELDS)} ${textOf(pick(random, blobs))}`;
      const blank = pick(random, [' ', '\t', '  ']);
      return `${pick(random, ['', ' '])}${pick(random, FIELDS)}${blank}${textOf(pick(random, blobs))}${pick(random, ['', ' comment'])}`;
    });
    return `${lines.join('\n')}\n`;
  }

  /** The keys that `ssh-keygen -F` finds for a host, without those of authorities. */
  function findWithKeygen(host: string): Set<string> {
    const { stdout } = runTool('ssh-keygen', ['-F', host, '-f', 'kh'], { cwd: folder });
    const found = new Set<string>();
    for (const line of stdout.split('\n')) {
      if (line.startsWith('#') || line.startsWith('@')) continue;
      const base64 = line.trim().split(/[ \t]+/)[2];
      if (base64 !== undefined) found.add(base64);
    }
    return found;
  }

  for (let seed = 1; seed <= FILES; seed += 1) {
    test(`every host and key of generated file ${seed} is judged alike`, () => {
      const random = createRandom(seed);
      writeFileSync(join(folder, 'kh'), writeLines(random));
      let text = writeLines(random);
      if (seed % 2 === 0) {
        // Hashing replaces every name by its hash, and leaves patterns and markers alone.
        writeFileSync(
          join(folder, 'kh'),
          text.replaceAll(/^\s*(?:web1 ssh-ed25519 AAAA|db1 1024.*|\|1\|abc.*|web1)$/gm, ''),
        );
        runKeygen(['-q', '-H', '-f', 'kh'], { cwd: folder });
        text = runTool('cat', ['kh'], { cwd: folder }).stdout;
        assert.match(text, /\|1\|/);
      }
      writeFileSync(join(folder, 'kh'), text);
      const hosts = parseKnownHosts(text);
      let listed = 0;
      for (const host of HOSTS) {
        const expected = findWithKeygen(host);
        for (const blob of blobs) {
          const isListed = hosts.check(host, blob) === 'listed';
          assert.equal(isListed, expected.has(blob.toString('base64')), `${host} ${textOf(blob)}\n${text}`);
          if (isListed) listed += 1;
        }
      }
      assert.ok(listed > 0);
    });
  }

  test('a key that ssh-keygen shows as revoked is refused', () => {
    const [first = Buffer.of(), second = Buffer.of()] = blobs;
    const text = `web1 ${textOf(first)}\nweb1 ${textOf(second)}\n@revoked web* ${textOf(first)}\n`;
    writeFileSync(join(folder, 'kh'), text);
    const { stdout } = runTool('ssh-keygen', ['-F', 'web1', '-f', 'kh'], { cwd: folder });
    assert.match(stdout, /line 3 REVOKED/);
    const hosts = parseKnownHosts(text);
    assert.deepEqual([hosts.check('web1', first), hosts.check('web1', second)], ['revoked', 'listed']);
  });
});
