import fc from 'fast-check';

/** What may never reach a terminal or a chat; plain newlines are the renderer's own. */
export const UNSAFE = /[^\P{C}\n]|[\u2028\u2029\p{Default_Ignorable_Code_Point}]/u;

const unit = fc.oneof(
  fc.integer({ min: 0, max: 0xffff }),
  fc.constantFrom(
    0x1b,
    0x9b,
    0x0d,
    0x0a,
    0x09,
    0x7f,
    0x202e,
    0x2066,
    0x200b,
    0xfeff,
    0x2028,
    0xd83d,
    0xde00,
    0xad,
    0x60,
    0x7b,
  ),
  fc.integer({ min: 0x20, max: 0x7e }),
);

/** Any UTF-16, lone surrogates included, rich in what is dangerous; now and then very long. */
export const hostileText: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(unit, { maxLength: 20 }).map((units) => String.fromCharCode(...units)),
    fc.constantFrom(1, 1, 1, 3, 2000),
  )
  .map(([text, times]) => text.repeat(times));
