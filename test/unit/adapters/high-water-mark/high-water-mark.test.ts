import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { openHighWaterMark } from '../../../../src/adapters/high-water-mark/high-water-mark.ts';
import { McoError } from '../../../../src/core/errors.ts';

const dir = mkdtempSync(join(tmpdir(), 'mco-mark-'));
after(() => rmSync(dir, { recursive: true }));

describe('a high-water mark', () => {
  it('starts at nought and is there again after a restart', async () => {
    const path = join(dir, 'mark');
    const mark = await openHighWaterMark(path);
    assert.equal(mark.current(), 0);
    await Promise.all([mark.raise(1_700_000_000_500), mark.raise(1_700_000_000_900), mark.raise(1_700_000_000_100)]);
    const { ino } = statSync(path);
    await mark.raise(1_700_000_001_400);
    assert.equal(statSync(path).ino, ino, 'one write covers a second');
    assert.equal((await openHighWaterMark(path)).current(), 1_700_000_001_500);
  });

  it('never sinks', async () => {
    const mark = await openHighWaterMark(join(dir, 'sinking'));
    await mark.raise(900);
    await mark.raise(100);
    assert.equal(mark.current(), 1900);
  });

  it('rejects when it can not be written', async () => {
    const mark = await openHighWaterMark(join(dir, 'missing', 'mark'));
    await assert.rejects(
      mark.raise(1),
      (error) => error instanceof McoError && error.code === 'failed/high-water-mark',
    );
  });

  it('is not raised by a write that failed, and writes again when it can', async () => {
    const path = join(dir, 'full');
    const mark = await openHighWaterMark(path);
    mkdirSync(`${path}.next`);
    const results = await Promise.allSettled([mark.raise(5000), mark.raise(5500), mark.raise(9000)]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['rejected', 'rejected', 'rejected'],
    );
    assert.equal(mark.current(), 0);
    rmdirSync(`${path}.next`);
    await mark.raise(5000);
    assert.equal(mark.current(), 6000);
    assert.equal((await openHighWaterMark(path)).current(), 6000);
  });

  it('refuses to start on a file that holds something else', async () => {
    for (const text of ['', 'soon', '-5', '1e9', '9'.repeat(17)]) {
      writeFileSync(join(dir, 'broken'), text);
      await assert.rejects(openHighWaterMark(join(dir, 'broken')), (error) => error instanceof McoError);
    }
  });
});
