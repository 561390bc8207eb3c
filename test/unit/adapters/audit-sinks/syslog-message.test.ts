import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatSyslogMessage } from '../../../../src/adapters/audit-sinks/syslog-message.ts';
import { AUDIT_EVENTS, type AuditRecord } from '../../../../src/core/audit.ts';
import type { ChainedRecord } from '../../../../src/core/audit-trail.ts';
import { readMessage } from './syslog-listeners.ts';

const ORIGIN = { hostname: 'bot1.example.org', pid: 42 };

const chain = (record: Partial<AuditRecord>): ChainedRecord => ({
  seq: 17,
  hash: 'a'.repeat(64),
  record: { at: '2026-11-22T10:00:03.120Z', by: 'bot:mcobot', event: 'decided', ...record },
});

const format = (record: Partial<AuditRecord>, maxBytes = 8192) => formatSyslogMessage(chain(record), ORIGIN, maxBytes);

test('a record is one message with its place in the chain', () => {
  const message = format({ caller: 'person:ana', result: 'allow', command: 'größe\n\u202e' });
  assert.ok(message.startsWith('<133>1 2026-11-22T10:00:03.120Z bot1.example.org mcobot 42 decided - {"seq":17,'));
  assert.deepEqual(readMessage(message).body, {
    seq: 17,
    hash: 'a'.repeat(64),
    ...chain({}).record,
    caller: 'person:ana',
    result: 'allow',
    command: 'größe\n\u202e',
  });
});

test('denials and refusals are warnings, all else is a notice', () => {
  const severities: [Partial<AuditRecord>, number][] = [
    [{ event: 'decided', result: 'deny' }, 132],
    [{ event: 'outcome', result: 'DENIED' }, 132],
    [{ event: 'answered', result: 'denied' }, 132],
    [{ event: 'refused' }, 132],
    [{ event: 'rejected' }, 132],
    [{ event: 'unexpected' }, 132],
    [{ event: 'decided', result: 'allow' }, 133],
    [{ event: 'approved' }, 133],
    [{ event: 'checkpoint' }, 133],
  ];
  for (const [record, pri] of severities) assert.equal(readMessage(format(record)).pri, pri, JSON.stringify(record));
});

test('what is too long loses whole fields, the longest first, and says which', () => {
  const nodes = Array.from({ length: 2000 }, (_, n) => `node${n}.example.org`);
  const { body } = readMessage(format({ nodes, caller: 'person:ana', reason: 'r'.repeat(3000) }));
  assert.deepEqual([body.cut, body.count, body.nodes, body.caller], [['nodes'], 2000, undefined, 'person:ana']);
  assert.equal((body.reason as string).length, 3000);
  const both = readMessage(format({ nodes, count: 5, reason: 'r'.repeat(9000) })).body;
  assert.deepEqual([both.cut, both.count], [['nodes', 'reason'], 5]);
});

test('whatever a record holds, the message is well-formed and within its bounds', () => {
  const text = fc.string({ unit: 'binary', maxLength: 3000 });
  const record = fc.record(
    {
      at: fc.oneof(text, fc.constant('2026-11-22T10:00:03Z')),
      by: text,
      event: fc.constantFrom(...AUDIT_EVENTS),
      command: text,
      reason: text,
      nodes: fc.array(text, { maxLength: 5 }),
      origin: fc.dictionary(text, text, { maxKeys: 3 }),
    },
    { requiredKeys: ['event'] },
  );
  fc.assert(
    fc.property(record, fc.string(), fc.integer({ min: 600, max: 9000 }), (one, hostname, maxBytes) => {
      const message = formatSyslogMessage(chain(one), { hostname, pid: 1 }, maxBytes);
      assert.ok(Buffer.byteLength(message) <= maxBytes);
      const { body, id } = readMessage(message);
      assert.deepEqual([body.seq, body.event, id], [17, one.event, one.event]);
    }),
    { numRuns: 200 },
  );
});
