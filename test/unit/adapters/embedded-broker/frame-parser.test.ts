import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { encodeFrame, type Frame } from '../../../../src/adapters/embedded-broker/frame.ts';
import { FrameParser } from '../../../../src/adapters/embedded-broker/frame-parser.ts';

const limits = { maxHeadBytes: 2000, maxHeaders: 20, maxBodyBytes: 5000 };
const parse = (...chunks: (string | Buffer)[]) => {
  const parser = new FrameParser(limits);
  return chunks.flatMap((chunk) => parser.push(Buffer.from(chunk as string)));
};

describe('the frame codec of the embedded broker', () => {
  test('every frame survives encoding, any cutting and parsing', () => {
    const header = fc.tuple(
      fc.string({ minLength: 1, unit: 'grapheme', maxLength: 20 }),
      fc.string({ unit: 'binary', maxLength: 20 }),
    );
    const frame = fc.record({
      headers: fc.uniqueArray(header, { selector: ([name]) => name, maxLength: 8 }),
      body: fc.uint8Array({ maxLength: 300 }),
    });
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 4 }), fc.integer({ min: 1, max: 40 }), (frames, cut) => {
        const sent = frames.map(({ headers, body }) => ({
          headers: headers.filter(([name]) => name !== 'content-length'),
          body: Buffer.from(body),
        }));
        const bytes = Buffer.concat(
          sent.map(({ headers, body }) =>
            encodeFrame('SEND', [...headers, ['content-length', `${body.length}`]], body),
          ),
        );
        const parser = new FrameParser(limits);
        const got: Frame[] = [];
        for (let at = 0; at < bytes.length; at += cut) got.push(...parser.push(bytes.subarray(at, at + cut)));
        assert.equal(got.length, sent.length);
        for (const [index, { headers, body }] of sent.entries()) {
          assert.deepEqual(got[index]?.body, body);
          for (const [name, value] of new Map([...headers].reverse()))
            assert.equal(got[index]?.headers.get(name), value);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('no bytes make it throw anything but an error, or keep more than the limits', () => {
    const token = fc.constantFrom(
      'SEND\n',
      '\n',
      '\0',
      'a:b\n',
      'content-length:3\n',
      '\r\n',
      ':',
      '\\',
      'xyz',
      '\n\n',
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 60 }), (tokens) => {
        try {
          parse(...tokens);
        } catch (error) {
          assert.equal((error as Error).constructor, Error);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('of repeated headers the first counts', () => {
    assert.equal(parse('SEND\na:1\na:2\n\n\0')[0]?.headers.get('a'), '1');
  });

  test('heart-beats between frames vanish and carriage returns are line ends', () => {
    assert.deepEqual(
      parse('\n\r\n\nSEND\r\na:1\r\n\r\nbody\0\n\n', '\nSEND\n\n\0').map(({ body }) => `${body}`),
      ['body', ''],
    );
  });

  test('a body with a length may hold NUL, one without ends there', () => {
    const frames = parse('SEND\ncontent-length:3\n\na\0b\0SEND\n\nab\0');
    assert.deepEqual(
      frames.map(({ body }) => `${body}`),
      ['a\0b', 'ab'],
    );
  });

  for (const [what, bytes] of [
    ['a head over the limit', `SEND\na:${'x'.repeat(2000)}`],
    ['too many headers', `SEND\n${Array.from({ length: 21 }, (_, n) => `h${n}:\n`).join('')}\n\0`],
    ['a body over the limit', 'SEND\ncontent-length:5001\n\n'],
    ['an endless body', `SEND\n\n${'x'.repeat(5001)}`],
    ['a content-length that is no number', 'SEND\ncontent-length:-1\n\n\0'],
    ['a body longer than announced', 'SEND\ncontent-length:1\n\nab\0'],
    ['a header without a colon', 'SEND\nabc\n\n\0'],
    ['an unknown escape', 'SEND\na:\\t\n\n\0'],
    ['an escape that is cut off', 'SEND\na:\\\n\n\0'],
  ] as const) {
    test(`${what} is refused`, () => assert.throws(() => parse(bytes), Error));
  }
});
