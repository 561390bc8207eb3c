import assert from 'node:assert/strict';
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { fill, makeRecord, openTestTrail, type TestTrail, tamper } from './trail-samples.ts';

/** Records 1 to 12, of which 4, 8 and 12 are checkpoints. */
async function openFilled(): Promise<TestTrail> {
  const trail = await openTestTrail();
  for (const from of [1, 5, 9]) {
    await fill(trail, from, from + 2);
    await trail.checkpoint();
  }
  return trail;
}

const readLines = (trail: TestTrail): string[] => readFileSync(trail.checkpointsPath, 'utf8').trim().split('\n');

const listMessages = async (trail: TestTrail): Promise<string[]> =>
  (await trail.verify()).faults.map(({ kind, message }) => `${kind}: ${message}`);

test('a line without an end is a fault, however long, and memory is bounded', async () => {
  const trail = await openFilled();
  truncateSync(trail.checkpointsPath, 700_000_000);
  const before = process.memoryUsage().rss;
  assert.deepEqual(await listMessages(trail), ['bad-checkpoint: line 4 of the checkpoints is not a checkpoint']);
  assert.ok(process.memoryUsage().rss - before < 200_000_000);
  await fill(trail, 13, 13);
  await trail.checkpoint();
  assert.deepEqual(await listMessages(trail), []);
  assert.equal(readLines(trail).length, 4);
});

test('lines of any length are read as they stand', async () => {
  const trail = await openFilled();
  const lines = readLines(trail);
  for (const length of [16_383, 16_384, 16_385, 65_535, 65_536, 65_537, 200_000]) {
    writeFileSync(trail.checkpointsPath, `${['x'.repeat(length), ...lines].join('\n')}\n`);
    const { faults, checkpoints } = await trail.verify();
    assert.deepEqual([faults.length, checkpoints], [1, 3], String(length));
  }
});

test('junk in the file hides no other fault', async () => {
  const trail = await openFilled();
  writeFileSync(trail.checkpointsPath, `${'junk\n'.repeat(150)}${readFileSync(trail.checkpointsPath, 'utf8')}`);
  tamper(trail.path, (database) => {
    const doc = Buffer.from(JSON.stringify({ seq: 7, ...makeRecord(7, { caller: 'person:raj' }) }));
    database.run('UPDATE audit SET doc = ? WHERE seq = 7', doc);
  });
  const { faults } = await trail.verify();
  assert.deepEqual([faults[0]?.kind, faults[0]?.seq], ['changed', 7]);
  assert.deepEqual(
    faults.slice(1).map(({ kind, times }) => [kind, times]),
    [...Array<unknown>(20).fill(['bad-checkpoint', undefined]), ['bad-checkpoint', 130]],
  );
});

test('a checkpoint of the trail that somebody took out of the file is a fault', async () => {
  const trail = await openFilled();
  const [first, , third] = readLines(trail);
  writeFileSync(trail.checkpointsPath, `${first}\n${third}\n`);
  assert.deepEqual(await listMessages(trail), [
    'bad-checkpoint: the checkpoint of record 8 is missing in the file of checkpoints: somebody changed it',
  ]);
  for (const remove of [() => writeFileSync(trail.checkpointsPath, ''), () => rmSync(trail.checkpointsPath)]) {
    remove();
    assert.deepEqual(await listMessages(trail), [
      'bad-checkpoint: the checkpoint of record 4 and of 1 more are missing in the file of checkpoints: there is none; if its path is new, the next checkpoint begins it',
    ]);
  }
});

test('a file that was begun later, or that lacks the end, is whole with the next checkpoint', async () => {
  const trail = await openFilled();
  const [first] = readLines(trail);
  writeFileSync(trail.checkpointsPath, `${first}\n`);
  await trail.checkpoint();
  assert.equal(readLines(trail).length, 4);
  assert.deepEqual(await listMessages(trail), []);
  rmSync(trail.checkpointsPath);
  await trail.checkpoint();
  assert.equal(readLines(trail).length, 1);
  assert.deepEqual(await listMessages(trail), []);
});

test('a directory in the place of the file is a fault', async () => {
  const trail = await openTestTrail({ checkpointsPath: '/' });
  await fill(trail, 1, 1);
  assert.deepEqual(await listMessages(trail), ['bad-checkpoint: line 1 of the checkpoints is not a checkpoint']);
});
