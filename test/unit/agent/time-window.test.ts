import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkTimeWindow } from '../../../agent/time-window.ts';

const NOW = 1_700_000_000_000;
const clocks = { now: NOW, startedAt: 0 };

for (const [what, issuedAt, notAfter, code] of [
  ['in the middle', NOW - 1000, NOW + 1000, undefined],
  ['just before the end of the skew', NOW - 60_000, NOW - 30_000, undefined],
  ['just after it', NOW - 60_000, NOW - 30_001, 'untrusted/expired'],
  ['as early as the skew allows', NOW + 30_000, NOW + 60_000, undefined],
  ['a little earlier', NOW + 30_001, NOW + 60_000, 'untrusted/not-yet-valid'],
  ['as long as allowed', NOW, NOW + 600_000, undefined],
  ['a little longer', NOW, NOW + 600_001, 'untrusted/bad-window'],
] as const) {
  test(`a request ${what}: ${code ?? 'accepted'}`, () => {
    const check = (): void => checkTimeWindow({ issuedAt, notAfter }, clocks);
    if (code === undefined) check();
    else assert.throws(check, { code });
  });
}

test('what was issued before the start is refused without any skew', () => {
  const request = { issuedAt: NOW - 1, notAfter: NOW + 1000 };
  assert.throws(() => checkTimeWindow(request, { now: NOW, startedAt: NOW }), {
    code: 'untrusted/issued-before-start',
  });
  checkTimeWindow({ ...request, issuedAt: NOW }, { now: NOW, startedAt: NOW });
});

test('the message tells how far the clocks are apart', () => {
  const request = { issuedAt: NOW - 100_000, notAfter: NOW - 40_000 };
  assert.throws(() => checkTimeWindow(request, clocks), {
    message: "the request expired 40.0 s ago; this node's clock says 2023-11-14T22:13:20.000Z, 100.0 s after its issue",
  });
});
