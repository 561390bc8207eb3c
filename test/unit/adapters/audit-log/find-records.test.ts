import assert from 'node:assert/strict';
import { linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type AuditReaderOptions, createAuditReader } from '../../../../src/adapters/audit-log/find-records.ts';
import type { AuditRecord } from '../../../../src/core/audit.ts';

const dir = mkdtempSync(join(tmpdir(), 'mco-find-'));
after(() => rmSync(dir, { recursive: true }));

const STARTED = Date.parse('2026-11-22T10:00:00Z');
const idAt = (time: number, tail = '7b3e-8f4a-5b6c7d8e7f3a'): string => {
  const hex = time.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-${tail}`;
};
const RUN = idAt(STARTED);
const OTHER = idAt(STARTED, '7b3e-8f4a-5b6c7d8e7f3b');

const record = (reason: string, fields: Partial<AuditRecord> = {}): AuditRecord => ({
  at: new Date(STARTED).toISOString(),
  by: 'node:web1',
  event: 'refused',
  run: RUN,
  reason,
  ...fields,
});

let made = 0;
function makePath(): string {
  made += 1;
  return join(dir, `${made}.jsonl`);
}

const write = (path: string, ...records: readonly (AuditRecord | string)[]): void =>
  writeFileSync(path, records.map((one) => (typeof one === 'string' ? one : `${JSON.stringify(one)}\n`)).join(''));

async function find(path: string, options: Partial<AuditReaderOptions> = {}, signal?: AbortSignal) {
  const { records, truncated } = await createAuditReader({ path, keep: 3, by: 'node:web1', ...options }).find(
    RUN,
    signal,
  );
  return { reasons: records.map(({ reason }) => reason), truncated };
}

test('the records of a run are found in all files, oldest first, and no others', async () => {
  const path = makePath();
  write(`${path}.3`, record('a'));
  write(`${path}.1`, record('other run', { run: OTHER }), record('b'));
  write(path, record('c'), record('other node', { by: 'node:web10' }), record(`only said: ${RUN}`, { run: OTHER }));
  assert.deepEqual(await find(path), { reasons: ['a', 'b', 'c'], truncated: false });
});

test('where there is no file there are no records', async () => {
  assert.deepEqual(await find(makePath()), { reasons: [], truncated: false });
});

test('older files than are kept are none of the trail', async () => {
  const path = makePath();
  write(`${path}.4`, record('left by somebody'));
  assert.deepEqual(await find(path), { reasons: [], truncated: false });
});

test('torn and strange lines are passed over', async () => {
  const path = makePath();
  write(path, `{"run":"${RUN}"\n`, `"${RUN}"\n`, 'null\n', record('a'), '\n\n', `{"run":"${RUN}","by":"node:we`);
  assert.deepEqual(await find(path), { reasons: ['a'], truncated: false });
});

test('records of every length are found across the borders of what is read at once', async () => {
  const path = makePath();
  const lengths = [0, 524_000, 524_288, 600_000, 1, 1_200_000, 262_144, 3];
  write(path, ...lengths.flatMap((length, i) => [record(`${i}`), record('x'.repeat(length), { run: OTHER })]));
  const limits = { maxRecords: 200, maxFoundBytes: 10_000_000, maxScannedBytes: 100_000_000 };
  assert.deepEqual(await find(path, { limits }), { reasons: lengths.map((_, i) => `${i}`), truncated: false });
  write(path, ...lengths.map((length, i) => record(`${i}${'y'.repeat(length)}`)));
  const { reasons } = await find(path, { limits });
  assert.deepEqual(
    reasons.map((reason) => [reason?.[0], reason?.length]),
    lengths.map((length, i) => [`${i}`, length + 1]),
  );
});

test('of too many records the newest are told', async () => {
  const path = makePath();
  write(path, ...Array.from({ length: 250 }, (_, i) => record(String(i))));
  const { reasons, truncated } = await find(path);
  assert.deepEqual([reasons.length, reasons[0], reasons.at(-1), truncated], [200, '50', '249', true]);
  write(path, ...Array.from({ length: 200 }, (_, i) => record(String(i))));
  assert.equal((await find(path)).truncated, false);
});

test('of too large records the newest are told', async () => {
  const path = makePath();
  write(path, ...Array.from({ length: 8 }, (_, i) => record(`${i}${'x'.repeat(100_000)}`)));
  const { reasons, truncated } = await find(path);
  assert.deepEqual([reasons.map((reason) => reason?.[0]), truncated], [['3', '4', '5', '6', '7'], true]);
});

test('no more is read than may be, and that is said', async () => {
  const path = makePath();
  const filler = Array.from({ length: 20 }, () => record('x'.repeat(100_000), { run: OTHER }));
  write(path, record('old'), ...filler, record('new'));
  const limits = { maxRecords: 200, maxFoundBytes: 500_000, maxScannedBytes: 1_000_000 };
  assert.deepEqual(await find(path, { limits }), { reasons: ['new'], truncated: true });
});

test('what was written long before the run is not read, once something was found', async () => {
  const path = makePath();
  const at = new Date(STARTED - 3_700_000).toISOString();
  write(`${path}.1`, record('impossible', { at }));
  write(path, record('earlier', { at, run: OTHER }), record('a'));
  assert.deepEqual(await find(path), { reasons: ['a'], truncated: false });
  write(path, record('earlier', { at, run: OTHER }));
  assert.deepEqual(await find(path), { reasons: ['impossible'], truncated: false }, 'a clock may have been set back');
});

test('a file that is met under two names, as when it is rotated meanwhile, is read once', async () => {
  const path = makePath();
  write(path, record('a'));
  linkSync(path, `${path}.1`);
  write(`${path}.2`, record('older'));
  assert.deepEqual(await find(path), { reasons: ['older', 'a'], truncated: false });
});

test('a search that is given up ends', async () => {
  const path = makePath();
  write(path, record('a'));
  const stopped = new AbortController();
  stopped.abort();
  assert.equal((await find(path, {}, stopped.signal)).truncated, true);
});

test('searches go one after the other, and one that fails does not hold up the next', async () => {
  const path = makePath();
  const blocked = createAuditReader({ path: `${dir}/not-a-dir/x`, keep: 0, by: 'node:web1' });
  writeFileSync(join(dir, 'not-a-dir'), '');
  await assert.rejects(blocked.find(RUN), { code: 'failed/audit', message: /ENOTDIR/ });
  rmSync(join(dir, 'not-a-dir'));
  mkdirSync(join(dir, 'not-a-dir'));
  write(join(dir, 'not-a-dir', 'x'), record('a'));
  assert.equal((await blocked.find(RUN)).records.length, 1);
  write(path, record('a'));
  const reader = createAuditReader({ path, keep: 0, by: 'node:web1' });
  const found = await Promise.all(Array.from({ length: 5 }, () => reader.find(RUN)));
  assert.deepEqual(
    found.map(({ records }) => records.length),
    [1, 1, 1, 1, 1],
  );
});
