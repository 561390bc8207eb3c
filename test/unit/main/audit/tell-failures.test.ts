import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditRecord } from '../../../../src/core/audit.ts';
import { McoError } from '../../../../src/core/errors.ts';
import { tellFailures } from '../../../../src/main/audit/tell-failures.ts';
import { createFakeClock } from '../../../fakes/fake-clock.ts';

const RECORD: AuditRecord = { at: 'now', by: 'bot:test', event: 'started' };

function setUp() {
  const clock = createFakeClock();
  const told: string[] = [];
  const disk = { isFull: false };
  const written: AuditRecord[] = [];
  const trail = {
    id: 'f'.repeat(16),
    async append(record: AuditRecord): Promise<void> {
      if (disk.isFull) throw new McoError('failed/audit', 'the audit trail x: disk is full', { hint: 'make room' });
      written.push(record);
    },
  };
  const onProblem = ({ code, message, hint }: McoError): void => void told.push(`${code}: ${message} (${hint})`);
  return { clock, disk, told, trail: tellFailures(trail, { clock, onProblem }), written };
}

test('a trail that can be written is as before, and nothing is told', async () => {
  const { told, trail, written } = setUp();
  await trail.append(RECORD);
  assert.deepEqual([written, told, trail.id], [[RECORD], [], 'f'.repeat(16)]);
});

test('one that can not be written still fails, and is told at once and then each minute, with the hint', async () => {
  const { clock, disk, told, trail } = setUp();
  disk.isFull = true;
  const fail = () => assert.rejects(trail.append(RECORD), { code: 'failed/audit', hint: 'make room' });
  for (let i = 0; i < 5; i++) await fail();
  const said = 'failed/audit: the audit trail x: disk is full (make room; ';
  assert.deepEqual(told, [`${said}1 record could not be written so far)`]);
  await clock.advance(60_000);
  await fail();
  assert.deepEqual(told.slice(1), [`${said}6 records could not be written so far)`]);
});
