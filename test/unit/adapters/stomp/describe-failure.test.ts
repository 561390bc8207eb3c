import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeFailure, plainText } from '../../../../src/adapters/stomp/describe-failure.ts';

const server = { host: 'amq1', port: 61613 };

test('a known error code reads as a sentence', () => {
  const error = Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:61613'), { code: 'ECONNREFUSED' });
  assert.equal(describeFailure(server, error), 'amq1:61613 refused the connection');
});

test('a code that is a name of every object is not looked up', () => {
  const error = Object.assign(new Error('odd'), { code: 'constructor' });
  assert.equal(describeFailure(server, error), 'amq1:61613 failed: odd');
});

test('what a broker said is one bounded printable line', () => {
  assert.equal(plainText(new Error('a\x1b[31m\r\nb\u202e')), 'a?[31m??b?');
  assert.equal(plainText('x'.repeat(5000)).length, 200);
});
