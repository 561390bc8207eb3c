import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AUDIT_EVENTS, type AuditRecord } from '../../../src/core/audit.ts';
import { formatAuditLine } from '../../../src/render/describe-audit.ts';

const format = (record: Partial<AuditRecord>): string =>
  formatAuditLine({
    seq: 1,
    hash: 'a'.repeat(64),
    record: { at: '2026-11-22T10:00:03.120Z', by: 'bot:mcobot', event: 'decided', ...record },
  });

const RUN = '01890000-0000-7000-8000-000000007f3a';
const ANA = { caller: 'person:ana', action: 'package.update', run: RUN };
const COMMAND = { command: 'package update libc6' };

test('each kind of record says in one line what matters of it', () => {
  const lines: [Partial<AuditRecord>, string][] = [
    [{ event: 'started' }, 'started    bot:mcobot'],
    [{ event: 'received', caller: 'slack:T/U', ...COMMAND }, 'received   slack:T/U `package update libc6`'],
    [
      { ...ANA, ...COMMAND, result: 'allow', rules: ['roles.yaml:14', 'bindings.yaml:3'] },
      'decided    person:ana package.update `package update libc6`: allow (roles.yaml:14, bindings.yaml:3), run 7f3a',
    ],
    [
      { ...ANA, result: 'deny', code: 'denied/policy', reason: 'no shells', rules: ['deny.yaml:2'] },
      'decided    person:ana package.update: deny denied/policy "no shells" (deny.yaml:2), run 7f3a',
    ],
    [{ ...ANA, event: 'intent', nodes: ['web1', 'web2'] }, 'intent     person:ana package.update, 2 nodes, run 7f3a'],
    [{ ...ANA, event: 'intent', count: 1 }, 'intent     person:ana package.update, 1 node, run 7f3a'],
    [{ ...ANA, event: 'answered', node: 'web1', result: 'ok' }, 'answered   person:ana web1: ok, run 7f3a'],
    [
      { ...ANA, event: 'intent', approvedBy: ['person:raj', 'person:bob'], count: 40 },
      'intent     person:ana package.update, 40 nodes, approved by person:raj and person:bob, run 7f3a',
    ],
    [
      { event: 'refused', caller: 'slack:T/U', code: 'untrusted/unknown-key', times: 12 },
      'refused    slack:T/U untrusted/unknown-key, 12 times',
    ],
    [
      { event: 'checkpoint', count: 17, digest: 'b'.repeat(64), signer: 'SHA256:x' },
      'checkpoint bot:mcobot, record 17, hash bbbbbbbbbbbb, signed by SHA256:x',
    ],
  ];
  for (const [record, line] of lines) assert.equal(format(record), `2026-11-22T10:00:03Z ${line}`);
});

test('whatever a record holds, it is one line of safe text', () => {
  const text = fc.string({ unit: 'binary', maxLength: 400 });
  const record = fc.record(
    {
      at: text,
      by: text,
      event: fc.constantFrom(...AUDIT_EVENTS),
      caller: text,
      command: text,
      action: text,
      node: text,
      result: text,
      code: text,
      reason: text,
      digest: text,
      signer: text,
      run: text,
      rules: fc.array(text, { maxLength: 3 }),
      approvedBy: fc.array(text, { maxLength: 3 }),
    },
    { requiredKeys: ['event'] },
  );
  fc.assert(
    fc.property(record, (one) =>
      assert.doesNotMatch(format(one), /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u),
    ),
  );
});
