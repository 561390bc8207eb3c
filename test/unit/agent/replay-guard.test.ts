import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createReplayGuard } from '../../../agent/replay-guard.ts';

const KEY = 'SHA256:a';
const replayed = { code: 'untrusted/replayed' };

test('an id is taken once for each key', () => {
  const guard = createReplayGuard({ windowMs: 1000, maxEntries: 10 });
  guard.claim({ fingerprint: KEY, id: '1', issuedAt: 0 }, 0);
  guard.claim({ fingerprint: 'SHA256:b', id: '1', issuedAt: 0 }, 0);
  assert.throws(() => guard.claim({ fingerprint: KEY, id: '1', issuedAt: 0 }, 0), replayed);
});

test('whatever the times, nothing passes twice within the window', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ id: fc.nat(20), step: fc.nat(700) }), { maxLength: 60 }), (events) => {
      const guard = createReplayGuard({ windowMs: 1000, maxEntries: 1000 });
      const passedAt = new Map<number, number>();
      let now = 0;
      for (const { id, step } of events) {
        now += step;
        let passed = true;
        try {
          guard.claim({ fingerprint: KEY, id: String(id), issuedAt: now }, now);
        } catch {
          passed = false;
        }
        const before = passedAt.get(id);
        if (before === undefined) assert.ok(passed);
        else if (now - before < 1000) assert.ok(!passed);
        if (passed) passedAt.set(id, now);
      }
    }),
  );
});

test('a full memory refuses, and takes requests again a window later', () => {
  const guard = createReplayGuard({ windowMs: 1000, maxEntries: 2 });
  for (const id of ['1', '2']) guard.claim({ fingerprint: KEY, id, issuedAt: 0 }, 0);
  assert.throws(() => guard.claim({ fingerprint: KEY, id: '3', issuedAt: 0 }, 1), {
    code: 'untrusted/replay-guard-full',
  });
  guard.claim({ fingerprint: KEY, id: '3', issuedAt: 1000 }, 1000);
});

test('after a jump of the clock, there and back, what was forgotten still counts as seen', () => {
  const guard = createReplayGuard({ windowMs: 1000, maxEntries: 10 });
  const request = { fingerprint: KEY, id: '1', issuedAt: 100 };
  guard.claim(request, 100);
  guard.claim({ fingerprint: KEY, id: '2', issuedAt: 5000 }, 5000);
  guard.claim({ fingerprint: KEY, id: '3', issuedAt: 10_000 }, 10_000);
  assert.throws(() => guard.claim(request, 100), replayed);
});

test('no key uses up what is there for the others', () => {
  const guard = createReplayGuard({ windowMs: 1000, maxEntries: 5, maxEntriesPerKey: 2 });
  const full = { code: 'untrusted/replay-guard-full' };
  for (const id of ['1', '2']) guard.claim({ fingerprint: KEY, id, issuedAt: 0 }, 0);
  assert.throws(() => guard.claim({ fingerprint: KEY, id: '3', issuedAt: 0 }, 0), full);
  assert.throws(() => guard.claim({ fingerprint: KEY, id: '1', issuedAt: 0 }, 0), replayed);
  for (const fingerprint of ['SHA256:b', 'SHA256:c', 'SHA256:d']) guard.claim({ fingerprint, id: '1', issuedAt: 0 }, 0);
  assert.throws(() => guard.claim({ fingerprint: 'SHA256:e', id: '1', issuedAt: 0 }, 0), full, 'full for all');
  guard.claim({ fingerprint: KEY, id: '3', issuedAt: 1000 }, 1000);
});
