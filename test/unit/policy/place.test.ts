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

describe('isPlace', () => {
  it('takes printable places of known chats, and no pattern for one', () => {
    for (const place of ['slack', 'console', 'unix', 'mattermost:chat.example.org/x1', 'console:#ops'])
      assert.ok(isPlace(place));
    for (const place of [
      '',
      'irc',
      'slack:',
      'slack:*',
      'slack:T1/*',
      'slack:a b',
      'slack:a\n',
      'slack:\u0430',
      `slack:${'x'.repeat(201)}`,
    ]) {
      assert.equal(isPlace(place), false, place);
    }
  });
});

describe('isPlacePattern', () => {
  it('takes a star for a whole last part only', () => {
    for (const pattern of ['slack', 'slack:*', 'slack:T1/*', 'slack:T1/C1'])
      assert.ok(isPlacePattern(pattern), pattern);
    for (const pattern of ['*', 'slack*', 'slack:T*', 'slack:*/C1', 'slack:T1/C*', 'slack:', 'irc:*', 'slack:a b']) {
      assert.equal(isPlacePattern(pattern), false, pattern);
    }
  });
});
