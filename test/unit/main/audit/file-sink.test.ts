import assert from 'node:assert/strict';
import { test } from 'node:test';
import { McoError } from '../../../../src/core/errors.ts';
import { createFileSink } from '../../../../src/main/audit/file-sink.ts';
import { createFakeClock, settle } from '../../../fakes/fake-clock.ts';

function setUp() {
  const clock = createFakeClock();
  const lines: object[] = [];
  const told: string[] = [];
  const disk = { isFull: false };
  const log = {
    async append(line: object): Promise<void> {
      if (disk.isFull)
        throw new McoError('failed/audit', 'the audit log x can not be written: ENOSPC', { hint: 'stop' });
      lines.push(line);
    },
    close: () => Promise.resolve(),
  };
  const sink = createFileSink({ log, clock, onProblem: ({ message, hint }) => told.push(`${message}; ${hint}`) });
  const take = async (count: number): Promise<void> => {
    const record = { at: 'now', by: 'bot:test', event: 'started' } as const;
    for (let i = 0; i < count; i++) sink.take({ seq: i, hash: 'f', record });
    await settle();
  };
  return { clock, disk, lines, take, told };
}

test('a copy holds each record with its place in the chain', async () => {
  const { lines, take, told } = setUp();
  await take(1);
  assert.deepEqual(lines, [{ seq: 0, hash: 'f', at: 'now', by: 'bot:test', event: 'started' }]);
  assert.deepEqual(told, []);
});

test('a copy that can not be written is told once a minute, with the number of records that it lacks', async () => {
  const { clock, disk, take, told } = setUp();
  disk.isFull = true;
  await take(300);
  const said = 'the audit log x can not be written: ENOSPC; ';
  assert.deepEqual(told, [`${said}1 record is missing there so far; all of them are in the trail`]);
  await clock.advance(59_999);
  await take(1);
  assert.equal(told.length, 1);
  await clock.advance(1);
  await take(2);
  assert.deepEqual(told.slice(1), [`${said}302 records are missing there so far; all of them are in the trail`]);
});
