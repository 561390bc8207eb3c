import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isSlipOf } from '../../../src/core/slip.ts';

const KNOWN = ['help', 'package', 'service', 'find'];

it('one letter too much, missing, wrong or in the wrong place is a slip', () => {
  for (const word of ['pakage', 'packagee', 'pacxage', 'pcakage', 'hepl', 'help'])
    assert.ok(isSlipOf(word, KNOWN), word);
});

it('a name of its own is none, even where it begins like another', () => {
  for (const word of ['hello', 'pack', 'nrpe', 'a'.repeat(5000)]) assert.ok(!isSlipOf(word, KNOWN), word);
});
