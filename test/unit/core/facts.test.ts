import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lookUpFact } from '../../../src/core/facts.ts';

const FACTS = {
  role: 'web',
  none: null,
  'a.b': 'flat',
  a: { b: 'nested', c: 'other' },
  os: { release: { major: 12 } },
  disks: [{ name: 'sda' }, { name: 'sdb' }],
};

describe('lookUpFact', () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ['role', 'web'],
    ['os.release.major', 12],
    ['os.release', { major: 12 }],
    ['disks.1.name', 'sdb'],
    ['a.b', 'flat'],
    ['a.c', 'other'],
    ['none', null],
    ['none.x', undefined],
    ['missing', undefined],
    ['os.missing.major', undefined],
    ['role.length', undefined],
    ['disks.length', undefined],
    ['disks.2', undefined],
    ['disks.01', undefined],
    ['disks.-1', undefined],
    ['', undefined],
    ['.', undefined],
    ['os.', undefined],
    ['__proto__', undefined],
    ['constructor.name', undefined],
    ['os.__proto__', undefined],
    ['disks.map', undefined],
  ];
  for (const [path, value] of cases) {
    it(`finds ${JSON.stringify(value) ?? 'nothing'} at \`${path}\``, () =>
      assert.deepEqual(lookUpFact(FACTS, path), value));
  }
});
