import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatUnit, nameWithoutUnit } from '../../../src/render/format-unit.ts';

test('a time has its largest unit and the one below', () => {
  const told = [0, 0.25, 7, 59.9, 60, 3599, 3600, 3660, 86_399, 86_400, 273_600, 31_536_000].map((seconds) =>
    formatUnit(seconds, 'seconds'),
  );
  assert.deepEqual(told, [
    '0 s',
    '0.3 s',
    '7 s',
    '59.9 s',
    '1 min',
    '59 min 59 s',
    '1 h',
    '1 h 1 min',
    '23 h 59 min',
    '1 d',
    '3 d 4 h',
    '365 d',
  ]);
});

test('a size has the unit in which it is below a thousand', () => {
  const told = [0, 512, 999, 1023, 1024, 1536, 1_048_576, 1_288_490_189].map((bytes) => formatUnit(bytes, 'bytes'));
  assert.deepEqual(told, ['0 B', '512 B', '999 B', '1 KiB', '1 KiB', '1.5 KiB', '1 MiB', '1.2 GiB']);
  assert.equal(formatUnit(8000, 'kibibytes'), '7.8 MiB');
});

test('what can be neither stays a number', () => {
  assert.deepEqual([formatUnit(-5, 'seconds'), formatUnit(-1, 'bytes')], ['-5', '-1']);
});

test('a column whose cells have a unit does not repeat it', () => {
  assert.deepEqual(['age_s', 'memory_kb', 'elapsed', '_s', 'size_bytes'].map(nameWithoutUnit), [
    'age',
    'memory',
    'elapsed',
    '_s',
    'size',
  ]);
});
