import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawFields, fillLine } from '../../../src/render/fill-line.ts';

const limits = { maxFields: 3, maxLines: 3, maxLength: 20 };

test('outputs are filled in, what is missing is empty, and what is nothing is said to be', () => {
  assert.equal(fillLine('{package}-{ensure}.{arch}', { package: 'bash', ensure: '5.2' }), 'bash-5.2.');
  assert.equal(fillLine('{toString}{a}', { a: null }), '(none)');
});

test('what a node sent is not a template itself, and nested data is compact JSON', () => {
  assert.equal(fillLine('{a} {b}', { a: '{b}$&', b: { x: [1, true] } }), '{b}$& {"x":[1,true]}');
});

test('fields are aligned at the colon, long text stands below its label, and the rest is counted', () => {
  const data = { z: 1, state: 'running', log: 'one\ntwo', y: 2, x: 3 };
  assert.deepEqual(drawFields(data, { state: 'State', log: 'Log', gone: 'Gone' }, limits), [
    'State: running',
    '  Log:',
    '    one',
    '    two',
    '    z: 1',
    'and 2 more outputs',
  ]);
});
