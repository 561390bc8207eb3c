import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeBadAnswer, describeLostAnswer } from '../../../../src/adapters/mattermost/chat-error.ts';
import { createRateGate } from '../../../../src/adapters/mattermost/rate-gate.ts';
import { McoError } from '../../../../src/core/errors.ts';
import { createFakeClock } from '../../../fakes/fake-clock.ts';

const answer = (status: number, body = '', headers: Record<string, string> = {}) =>
  describeBadAnswer({ status, body, headers: new Headers(headers) });

const isBusy = (error: unknown): boolean => error instanceof McoError && error.code === 'unreachable/chat-busy';

const waitsAtMost = (limitMs: number) => (error: unknown) =>
  isBusy(error) && ((error as McoError).retryAfterMs ?? 0) <= limitMs;

describe('an answer that says no', () => {
  it('is busy, unreachable or refused for good', () => {
    const codes = [429, 401, 408, 500, 502, 503, 400, 403, 404, 413, 501, 301].map((status) => answer(status).code);
    const [busy, lost, refused] = ['unreachable/chat-busy', 'unreachable/chat', 'failed/chat-refused'] as const;
    assert.deepEqual(codes, [busy, lost, lost, lost, lost, lost, refused, refused, refused, refused, refused, refused]);
  });

  it('says in seconds how long to wait, within bounds', () => {
    assert.equal(answer(429, '', { 'retry-after': '3' }).retryAfterMs, 3000);
    assert.equal(answer(429, '', { 'x-ratelimit-reset': '2' }).retryAfterMs, 2000);
    for (const value of ['', 'soon', '-1', 'NaN'])
      assert.equal(answer(429, '', { 'retry-after': value }).retryAfterMs, 1000);
    assert.equal(answer(429, '', { 'retry-after': '1e12' }).retryAfterMs, 300_000);
  });

  it('shows the reason of the server, but nothing that could steer a terminal', () => {
    const error = answer(403, JSON.stringify({ id: 'api.x', message: 'no \u001b[2J\r\n\u202e rights' }));
    assert.match(error.message, /^Mattermost refused \(403\): no \\x1b\[2J \\u202e rights$/);
    assert.match(error.hint ?? '', /member/);
    assert.match(answer(404, '<html>').message, /no reason was given/);
  });

  it('is unreachable when there is none, with what the system says', () => {
    const cause = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    const error = describeLostAnswer(new TypeError('fetch failed', { cause }));
    assert.equal(error.code, 'unreachable/chat');
    assert.match(error.message, /ECONNREFUSED/);
  });
});

describe('the gate for progress', () => {
  const headers = (remaining: number) =>
    new Headers({ 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': String(remaining), 'x-ratelimit-reset': '10' });

  it('is open where the server has no limiter', () => {
    const gate = createRateGate(createFakeClock());
    gate.note(200, new Headers());
    for (let edit = 0; edit < 100; edit++) gate.admitProgress();
  });

  it('closes when half of the limit is used, and opens as it fills again', async () => {
    const clock = createFakeClock();
    const gate = createRateGate(clock);
    gate.note(200, headers(7));
    for (let edit = 0; edit < 3; edit++) gate.admitProgress();
    assert.throws(() => gate.admitProgress(), isBusy);
    await clock.advance(5000);
    gate.admitProgress();
  });

  it('stays closed for as long as the server said', async () => {
    const clock = createFakeClock();
    const gate = createRateGate(clock);
    gate.note(429, new Headers({ 'retry-after': '2' }));
    await clock.advance(1999);
    assert.throws(() => gate.admitProgress(), isBusy);
    await clock.advance(1);
    gate.admitProgress();
  });

  it('stays closed no longer than that when the clock is set back, nor for ever on a wild answer', () => {
    let now = 10 * 3_600_000;
    const gate = createRateGate({ now: () => now, after: () => () => {} });
    gate.note(429, new Headers({ 'retry-after': '2' }));
    now -= 3_600_000;
    assert.throws(() => gate.admitProgress(), waitsAtMost(2000));
    now += 2000;
    gate.admitProgress();
    gate.note(429, new Headers({ 'retry-after': '1e12' }));
    assert.throws(() => gate.admitProgress(), waitsAtMost(300_000));
  });

  it('fills again when the clock is set back', () => {
    let now = 10 * 3_600_000;
    const gate = createRateGate({ now: () => now, after: () => () => {} });
    gate.note(200, headers(0));
    now -= 3_600_000;
    assert.throws(() => gate.admitProgress(), isBusy);
    now += 5000;
    gate.admitProgress();
  });
});
