import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matchesGlob, matchesPatternList, parsePatternList } from '../../../../src/adapters/ssh/host-pattern.ts';

const matches = (name: string, list: string) => matchesPatternList(name, parsePatternList(list));

test('globs match as a regular expression made of them would', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 8 });
  const globs = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), maxLength: 8 });
  fc.assert(
    fc.property(letters, globs, (name, glob) => {
      const source = glob.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.');
      assert.equal(matchesGlob(name, glob), new RegExp(`^${source}$`).test(name), `${name} ${glob}`);
    }),
    { numRuns: 2000 },
  );
});

test('a name with wildcards in it is only a name', () => {
  assert.ok(!matchesGlob('*', 'web1'));
  assert.ok(!matchesGlob('w?b', 'web'));
  assert.ok(matchesGlob('*', '*'));
});

test('a negated member defeats the list wherever it stands', () => {
  assert.ok(matches('web1', 'web*,!web3'));
  assert.ok(!matches('web3', 'web*,!web3'));
  assert.ok(!matches('web3', '!web3,web*'));
  assert.ok(!matches('db1', '!web3'));
});
