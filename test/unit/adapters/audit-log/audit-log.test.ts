import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { AppendFile } from '../../../../src/adapters/audit-log/audit-file.ts';
import { openAuditLog } from '../../../../src/adapters/audit-log/audit-log.ts';
import type { AuditRecord } from '../../../../src/core/audit.ts';

const dir = mkdtempSync(join(tmpdir(), 'mco-audit-'));
after(() => rmSync(dir, { recursive: true }));

const record = (reason: string): AuditRecord => ({ at: 'now', by: 'node:web1', event: 'refused', reason });
const readLines = (path: string): string[] => readFileSync(path, 'utf8').split('\n').slice(0, -1);

/** A file in memory that counts syncs and can run out of space in the middle of a line. */
function createDisk() {
  const disk = { text: '', syncs: 0, room: Number.POSITIVE_INFINITY, syncFails: false };
  const file: AppendFile = {
    append(bytes) {
      const text = Buffer.from(bytes).toString();
      disk.text += text.slice(0, disk.room);
      if (text.length > disk.room) {
        disk.room = 0;
        return Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' }));
      }
      disk.room -= text.length;
      return Promise.resolve();
    },
    sync() {
      disk.syncs += 1;
      return disk.syncFails ? Promise.reject(Object.assign(new Error('io'), { code: 'EIO' })) : Promise.resolve();
    },
    isCurrent: () => Promise.resolve(true),
    endsTorn: () => Promise.resolve(disk.text !== '' && !disk.text.endsWith('\n')),
    size: () => Promise.resolve(disk.text.length),
    close: () => Promise.resolve(),
  };
  return { disk, openFile: () => Promise.resolve(file) };
}

test('a record is one line of JSON in a file for its owner alone', async () => {
  const path = join(dir, 'plain.jsonl');
  const log = await openAuditLog({ path });
  await log.append(record('two\nlines \u2028 \x1b[31m'));
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const lines = readLines(path);
  assert.equal(lines.length, 1);
  assert.deepEqual(JSON.parse(lines[0] ?? ''), record('two\nlines \u2028 \x1b[31m'));
  await log.close();
  await assert.rejects(log.append(record('late')), { code: 'failed/audit' });
});

test('records that come together are synced together, and stay in order', async () => {
  const { disk, openFile } = createDisk();
  const log = await openAuditLog({ path: 'memory', openFile });
  await Promise.all(Array.from({ length: 500 }, (_, i) => log.append(record(String(i)))));
  assert.equal(disk.syncs, 1);
  const reasons = disk.text
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as AuditRecord).reason);
  assert.deepEqual(
    reasons,
    Array.from({ length: 500 }, (_, i) => String(i)),
  );
});

test('a record resolves only after its sync, and is refused when the sync fails', async () => {
  const { disk, openFile } = createDisk();
  const log = await openAuditLog({ path: 'memory', openFile });
  disk.syncFails = true;
  await assert.rejects(log.append(record('a')), { code: 'failed/audit', message: /EIO/ });
});

test('when the disk is full a record is refused; when there is room again it goes on, after the torn line', async () => {
  const { disk, openFile } = createDisk();
  const log = await openAuditLog({ path: 'memory', openFile });
  await log.append(record('before'));
  disk.room = 10;
  await assert.rejects(log.append(record('lost')), { code: 'failed/audit', message: /ENOSPC/ });
  await assert.rejects(log.append(record('lost too')), { code: 'failed/audit' });
  disk.room = Number.POSITIVE_INFINITY;
  await log.append(record('after'));
  const lines = disk.text.split('\n');
  assert.equal(lines.length, 4);
  assert.equal(lines[1], '{"at":"now');
  assert.deepEqual(JSON.parse(lines[2] ?? ''), record('after'));
});

test('a half line that a crash left is closed first', async () => {
  const path = join(dir, 'torn.jsonl');
  writeFileSync(path, '{"at":"12:0');
  const log = await openAuditLog({ path });
  await log.append(record('a'));
  await log.append(record('b'));
  assert.deepEqual(
    readLines(path).map((line) => line.slice(0, 11)),
    ['{"at":"12:0', '{"at":"now"', '{"at":"now"'],
  );
  await log.close();
});

test('a file that was rotated or deleted is made anew, so that no record goes nowhere', async () => {
  const path = join(dir, 'rotated.jsonl');
  const log = await openAuditLog({ path });
  await log.append(record('old'));
  renameSync(path, `${path}.1`);
  await log.append(record('new'));
  assert.equal(readLines(`${path}.1`).length, 1);
  assert.match(readLines(path)[0] ?? '', /"new"/);
  rmSync(path);
  await log.append(record('newer'));
  assert.match(readLines(path)[0] ?? '', /"newer"/);
  await log.close();
});

test('two writers of one file do not overwrite each other', async () => {
  const path = join(dir, 'shared.jsonl');
  const log = await openAuditLog({ path });
  await log.append(record('mine'));
  appendFileSync(path, '{"theirs":1}\n');
  await log.append(record('mine again'));
  assert.equal(readLines(path).length, 3);
  await log.close();
});

test('a full device is refused for real', async () => {
  const log = await openAuditLog({ path: '/dev/full' });
  await assert.rejects(log.append(record('a')), { code: 'failed/audit', message: /ENOSPC/ });
});

test('a place where nothing can be written is told at the start', async () => {
  await assert.rejects(openAuditLog({ path: join(dir, 'no', 'such', 'dir') }), {
    code: 'failed/audit',
    message: /ENOENT/,
  });
});

test('the time of the latest record is known when the file is opened again', async () => {
  const path = join(dir, 'times.jsonl');
  const at = (second: number) => `2026-01-02T03:04:0${second}.000Z`;
  const first = await openAuditLog({ path });
  assert.equal(first.lastAt, undefined);
  for (const second of [1, 7, 2]) await first.append({ ...record('x'.repeat(700_000)), at: at(second) });
  await first.close();
  appendFileSync(path, 'null\n[]\n{"at":5}\n');
  assert.equal((await openAuditLog({ path })).lastAt, Date.parse(at(2)), 'no more than the end is read');
  writeFileSync(path, [7, 2].map((second) => `${JSON.stringify({ ...record('short'), at: at(second) })}\n`).join(''));
  appendFileSync(path, `{"at":"${at(9)}","event":"int`);
  assert.equal(
    (await openAuditLog({ path })).lastAt,
    Date.parse(at(7)),
    'a torn record stands for nothing that was run',
  );
});

test('what could steer a terminal is escaped in the file, and is the same again when it is read', async () => {
  const path = join(dir, 'hostile.jsonl');
  const log = await openAuditLog({ path });
  const hostile = 'a\u009b31mb\u202ec\u007fd\u001be';
  await log.append(record(hostile));
  await log.close();
  const [line = ''] = readLines(path);
  assert.match(line, /^[\x20-\x7e]*$/);
  assert.equal((JSON.parse(line) as AuditRecord).reason, hostile);
});
