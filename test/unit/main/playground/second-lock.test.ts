import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Reply, statusOf } from '../../../../src/core/reply.ts';
import { describeSecondLock } from '../../../../src/main/playground/second-lock.ts';

const replyOf = (status: Reply['status']) => ({ reply: { status } as Reply });

test('a node that denies it is shown with its own words', () => {
  const told = describeSecondLock(replyOf(statusOf('denied', 'no')), 'web1');
  assert.match(told, /web1 answered denied: no\)$/);
  assert.doesNotMatch(told, /was run/);
});

test('a node whose policy allows what the bot denied is not shown as a lock', () => {
  const told = describeSecondLock(replyOf(statusOf('ok')), 'web1');
  assert.match(told, /This node's own policy allows it: on web1 it was run, and answered ok/);
});

test('a node that does not answer is no lock either', () => {
  assert.match(describeSecondLock({ reply: undefined }, 'web1'), /web1 gave no answer\)$/);
});
