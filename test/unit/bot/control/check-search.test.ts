import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AGENT_DESCRIPTIONS } from '../../../../agent/plugins/index.ts';
import { requireRange, warnOfAction, warnOfPerson } from '../../../../src/bot/control/check-search.ts';

const NOW = Date.UTC(2026, 10, 22, 12);
const HOUR_MS = 3_600_000;

test('a range of time must hold some of the past', () => {
  for (const range of [{}, { since: NOW }, { since: NOW - HOUR_MS, until: NOW + HOUR_MS }, { until: NOW + HOUR_MS }]) {
    assert.doesNotThrow(() => requireRange(range, NOW));
  }
  assert.throws(() => requireRange({ since: NOW - HOUR_MS, until: NOW - 2 * HOUR_MS }, NOW), {
    code: 'usage/bad-time',
    message: '`--since` (2026-11-22 11:00:00 UTC) is later than `--until` (2026-11-22 10:00:00 UTC)',
  });
  assert.throws(() => requireRange({ since: NOW + HOUR_MS }, NOW), {
    code: 'usage/bad-time',
    message: /still to come/,
  });
  assert.throws(() => requireRange({ since: NOW + HOUR_MS, until: NOW + 2 * HOUR_MS }, NOW), {
    code: 'usage/bad-time',
  });
});

for (const [name, warning] of [
  ['package.update', undefined],
  ['package', undefined],
  ['mcobot.audit', undefined],
  ['mcobot', undefined],
  ['package.updat', 'no action is called `package.updat` now: did you mean `package.update`?'],
  ['pakage.update', 'no action is called `pakage.update` now: did you mean `package.update`?'],
  ['pakage', 'no agent is called `pakage` now: did you mean `package`?'],
  ['package.frobnicate', 'no action is called `package.frobnicate` now'],
] as const) {
  test(`the action ${name} ${warning === undefined ? 'is known' : 'is not known'}`, () => {
    assert.equal(warnOfAction(name, AGENT_DESCRIPTIONS), warning);
  });
}

test('a person whom the policy does not name gets the nearest one', () => {
  assert.equal(warnOfPerson('@anna', ['ana', 'raj']), 'the policy names nobody `anna` now: did you mean `ana`?');
  assert.equal(warnOfPerson('zoe', ['ana', 'raj']), 'the policy names nobody `zoe` now');
  for (const who of ['ana', '@ana', 'person:ana', 'slack:T1/U1']) assert.equal(warnOfPerson(who, ['ana']), undefined);
  assert.equal(warnOfPerson('zoe', undefined), undefined);
});
