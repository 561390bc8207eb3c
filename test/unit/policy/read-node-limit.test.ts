import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Expression } from '../../../src/core/filter.ts';
import { EVERYBODY } from '../../../src/core/filter.ts';
import { decodeRequest, encodeRequest, type Request } from '../../../src/core/request.ts';
import { readNodeLimit } from '../../../src/policy/read-node-limit.ts';

const ROWS: readonly (readonly [string, Expression])[] = [
  ['-F environment=staging', { fact: { fact: 'environment', op: '=', value: 'staging' } }],
  ['-C web', { class: { is: 'web' } }],
  ['-I Web1.Example.com', { identity: { is: 'web1.example.com' } }],
  ['-C /^web/i', { class: { matches: { pattern: '^web', ignoreCase: true } } }],
  ['-C web -C db', { all: [{ class: { is: 'web' } }, { class: { is: 'db' } }] }],
  [
    '-I web1 -C web -I web2',
    { all: [{ class: { is: 'web' } }, { any: [{ identity: { is: 'web1' } }, { identity: { is: 'web2' } }] }] },
  ],
  ['-W "os=Debian web"', { all: [{ fact: { fact: 'os', op: '=', value: 'Debian' } }, { class: { is: 'web' } }] }],
  ['-S "web or db"', { any: [{ class: { is: 'web' } }, { class: { is: 'db' } }] }],
  ["-S 'not web' -F a=b", { all: [{ fact: { fact: 'a', op: '=', value: 'b' } }, { not: { class: { is: 'web' } } }] }],
  ['--with-class web', { class: { is: 'web' } }],
];

const request = (where: readonly Expression[]): Request => ({
  v: 1,
  type: 'request',
  id: '01890a5d-ac96-774b-bcce-b302099a8057',
  run: '01890a5d-ac96-774b-bcce-b302099a8057',
  signer: { principal: 'key', fingerprint: `SHA256:${'a'.repeat(43)}` },
  caller: 'person:ana',
  origin: { chat: 'console', channel: 'console' },
  collective: 'mcollective',
  audience: '*',
  agent: 'package',
  action: 'status',
  input: {},
  filter: { ...EVERYBODY, where },
  issuedAt: 0,
  notAfter: 1,
  replyTo: 'replies',
  options: {},
});

function reads(text: string): boolean {
  try {
    return readNodeLimit(text).text === text;
  } catch {
    return false;
  }
}

describe('readNodeLimit', () => {
  for (const [text, expression] of ROWS) {
    it(`reads ${text}`, () => {
      assert.deepEqual(readNodeLimit(text), { text, expression });
    });
  }

  it('reads nothing so deep that a request could not carry it, the other way round as well', () => {
    const nest = (levels: number): string =>
      levels === 0 ? 'a=~/x/' : `b ${levels % 2 === 0 ? 'and' : 'or'} (${nest(levels - 1)})`;
    const deepest = [12, 11, 10, 9].find((levels) => reads(`-S "${nest(levels)}"`));
    assert.equal(deepest, 10);
    const { expression } = readNodeLimit(`-C x -S "b or (${nest(9)})"`);
    const sent = request([{ not: expression }, expression]);
    assert.deepEqual(decodeRequest(encodeRequest(sent)).filter, sent.filter);
    assert.throws(() => readNodeLimit(`-S "${'not ('.repeat(11)}a${')'.repeat(11)}"`), { code: 'usage/too-deep' });
  });
});
