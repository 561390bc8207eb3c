import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isPlace, isPlacePattern, matchesPlace } from '../../../src/policy/place.ts';

describe('matchesPlace', () => {
  for (const [pattern, matching, others] of [
    ['slack', ['slack', 'slack:T1/C1'], ['slackx', 'slackx:T1', 'mattermost', '']],
    ['slack:*', ['slack', 'slack:T1/C1'], ['slackx', 'slackx:T1', 'mattermost:T1/C1']],
    ['slack:T1/*', ['slack:T1/C1', 'slack:T1/C1/9'], ['slack:T1', 'slack:T12/C1', 'slack', 'mattermost:T1/C1']],
    ['slack:T1/C1', ['slack:T1/C1'], ['slack:T1/C12', 'slack:T1/C', 'slack:T1/c1', 'xslack:T1/C1', 'slack']],
  ] as const) {
    it(`reads ${pattern} as a whole chat, a part or one place`, () => {
      for (const place of matching) assert.ok(matchesPlace(pattern, place), place);
      for (const place of others) assert.equal(matchesPlace(pattern, place), false, place);
    });
  }
});

/** What looks like a place, and where nobody can ever be. */
const NOWHERE = [
  '',
  'irc',
  'consol',
  'slack:',
  'slack:C0PUBLIC',
  'slack:T024BE7LD',
  'slack:T024BE7LD/',
  'slack:T024BE7LD/#public',
  'slack:T024BE7LD/public',
  'slack:T024BE7LD/U2147483697',
  'slack:T024BE7LD/C0INC42/1',
  'slack:t024be7ld/c0inc42',
  'slack:U1/C1',
  'slack:a b',
  'slack:T1/C1\n',
  'slack:T1/C\u0430',
  `slack:T1/C${'1'.repeat(31)}`,
  'mattermost:chat.example.org',
  'mattermost:w7x1n8',
  'mattermost:Chat.example.org/w7x1n8',
  'mattermost:chat.example.org/town-square',
  'mattermost:chat.example.org/ops/town',
  'console:ana',
  'console:#ops',
  'unix:ana',
] as const;

describe('isPlace', () => {
  it('takes places where something can be typed, direct messages and private channels among them', () => {
    for (const place of [
      'console',
      'unix',
      'slack:T024BE7LD/C0INC42',
      'slack:E1/D1',
      'slack:T1/G1',
      'mattermost:chat.example.org/x1',
      'mattermost:127.0.0.1:8065/f8ko5ruywpnbzq4t1jhm7cxe9s',
    ]) {
      assert.ok(isPlace(place), place);
    }
  });

  it('takes no pattern for a place, and nothing where nobody can be', () => {
    for (const place of [...NOWHERE, 'slack', 'mattermost', 'slack:*', 'slack:T1/*', 'console:*']) {
      assert.equal(isPlace(place), false, place);
    }
  });
});

describe('isPlacePattern', () => {
  it('takes a place, and a star for a whole last part', () => {
    for (const pattern of [
      'slack',
      'slack:*',
      'slack:T1/*',
      'slack:T1/C1',
      'slack:E1/D1',
      'slack:T1/G1',
      'mattermost',
      'mattermost:*',
      'mattermost:chat.example.org/*',
      'mattermost:chat.example.org:8065/w7x1n8',
      'console',
      'console:*',
      'unix',
    ]) {
      assert.ok(isPlacePattern(pattern), pattern);
    }
  });

  it('takes nothing else: a denial there would deny nothing', () => {
    const stars = ['*', 'slack*', 'slack:T*', 'slack:*/C1', 'slack:T1/C*', 'irc:*', 'mattermost:*/w7', 'console:*/*'];
    for (const pattern of [...NOWHERE, ...stars]) assert.equal(isPlacePattern(pattern), false, pattern);
  });
});
