import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { identify } from '../../../src/policy/identify.ts';
import { messageOf, readSite } from './policy-fixtures.ts';

const site = readSite();
const KEY = 'SHA256:abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';

describe('identify', () => {
  for (const [account, caller] of [
    ['slack:T024BE7LD/U2147483697', 'person:ana'],
    ['mattermost:chat.example.org/w7x1n8', 'person:ana'],
    ['console:ana', 'person:ana'],
    ['unix:ana', 'person:ana'],
    [`ssh:${KEY}`, 'person:raj'],
    [`ssh ${KEY}`, 'person:raj'],
    ['console:valueOf', 'person:value-of'],
  ] as const) {
    it(`knows that ${account} is ${caller}`, () => assert.equal(identify(site, account), caller));
  }

  for (const account of [
    'slack:T024BE7LD/U214748369',
    'slack:T999/U2147483697',
    'mattermost:chat.example.org/W7X1N8',
    'mattermost:T024BE7LD/U2147483697',
    'unix:bob',
    'console:Ana',
    'console:raj',
    'console:toString',
    'console:__proto__',
    `ssh:${KEY.replace('abc', 'Abc')}`,
  ]) {
    it(`leaves ${account} a stranger`, () => assert.equal(identify(site, account), account));
  }

  for (const account of [
    'person:ana',
    'ana',
    '',
    'console:',
    'console:a b',
    'console:ana\n',
    'console:\u0430na',
    'ssh:ana',
  ]) {
    it(`refuses ${JSON.stringify(account)}, which is no account`, () => {
      assert.match(
        messageOf(() => identify(site, account)),
        /^untrusted\/malformed-account /,
      );
    });
  }
});
