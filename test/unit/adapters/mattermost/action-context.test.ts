import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  ACTION_LIFETIME_MS,
  type ActionContext,
  checkContext,
  signContext,
} from '../../../../src/adapters/mattermost/action-context.ts';

const KEY = new Uint8Array(32).fill(1);
const PLACE = { chat: 'mattermost:chat.example.org', post: 'p'.repeat(26), channel: 'c'.repeat(26) };
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const NOW = 1_700_000_000_000;
const MEANING = { action: 'cancel', run: 'run-1', thread: '', now: NOW } as const;

const check = (context: unknown, place = PLACE, now = NOW) => checkContext(KEY, place, { context, now }).state;

describe('the context of a button', () => {
  const context = signContext(KEY, PLACE, MEANING);

  it('holds in its own post until its time is over', () => {
    const checked = checkContext(KEY, PLACE, { context, now: NOW + ACTION_LIFETIME_MS - 1 });
    assert.deepEqual(checked, { state: 'good', action: 'cancel', run: 'run-1', thread: '', nonce: context.nonce });
    assert.equal(check(context, PLACE, NOW + ACTION_LIFETIME_MS), 'expired');
  });

  it('holds in no other post, channel or server, and under no other key', () => {
    assert.equal(check(context, { ...PLACE, post: 'q'.repeat(26) }), 'forged');
    assert.equal(check(context, { ...PLACE, channel: 'q'.repeat(26) }), 'forged');
    assert.equal(check(context, { ...PLACE, chat: 'mattermost:other.example.org' }), 'forged');
    assert.equal(check(signContext(new Uint8Array(32).fill(2), PLACE, MEANING)), 'forged');
  });

  it('holds with nothing in it changed, left out or of another type', () => {
    const changes: Partial<Record<keyof ActionContext, unknown>>[] = [
      { action: 'again' },
      { run: 'run-2' },
      { thread: 't'.repeat(26) },
      { exp: context.exp + 1 },
      { nonce: `${context.nonce.slice(0, -1)}_` },
      { mac: '' },
      { mac: `${context.mac}AA` },
      { v: 2 },
    ];
    for (const change of changes) assert.equal(check({ ...context, ...change }), 'forged', JSON.stringify(change));
    for (const name of Object.keys(context)) {
      assert.equal(check({ ...context, [name]: undefined }), 'forged', `${name} left out`);
      for (const value of [null, 5, {}, [], true, 'x'.repeat(200), Number.NaN]) {
        assert.equal(check({ ...context, [name]: value }), 'forged', `${name} = ${JSON.stringify(value)}`);
      }
    }
    for (const value of [undefined, null, 'text', 7, []]) assert.equal(check(value), 'forged');
  });

  it('holds with one way to write its MAC', () => {
    const end = BASE64.indexOf(context.mac.at(-1) ?? '');
    // The last character's lowest two bits stand for nothing.
    const others = [end ^ 1, end ^ 2, end ^ 3].map((index) => `${context.mac.slice(0, -1)}${BASE64[index]}`);
    const standard = context.mac.replaceAll('-', '+').replaceAll('_', '/');
    for (const mac of [...others, `${context.mac}=`, ` ${context.mac}`, `${standard}=`]) {
      assert.equal(check({ ...context, mac }), 'forged', mac);
    }
  });

  it('is of an old time before it is expired only when its MAC holds', () => {
    assert.equal(check({ ...context, exp: NOW - 1 }), 'forged');
  });

  it('is never made twice, and never good for anything else', () => {
    assert.notEqual(signContext(KEY, PLACE, MEANING).nonce, context.nonce);
    fc.assert(
      fc.property(fc.string(), fc.string(), (run, thread) => {
        fc.pre(run !== context.run || thread !== context.thread);
        return check({ ...context, run, thread }) === 'forged';
      }),
    );
  });
});
