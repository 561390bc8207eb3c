import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeMpint, encodeString, encodeU32, padNumber, WireReader } from '../../../../src/adapters/ssh/wire.ts';
import { McoError } from '../../../../src/core/errors.ts';

const fail = (problem: string) => new McoError('untrusted/test', problem);
const readerOf = (...bytes: number[]) => new WireReader(Uint8Array.from(bytes), fail);

test('strings, numbers and bytes come back as they were written', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.integer({ min: 0, max: 0xffffffff }), (bytes, number) => {
      const reader = new WireReader(Buffer.concat([encodeString(bytes), encodeU32(number), Buffer.of(7)]), fail);
      assert.deepEqual([...reader.string()], [...bytes]);
      assert.equal(reader.u32(), number);
      assert.equal(reader.byte(), 7);
      reader.end();
    }),
  );
});

test('a positive mpint comes back without its zeros', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (bytes) => {
      const first = bytes.findIndex((byte) => byte !== 0);
      fc.pre(first >= 0);
      const reader = new WireReader(encodeMpint(bytes), fail);
      assert.deepEqual([...reader.mpint()], [...bytes.subarray(first)]);
      reader.end();
    }),
  );
});

test('the mpints of RFC 4251 are written as it shows', () => {
  assert.equal(encodeMpint(Buffer.from('09a378f9b2e332a7', 'hex')).toString('hex'), '0000000809a378f9b2e332a7');
  assert.equal(encodeMpint(Buffer.from('80', 'hex')).toString('hex'), '000000020080');
  assert.equal(encodeMpint(Buffer.of(0)).toString('hex'), '00000000');
});

test('a length beyond the end, a missing byte and something behind the end are refused', () => {
  assert.throws(() => readerOf(0, 0, 0, 2, 1).string(), /ends too early/);
  assert.throws(() => readerOf(0xff, 0xff, 0xff, 0xff, 1).string(), /ends too early/);
  assert.throws(() => readerOf(0, 0, 0).u32(), /ends too early/);
  assert.throws(() => readerOf(1).end(), /follows its end/);
});

test('negative, zero and padded mpints are refused', () => {
  assert.throws(() => readerOf(0, 0, 0, 1, 0x80).mpint(), /not positive/);
  assert.throws(() => readerOf(0, 0, 0, 0).mpint(), /not positive/);
  assert.throws(() => readerOf(0, 0, 0, 2, 0, 1).mpint(), /needless zeros/);
  assert.throws(() => readerOf(0, 0, 0, 1, 0).mpint(), /needless zeros/);
});

test('a name with control characters or without end is refused', () => {
  assert.throws(() => new WireReader(encodeString('a\nb'), fail).text(), /not plain text/);
  assert.throws(() => new WireReader(encodeString('a'.repeat(257)), fail).text(), /not plain text/);
  assert.equal(new WireReader(encodeString('a'.repeat(256)), fail).text().length, 256);
});

test('a number is padded to its length and refused when it is longer', () => {
  assert.equal(padNumber(Buffer.of(1, 2), 4)?.toString('hex'), '00000102');
  assert.equal(padNumber(Buffer.of(1, 2, 3), 2), undefined);
});
