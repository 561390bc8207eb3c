import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nearest, suggest } from '../../../src/core/nearest.ts';

const KNOWN = ['status', 'start', 'stop', 'restart', 'count'];

describe('nearest', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['status', 'status'],
    ['staus', 'status'],
    ['STATUS', 'status'],
    ['stat', 'start'],
    ['statu', 'status'],
    ['cuont', 'count'],
    ['stp', 'stop'],
    ['resta', 'restart'],
    ['purge', undefined],
    ['', undefined],
    ['x'.repeat(1000), undefined],
  ];
  for (const [typed, meant] of cases) {
    it(`takes \`${typed.slice(0, 10)}\` for ${meant ?? 'nothing'}`, () => assert.equal(nearest(typed, KNOWN), meant));
  }
  it('does not compare with endless names', () => assert.equal(nearest('x', ['x'.repeat(100)]), undefined));
});

describe('suggest', () => {
  it('asks about the nearest name', () => assert.equal(suggest('staus', KNOWN), 'did you mean `status`?'));
  it('lists the names when none is near', () => assert.equal(suggest('purge', ['a', 'bc']), 'known: a, bc'));
  it('says so when there are none', () => assert.equal(suggest('x', []), 'none are known'));
});
