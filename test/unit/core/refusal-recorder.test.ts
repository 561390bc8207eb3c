import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRefusalRecorder, ownedByCaller, sumUpRefusals } from '../../../src/core/refusal-recorder.ts';
import { createFakeAudit } from '../../fakes/fake-audit.ts';
import { createFakeClock } from '../../fakes/fake-clock.ts';

const failWith = (problem: Error): never => assert.fail(problem);
const refusal = (code: `untrusted/${string}`) => ({ at: 'now', by: 'node:web1', event: 'refused', code }) as const;

test('of a flood the first hundred of each code are recorded in full, the rest with how many they were', async () => {
  const audit = createFakeAudit();
  const clock = createFakeClock();
  const recorder = createRefusalRecorder({ audit, clock, onProblem: failWith });
  for (let i = 0; i < 1000; i++) recorder.record(refusal(i % 4 === 0 ? 'untrusted/a' : 'untrusted/b'));
  recorder.record(refusal('untrusted/rare'));
  assert.deepEqual([audit.records.length, audit.records.at(-1)?.code], [201, 'untrusted/rare']);
  await clock.advance(59_999);
  assert.equal(audit.records.length, 201);
  await clock.advance(1);
  const summed = audit.records.slice(201);
  assert.deepEqual(
    new Map(summed.map(({ code, times }) => [code, times])),
    new Map([
      ['untrusted/a', 150],
      ['untrusted/b', 650],
    ]),
  );
  recorder.record(refusal('untrusted/a'));
  await recorder.flush();
  assert.equal(audit.records.length, 204);
});

test('of one caller twenty are recorded in full, and the first of each code, and others lose nothing by it', async () => {
  const audit = createFakeAudit();
  const clock = createFakeClock();
  const recorder = createRefusalRecorder({ audit, clock, ownerOf: ownedByCaller, onProblem: failWith });
  const of = (caller: string, code: `untrusted/${string}` = 'untrusted/a') => ({ ...refusal(code), caller });
  for (let i = 0; i < 500; i++) await recorder.append(of('person:mallory'));
  await recorder.append(of('person:mallory', 'untrusted/b'));
  await recorder.append(of('person:ana'));
  recorder.record(refusal('untrusted/a'));
  assert.deepEqual(
    audit.records.slice(20).map(({ caller, code }) => [caller, code]),
    [
      ['person:mallory', 'untrusted/b'],
      ['person:ana', 'untrusted/a'],
      [undefined, 'untrusted/a'],
    ],
  );
  await clock.advance(60_000);
  assert.deepEqual(
    audit.records.slice(23).map(({ caller, code, times }) => [caller, code, times]),
    [['person:mallory', 'untrusted/a', 480]],
  );
});

test('messages that were only received are summed up too, and take no room from what was refused', async () => {
  const audit = createFakeAudit();
  const recorder = createRefusalRecorder({
    audit,
    clock: createFakeClock(),
    ownerOf: ownedByCaller,
    onProblem: failWith,
  });
  const log = sumUpRefusals(audit, recorder);
  const about = { at: 'now', by: 'bot:test', caller: 'slack:T1/mallory', command: 'ping' } as const;
  for (let i = 0; i < 300; i++) {
    await log.append({ ...about, event: 'received' });
    await log.append({ ...about, event: 'refused', code: 'usage/unknown-option' });
  }
  await log.append({ ...about, event: 'received', caller: 'slack:T1/ana' });
  await recorder.flush();
  const count = (event: string, caller: string) =>
    audit.records.filter((record) => record.event === event && record.caller === caller && record.times === undefined);
  assert.equal(count('received', 'slack:T1/mallory').length, 20);
  assert.equal(count('refused', 'slack:T1/mallory').length, 20);
  assert.equal(count('received', 'slack:T1/ana').length, 1);
  const summed = audit.records.filter(({ times }) => times !== undefined);
  assert.deepEqual(
    summed.map(({ event, code, times }) => [event, code, times]),
    [
      ['received', undefined, 280],
      ['refused', 'usage/unknown-option', 280],
    ],
  );
});

test('a flood under a thousand names is summed up together after that', async () => {
  const audit = createFakeAudit();
  const recorder = createRefusalRecorder({
    audit,
    clock: createFakeClock(),
    ownerOf: ownedByCaller,
    onProblem: failWith,
  });
  for (let i = 0; i < 2000; i++) await recorder.append({ ...refusal('untrusted/a'), caller: `person:p${i}` });
  await recorder.flush();
  assert.equal(audit.records.length, 1021);
  const last = audit.records.at(-1);
  assert.deepEqual([last?.caller, last?.times], [undefined, 980]);
});

test('what was allowed is always written, and what was denied is summed up as a decision', async () => {
  const audit = createFakeAudit();
  const recorder = createRefusalRecorder({
    audit,
    clock: createFakeClock(),
    ownerOf: ownedByCaller,
    onProblem: failWith,
  });
  const log = sumUpRefusals(audit, recorder);
  const about = { at: 'now', by: 'bot:test', caller: 'person:ana', run: 'r1' } as const;
  for (let i = 0; i < 200; i++) {
    await log.append({ ...about, event: 'decided', result: 'allow' });
    await log.append({ ...about, event: 'outcome', result: 'OK' });
    await log.append({ ...about, event: 'refused', code: 'unreachable/no-write-key' });
    await log.append({ ...about, event: 'decided', result: 'deny' });
  }
  await recorder.flush();
  assert.equal(audit.records.length, 621);
  const last = audit.records.at(-1);
  assert.deepEqual([last?.event, last?.result, last?.caller, last?.times], ['decided', 'deny', 'person:ana', 180]);
  audit.isFull = true;
  await assert.rejects(log.append({ ...about, caller: 'person:raj', event: 'decided', result: 'deny' }), {
    code: 'failed/audit',
  });
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

test('a flood by one key hides nothing of another key, and says whose it was', async () => {
  const audit = createFakeAudit();
  const recorder = createRefusalRecorder({
    audit,
    clock: createFakeClock(),
    ownerOf: ({ signer: key, caller = '' }) => ({ key, caller }),
    onProblem: failWith,
  });
  const denial = (signer: string, caller: string) =>
    ({ at: 'now', by: 'node:web1', event: 'decided', result: 'deny', code: 'denied/policy', signer, caller }) as const;
  for (let i = 0; i < 60; i++) recorder.record(denial('bot SHA256:a', 'person:eve'));
  for (let i = 0; i < 1000; i++) recorder.record(denial('bot SHA256:a', `person:p${i}`));
  recorder.record(denial('own SHA256:b', 'person:mallory'));
  await recorder.flush();
  const full = audit.records.filter(({ times }) => times === undefined);
  const of = (signer: string) => full.filter((record) => record.signer === signer);
  assert.deepEqual([of('bot SHA256:a').length, of('own SHA256:b').length], [100, 1]);
  assert.equal(full.filter(({ caller }) => caller === 'person:eve').length, 20);
  const summed = audit.records.filter(({ times }) => times !== undefined);
  assert.ok(summed.every(({ signer }) => signer === 'bot SHA256:a'));
  assert.equal(summed.find(({ caller }) => caller === 'person:eve')?.times, 40);
  assert.ok(summed.some(({ caller }) => caller === 'person:p98'));
  assert.ok(summed.length <= 101, `${summed.length}`);
});
