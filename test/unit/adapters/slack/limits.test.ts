import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { webApi } from '@slack/bolt';
import { toChatError } from '../../../../src/adapters/slack/chat-error.ts';
import { createEditBudget } from '../../../../src/adapters/slack/edit-budget.ts';
import { createPostPace } from '../../../../src/adapters/slack/post-pace.ts';
import { createRateGate } from '../../../../src/adapters/slack/rate-gate.ts';
import { REFUSALS } from '../../../../src/adapters/slack/refusal-table.ts';
import { McoError } from '../../../../src/core/errors.ts';
import { createFakeClock } from '../../../fakes/fake-clock.ts';

const isBusyFor = (retryAfterMs: number) => (error: unknown) =>
  error instanceof McoError && error.code === 'unreachable/chat-busy' && error.retryAfterMs === retryAfterMs;

describe('the pace of posts', () => {
  it('lets two through at once, then one a second, in each channel', async () => {
    const clock = createFakeClock();
    const pace = createPostPace(clock);
    await pace.take('C1');
    await pace.take('C1');
    await assert.rejects(pace.take('C1'), isBusyFor(1000));
    await pace.take('C2');
    await clock.advance(1000);
    await pace.take('C1');
    await assert.rejects(pace.take('C1'), isBusyFor(1000));
  });

  it('waits by itself when it is almost time', async () => {
    const clock = createFakeClock();
    const pace = createPostPace(clock);
    await pace.take('C1');
    await pace.take('C1');
    await clock.advance(960);
    let isDone = false;
    const taking = pace.take('C1').then(() => {
      isDone = true;
    });
    await clock.advance(39);
    assert.equal(isDone, false);
    await clock.advance(1);
    await taking;
  });
});

describe('the budget of edits', () => {
  it('gives progress thirty a minute, and the rest of the fifty to finals', async () => {
    const clock = createFakeClock();
    const edits = createEditBudget(clock);
    for (let n = 0; n < 30; n++) edits.take('progress');
    assert.throws(() => edits.take('progress'), isBusyFor(60_000));
    await clock.advance(1000);
    for (let n = 0; n < 20; n++) edits.take('final');
    assert.throws(() => edits.take('final'), isBusyFor(59_000));
    await clock.advance(59_000);
    edits.take('final');
  });
});

describe('the gate', () => {
  it('blocks a key for its time, and no other', async () => {
    const clock = createFakeClock();
    const gate = createRateGate(clock);
    gate.block('a', 5000);
    gate.block('a', 1000);
    gate.check(['b']);
    assert.throws(() => gate.check(['b', 'a']), isBusyFor(5000));
    await clock.advance(5000);
    gate.check(['a']);
  });

  it('holds a bounded number of keys', () => {
    const gate = createRateGate(createFakeClock());
    for (let n = 0; n < 1001; n++) gate.block(`${n}`, 5000);
    gate.check(['0']);
    assert.throws(() => gate.check(['1000']), isBusyFor(5000));
  });
});

describe('a clock that is set back', () => {
  it('makes nobody wait longer than they were told', async () => {
    const clock = createFakeClock();
    let setBackMs = 0;
    const setClock = { ...clock, now: () => clock.now() - setBackMs };
    const pace = createPostPace(setClock);
    const gate = createRateGate(setClock);
    const edits = createEditBudget(setClock);
    await pace.take('C1');
    await pace.take('C1');
    gate.block('a', 5000);
    for (let n = 0; n < 50; n++) edits.take('final');
    setBackMs = 3_600_000;
    await assert.rejects(pace.take('C1'), isBusyFor(1000));
    assert.throws(() => gate.check(['a']), isBusyFor(5000));
    assert.throws(() => edits.take('final'), isBusyFor(60_000));
    await clock.advance(5000);
    await pace.take('C1');
    gate.check(['a']);
    assert.throws(() => edits.take('final'), isBusyFor(55_000));
  });
});

describe('an error of Slack', () => {
  const refuse = (error: string) =>
    toChatError('chat.postMessage', new webApi.WebAPIPlatformError({ ok: false, error }));

  it('is one of the three of the port, whatever it is', () => {
    const codes = { busy: 'unreachable/chat-busy', unknown: 'unreachable/chat', refused: 'failed/chat-refused' };
    for (const [name, { kind }] of Object.entries(REFUSALS)) assert.equal(refuse(name).code, codes[kind], name);
    assert.equal(refuse('something_new').code, 'failed/chat-refused');
    assert.equal(refuse('constructor').code, 'failed/chat-refused');
    assert.equal(refuse('<html>Bad gateway').code, 'unreachable/chat');
    assert.equal(toChatError('m', new webApi.WebAPIHTTPError(502, 'x', {}, 'y')).code, 'unreachable/chat');
    assert.equal(toChatError('m', new Error('anything')).code, 'unreachable/chat');
    assert.equal(toChatError('m', undefined).code, 'unreachable/chat');
  });

  it('keeps the time of a limit, within ten minutes', () => {
    assert.ok(isBusyFor(30_000)(toChatError('m', new webApi.WebAPIRateLimitedError(30))));
    assert.ok(isBusyFor(1000)(toChatError('m', new webApi.WebAPIRateLimitedError(0))));
    assert.ok(isBusyFor(600_000)(toChatError('m', new webApi.WebAPIRateLimitedError(1e9))));
  });

  it('does not keep what was thrown', () => {
    const thrown = new webApi.WebAPIRequestError(new Error('Bearer xoxb-secret'));
    const error = toChatError('m', thrown);
    assert.equal(error.cause, undefined);
    assert.doesNotMatch(error.message, /secret/);
  });
});
