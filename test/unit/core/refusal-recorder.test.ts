import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRefusalRecorder } from '../../../src/core/refusal-recorder.ts';
import { createFakeAudit } from '../../fakes/fake-audit.ts';
import { createFakeClock } from '../../fakes/fake-clock.ts';

const failWith = (problem: Error): never => assert.fail(problem);
const refusal = (code: `untrusted/${string}`) => ({ at: 'now', by: 'node:web1', event: 'refused', code }) as const;

test('of a flood the first hundred are recorded in full, the rest with how many they were', async () => {
  const audit = createFakeAudit();
  const clock = createFakeClock();
  const recorder = createRefusalRecorder({ audit, clock, onProblem: failWith });
  for (let i = 0; i < 1000; i++) recorder.record(refusal(i % 3 === 0 ? 'untrusted/a' : 'untrusted/b'));
  await clock.advance(59_999);
  assert.equal(audit.records.length, 100);
  await clock.advance(1);
  const summed = audit.records.slice(100);
  assert.deepEqual(
    new Map(summed.map(({ code, times }) => [code, times])),
    new Map([
      ['untrusted/a', 300],
      ['untrusted/b', 600],
    ]),
  );
  recorder.record(refusal('untrusted/a'));
  await recorder.flush();
  assert.equal(audit.records.length, 103);
});

test('a flush writes what was only counted', async () => {
  const audit = createFakeAudit();
  const recorder = createRefusalRecorder({ audit, clock: createFakeClock(), onProblem: failWith });
  for (let i = 0; i < 105; i++) recorder.record(refusal('untrusted/a'));
  await recorder.flush();
  assert.equal(audit.records.at(-1)?.times, 5);
});

test('a record that can not be written is a problem, not an exception', async () => {
  const audit = createFakeAudit();
  audit.isFull = true;
  const problems: string[] = [];
  const recorder = createRefusalRecorder({
    audit,
    clock: createFakeClock(),
    onProblem: ({ code }) => problems.push(code),
  });
  recorder.record(refusal('untrusted/a'));
  await recorder.flush();
  assert.deepEqual(problems, ['failed/audit']);
});
