import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openAuditLog } from '../../../../src/adapters/audit-log/audit-log.ts';
import { ROTATION_DISK, type RotationDisk, rotateFiles } from '../../../../src/adapters/audit-log/rotate-files.ts';
import type { AuditRecord } from '../../../../src/core/audit.ts';
import type { McoError } from '../../../../src/core/errors.ts';

const root = mkdtempSync(join(tmpdir(), 'mco-rotate-'));
after(() => rmSync(root, { recursive: true }));
let made = 0;

function makePath(): string {
  made += 1;
  const dir = join(root, String(made));
  mkdirSync(dir);
  return join(dir, 'audit.jsonl');
}

const record = (reason: string, at = 'now'): AuditRecord => ({ at, by: 'node:web1', event: 'refused', reason });

/** The reasons in a file, in order; undefined where there is none. */
function reasonsIn(path: string): string[] | undefined {
  if (!existsSync(path)) return undefined;
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => (JSON.parse(line) as AuditRecord).reason ?? '');
}

/** All reasons of a trail, oldest first. */
function allReasons(path: string, upTo = 20): string[] {
  return Array.from({ length: upTo + 1 }, (_, i) => (i === upTo ? path : `${path}.${upTo - i}`)).flatMap(
    (name) => reasonsIn(name) ?? [],
  );
}

/** A disk that dies at its nth step, before or after doing it. */
function createDyingDisk(dieAt: number, { afterwards }: { afterwards: boolean }) {
  let steps = 0;
  const step = async (act: () => Promise<void>): Promise<void> => {
    steps += 1;
    if (steps === dieAt && !afterwards) throw Object.assign(new Error('dead'), { code: 'EIO' });
    await act();
    if (steps === dieAt) throw Object.assign(new Error('dead'), { code: 'EIO' });
  };
  const disk: RotationDisk = {
    exists: ROTATION_DISK.exists,
    rename: (from, to) => step(() => ROTATION_DISK.rename(from, to)),
    syncDirectory: (path) => step(() => ROTATION_DISK.syncDirectory(path)),
  };
  return { disk, steps: () => steps };
}

test('a file over its size is renamed before the next record, and the oldest one goes', async () => {
  const path = makePath();
  const log = await openAuditLog({ path, rotate: { maxBytes: 1, keep: 2 } });
  for (const reason of ['a', 'b', 'c', 'd']) await log.append(record(reason));
  assert.deepEqual(reasonsIn(path), ['d']);
  assert.deepEqual(reasonsIn(`${path}.1`), ['c']);
  assert.deepEqual(reasonsIn(`${path}.2`), ['b']);
  assert.equal(existsSync(`${path}.3`), false);
  await log.close();
});

test('a file that is not over its size is written on', async () => {
  const path = makePath();
  const log = await openAuditLog({ path, rotate: { maxBytes: 10_000, keep: 2 } });
  for (const reason of ['a', 'b', 'c']) await log.append(record(reason));
  assert.deepEqual(readdirSync(join(path, '..')), ['audit.jsonl']);
  await log.close();
});

test('without rotation a file grows for ever', async () => {
  const path = makePath();
  const log = await openAuditLog({ path });
  for (let i = 0; i < 50; i++) await log.append(record(String(i)));
  assert.equal(reasonsIn(path)?.length, 50);
  await log.close();
});

test('every record is in one file, in order, however they come', async () => {
  const path = makePath();
  const log = await openAuditLog({ path, rotate: { maxBytes: 400, keep: 20 } });
  for (let batch = 0; batch < 12; batch++) {
    await Promise.all(Array.from({ length: 7 }, (_, i) => log.append(record(`${batch}-${i}`))));
  }
  const expected = Array.from({ length: 84 }, (_, i) => `${Math.floor(i / 7)}-${i % 7}`);
  assert.deepEqual(allReasons(path), expected);
  await log.close();
});

/** As many steps as the rotation of a trail with all its names taken has, and one more: none dies. */
for (let dieAt = 1; dieAt <= 7; dieAt++) {
  for (const afterwards of [false, true]) {
    const when = `${afterwards ? 'after' : 'before'} step ${dieAt}`;
    test(`a rotation that ends ${when} loses nothing but what it was to delete, and nothing is there twice`, async () => {
      const path = makePath();
      for (const [age, name] of ['d', 'c', 'b', 'a'].entries()) {
        writeFileSync(age === 0 ? path : `${path}.${age}`, `${JSON.stringify(record(name))}\n`);
      }
      const { disk } = createDyingDisk(dieAt, { afterwards });
      const died = await rotateFiles(path, 3, disk).then(
        () => false,
        () => true,
      );
      assert.equal(died, dieAt <= 6);
      const left = allReasons(path);
      assert.ok(left.length === 4 || (left.length === 3 && left[0] === 'b'), left.join());
      assert.deepEqual(left, ['a', 'b', 'c', 'd'].slice(-left.length));

      // The next start writes on, and rotates again.
      const log = await openAuditLog({ path, rotate: { maxBytes: 1, keep: 3 } });
      await log.append(record('e'));
      const next = allReasons(path);
      assert.deepEqual(next, ['a', 'b', 'c', 'd', 'e'].slice(-next.length));
      assert.ok(next.length >= (existsSync(`${path}.3`) ? 4 : 3));
      await log.append(record('f'));
      await log.append(record('g'));
      assert.deepEqual(allReasons(path), ['d', 'e', 'f', 'g']);
      await log.close();
    });
  }
}

test('a rotation that ended half-way costs the next one no file', async () => {
  const path = makePath();
  for (const [name, reason] of [
    [path, 'd'],
    [`${path}.1`, 'c'],
    [`${path}.3`, 'a'],
  ] as const) {
    writeFileSync(name, `${JSON.stringify(record(reason))}\n`);
  }
  await rotateFiles(path, 3);
  assert.deepEqual(
    [1, 2, 3].map((age) => reasonsIn(`${path}.${age}`)),
    [['d'], ['c'], ['a']],
  );
});

test('a file that can not be renamed is written on, which is told, and tried again later', async () => {
  const path = makePath();
  const problems: McoError[] = [];
  let refuses = true;
  const rotationDisk: RotationDisk = {
    ...ROTATION_DISK,
    rename: (from, to) =>
      refuses ? Promise.reject(Object.assign(new Error('no'), { code: 'EACCES' })) : ROTATION_DISK.rename(from, to),
  };
  const onProblem = (problem: McoError): void => void problems.push(problem);
  const log = await openAuditLog({ path, rotate: { maxBytes: 1, keep: 2 }, rotationDisk, onProblem });
  for (const reason of ['a', 'b', 'c']) await log.append(record(reason));
  assert.deepEqual(reasonsIn(path), ['a', 'b', 'c']);
  assert.equal(problems.length, 1);
  assert.match(problems[0]?.message ?? '', /can't be rotated: EACCES/);
  refuses = false;
  await log.append(record('x'.repeat(1024 * 1024)));
  await log.append(record('after'));
  assert.deepEqual(reasonsIn(path), ['after']);
  assert.equal(reasonsIn(`${path}.1`)?.length, 4);
  await log.close();
});

test('when no new file can be made after a rotation, records are refused until one can', async () => {
  const path = makePath();
  const { openAppendFile } = await import('../../../../src/adapters/audit-log/audit-file.ts');
  let isFull = false;
  const log = await openAuditLog({
    path,
    rotate: { maxBytes: 1, keep: 2 },
    openFile: (name) =>
      isFull ? Promise.reject(Object.assign(new Error('no'), { code: 'ENOSPC' })) : openAppendFile(name),
  });
  await log.append(record('a'));
  isFull = true;
  await assert.rejects(log.append(record('lost')), { code: 'failed/audit', message: /ENOSPC/ });
  isFull = false;
  await log.append(record('b'));
  assert.deepEqual(allReasons(path), ['a', 'b']);
  await log.close();
});

test('the time of the latest record survives a rotation', async () => {
  const path = makePath();
  const at = (second: number): string => `2026-01-02T03:04:0${second}.000Z`;
  const lines = (...seconds: number[]): string =>
    seconds.map((second) => `${JSON.stringify(record('x', at(second)))}\n`).join('');
  writeFileSync(`${path}.1`, lines(3, 8, 5));
  const first = await openAuditLog({ path });
  assert.equal(first.lastAt, Date.parse(at(8)), 'the new file is empty');
  await first.append(record('clock set back', at(2)));
  await first.close();
  const second = await openAuditLog({ path });
  assert.equal(second.lastAt, Date.parse(at(8)), 'the new file knows only what came after the clock was set back');
  await second.close();
  writeFileSync(path, lines(2) + `${JSON.stringify(record('x'.repeat(1_100_000), at(4)))}\n${lines(3)}`);
  const third = await openAuditLog({ path });
  assert.equal(third.lastAt, Date.parse(at(3)), 'no more than the end is read');
  await third.close();
});
