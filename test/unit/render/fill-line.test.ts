import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawFields } from '../../../src/render/draw-fields.ts';
import { fillLine } from '../../../src/render/fill-line.ts';

const limits = { maxFields: 3, maxLines: 3, maxLength: 20 };

test('outputs are filled in, what is missing is empty, and what is nothing is said to be', () => {
  const line = '{package}-{ensure}.{arch}{note}';
  assert.equal(fillLine(line, { package: 'bash', ensure: '5.2', arch: 'amd64' }), 'bash-5.2.amd64');
  assert.equal(fillLine(line, { package: 'bash', ensure: '5.2' }), 'bash-5.2');
  assert.equal(fillLine(line, { package: 'bash', ensure: '5.', arch: '', note: ' (odd)' }), 'bash-5. (odd)');
  assert.equal(fillLine('{host} ({address}): {detail}', { host: 'a.', address: '', detail: '' }), 'a.: (none)');
  assert.equal(fillLine('{before} -> {after}', { before: '', after: 'b' }), '(none) -> b');
  assert.equal(fillLine('{text}', { text: '' }), '(none)');
  assert.equal(fillLine('{toString}{a}', { a: null }), '(none)');
});

test('a list and a map stand on a line without brackets and quotes', () => {
  const data = { list: ['a', 1], map: { ensure: 'running', enable: 'true' }, none: [], empty: {} };
  assert.equal(fillLine('{list}; {map}; {none} {empty}', data), 'a, 1; ensure=running, enable=true; (none) (none)');
});

test('of what a program drew over only the last state is shown', () => {
  assert.equal(fillLine('{text}', { text: '(Reading ... \r(Reading ... 5%\rdone\r' }), 'done');
  assert.deepEqual(drawFields({ log: 'a\r\n1%\r2%\nb' }, { labels: {} }, limits), ['log:', '    a', '    2%', '    b']);
});

test('what is nested is drawn in lines, each level below its key', () => {
  const data = {
    changes: { ensure: { from: 'stopped', to: 'running' }, tags: ['a', 'b'], no: {}, odd: [[1, 2], 'c'] },
  };
  assert.deepEqual(drawFields(data, { labels: {} }, { ...limits, maxLines: 20 }), [
    'changes:',
    '    ensure:',
    '        from: stopped',
    '        to: running',
    '    tags: a, b',
    '    no: (none)',
    '    odd:',
    '        - 1, 2',
    '        - c',
  ]);
  assert.deepEqual(drawFields(data, { labels: {} }, limits).length, 4);
  assert.deepEqual(drawFields({ empty: {}, list: [] }, { labels: {} }, limits), ['empty: (none)', ' list: (none)']);
});

test('what a node sent is not a template itself, and nested data is compact JSON', () => {
  assert.equal(fillLine('{a} {b}', { a: '{b}$&', b: { x: [1, true] } }), '{b}$& {"x":[1,true]}');
});

test('fields are aligned at the colon, long text stands below its label, and the rest is counted', () => {
  const data = { z: 1, state: 'running', log: 'one\ntwo', y: 2, x: 3 };
  assert.deepEqual(drawFields(data, { labels: { state: 'State', log: 'Log', gone: 'Gone' } }, limits), [
    'State: running',
    '  Log:',
    '    one',
    '    two',
    '    z: 1',
    'and 2 more outputs',
  ]);
});

test('times and sizes of a list stand in words where its description says so', () => {
  const rows = [
    { pid: 1, age_s: 273_600, memory_kb: 1_258_291, note_s: 5 },
    { pid: 20, age_s: null, memory_kb: 'many', note_s: 6 },
  ];
  const units = { list: { age_s: 'seconds', memory_kb: 'kibibytes' } } as const;
  const wide = { maxFields: 9, maxLines: 9, maxLength: 99 };
  assert.deepEqual(drawFields({ list: rows }, { labels: { list: 'List' }, units }, wide), [
    'List:',
    '  pid  age      memory   note_s',
    '    1  3 d 4 h  1.2 GiB       5',
    '   20           many          6',
  ]);
});
