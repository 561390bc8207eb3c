import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { McoError } from '../../../src/core/errors.ts';
import { EVERYBODY, type Filter } from '../../../src/core/filter.ts';
import { decodeJson, encodeJson } from '../../../src/core/json.ts';
import { decodeReply } from '../../../src/core/reply.ts';
import { decodeRequest, encodeRequest, type Request } from '../../../src/core/request.ts';

const REQUEST: Request = {
  v: 1,
  type: 'request',
  id: '01890000-0000-7000-8000-000000000001',
  run: '01890000-0000-7000-8000-000000000002',
  signer: { principal: 'mco-read', fingerprint: `SHA256:${'A'.repeat(43)}` },
  caller: 'person:ana',
  origin: { chat: 'console', channel: '' },
  collective: 'mcollective',
  audience: '*',
  agent: 'package',
  action: 'status',
  input: { package: 'bash' },
  filter: EVERYBODY,
  issuedAt: 1,
  notAfter: 2,
  replyTo: '/queue/mco.mcollective.reply.bot',
  options: {},
};

const bytesOf = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof McoError) return error.code;
    throw error;
  }
  return 'accepted';
}

describe('a request', () => {
  it('is read as it was written', () => {
    assert.deepEqual(decodeRequest(encodeRequest(REQUEST)), REQUEST);
  });

  const changes: readonly (readonly [what: string, change: Record<string, unknown>])[] = [
    ['an unknown field', { extra: 1 }],
    ['another version', { v: 2 }],
    ['another type', { type: 'reply' }],
    ['an id that is no UUID', { id: 'x' }],
    ['a caller of an unknown kind', { caller: 'root' }],
    ['a caller with a line break', { caller: 'person:ana\nperson:raj' }],
    ['a collective with dots', { collective: 'a.b' }],
    ['an audience with a wildcard', { audience: 'web>' }],
    ['an agent with capitals', { agent: 'Package' }],
    ['a nested input', { input: { package: { deep: 1 } } }],
    ['a time that is no whole number', { issuedAt: 1.5 }],
    ['a filter without its parts', { filter: {} }],
    ['an endless time limit', { options: { timeoutMs: 1e12 } }],
    ['no signer', { signer: undefined }],
  ];
  for (const [what, change] of changes) {
    it(`with ${what} is malformed`, () => {
      assert.equal(
        codeOf(() => decodeRequest(bytesOf({ ...REQUEST, ...change }))),
        'untrusted/malformed',
      );
    });
  }

  it('of the largest size is read, one byte more is refused', () => {
    const room = 256 * 1024 - bytesOf({ pad: '' }).length;
    assert.equal(
      codeOf(() => decodeJson(bytesOf({ pad: 'x'.repeat(room) }), 256 * 1024)),
      'accepted',
    );
    assert.equal(
      codeOf(() => decodeJson(bytesOf({ pad: 'x'.repeat(room + 1) }), 256 * 1024)),
      'untrusted/too-large',
    );
    assert.equal(
      codeOf(() => encodeJson('x'.repeat(99), 100)),
      'failed/too-large',
    );
  });

  it('nested deeper than 32 levels is refused before it is parsed', () => {
    const nest = (depth: number): Uint8Array => new TextEncoder().encode(`${'['.repeat(depth)}${']'.repeat(depth)}`);
    assert.equal(
      codeOf(() => decodeJson(nest(32), 1e6)),
      'accepted',
    );
    assert.equal(
      codeOf(() => decodeJson(nest(33), 1e6)),
      'untrusted/too-deep',
    );
    assert.equal(
      codeOf(() => decodeJson(bytesOf({ text: '['.repeat(99) }), 1e6)),
      'accepted',
    );
  });

  it('whose filter is nested to the limit of the language is read', () => {
    let where: Filter['where'][number] = { class: { is: 'x' } };
    for (let depth = 0; depth < 10; depth++) where = { not: where };
    assert.equal(
      codeOf(() => decodeRequest(bytesOf({ ...REQUEST, filter: { ...EVERYBODY, where: [where] } }))),
      'accepted',
    );
  });
});

describe('any bytes', () => {
  it('are read or refused as untrusted, and nothing else', () => {
    const anyBytes = fc.oneof(
      fc.uint8Array(),
      fc.json().map((text) => new TextEncoder().encode(text)),
    );
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        for (const decode of [decodeRequest, decodeReply])
          assert.match(
            codeOf(() => decode(bytes)),
            /^(accepted|untrusted\/.*)$/,
          );
      }),
    );
  });

  it('do not reach the prototype of anything', () => {
    const text = JSON.stringify(REQUEST).replace('{"package":"bash"}', '{"__proto__":"x"}');
    assert.match(
      codeOf(() => decodeRequest(new TextEncoder().encode(text))),
      /accepted|malformed/,
    );
    assert.equal(({} as Record<string, unknown>).package, undefined);
  });
});
