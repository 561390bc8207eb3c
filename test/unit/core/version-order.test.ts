import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import fc from 'fast-check';
import type { VersionOrder } from '../../../src/core/data-functions.ts';
import { compareVersions } from '../../../src/core/version-order.ts';

/** Each older than the next. */
const ORDERED: Readonly<Record<VersionOrder, readonly (readonly string[])[]>> = {
  deb: [
    ['2.15-0ubuntu10.9', '2.15-0ubuntu10.10', '2.15-0ubuntu10.11'],
    ['2.13-38+deb7u6', '2.13-38+deb7u7', '2.13-38+deb7u10'],
    ['1.0~~', '1.0~~a', '1.0~', '1.0', '1.0a', '1.0a+', '1.0+', '1.0.1', '1.1'],
    ['1.0~rc1-1', '1.0-1~bpo1', '1.0-1', '1.0-1+b1', '1.0-1.1', '1.0-2', '1.0a-1', '1.0+dfsg-1'],
    ['9', '10', '1:0.1', '2:0.0'],
    ['1.2-3', '1.2-3-1'],
    ['5.4.0-99', '5.4.0-100'],
  ],
  rpm: [
    ['2.12-1.149.el6_6.4', '2.12-1.149.el6_6.5', '2.12-1.149.el6_6.10'],
    ['1.0~rc1-1', '1.0~rc2-1', '1.0-1', '1.0^git1-1', '1.0^git2-1', '1.0.1-1'],
    ['1.0^A-1', '1.0A-1', '1.0a-1', '1.0b-1', '1.0.0-1'],
    ['9-1', '10-1', '1:0.1-1'],
    ['5.4.0-99.el8', '5.4.0-100.el8'],
  ],
};
for (const [order, rows] of Object.entries(ORDERED) as [VersionOrder, readonly (readonly string[])[]][]) {
  for (const row of rows) {
    test(`${order}: ${row.join(' < ')}`, () => {
      for (const [i, a] of row.entries()) {
        for (const [j, b] of row.entries()) {
          assert.equal(Math.sign(compareVersions(order, a, b)), Math.sign(i - j), `${a} and ${b}`);
        }
      }
    });
  }
}

const EQUAL: readonly [VersionOrder, string, string][] = [
  ['deb', '1.0', '0:1.0'],
  ['deb', '1.0', '1.0-0'],
  ['deb', '1.01', '1.1'],
  ['rpm', '1.0-1', '0:1.0-1'],
  ['rpm', '1.01-1', '1.1-1'],
  ['rpm', '1.0_1-1', '1.0.1-1'],
  // Who names no release means any.
  ['rpm', '1.0', '1.0-17.el9'],
];
for (const [order, a, b] of EQUAL) {
  test(`${order}: ${a} is ${b}`, () => {
    assert.equal(compareVersions(order, a, b), 0);
    assert.equal(compareVersions(order, b, a), 0);
  });
}

describe('any versions at all', () => {
  const version = fc.string({ unit: fc.constantFrom(...'0 0 1 9 a A z . + ~ ^ - : _'.split(' ')), maxLength: 12 });
  for (const order of ['deb', 'rpm'] as const) {
    it(`${order}: are the other way round seen from the other side`, () => {
      fc.assert(
        fc.property(version, version, (a, b) => {
          assert.equal(Math.sign(compareVersions(order, a, b)), 0 - Math.sign(compareVersions(order, b, a)));
        }),
      );
    });
    it(`${order}: are the same as themselves`, () => {
      fc.assert(fc.property(version, (a) => assert.equal(compareVersions(order, a, a), 0)));
    });
  }
  it('deb: stand in one line', () => {
    fc.assert(
      fc.property(version, version, version, (...three) => {
        const [a = '', b = '', c = ''] = three.sort((one, other) => compareVersions('deb', one, other));
        assert.ok(compareVersions('deb', a, b) <= 0 && compareVersions('deb', b, c) <= 0);
        assert.ok(compareVersions('deb', a, c) <= 0);
      }),
    );
  });
  it('very long ones are no trouble', () => {
    const long = '1.'.repeat(50_000);
    assert.ok(compareVersions('deb', long, `${long}1`) < 0);
    assert.ok(compareVersions('rpm', `${'9'.repeat(50_000)}-1`, `1${'0'.repeat(50_000)}-1`) < 0);
  });
});
