import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashText } from '../../../../src/adapters/hash/hash-text.ts';

test('text is hashed as its UTF-8 (vectors of FIPS 180-4, and one that is not ASCII)', () => {
  assert.equal(hashText('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  assert.equal(hashText(''), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  assert.equal(hashText('ü'), '607474ca475a9724d7360aba71a56d5df77e61350e3f724cfa1f46e857e2d85f');
});
