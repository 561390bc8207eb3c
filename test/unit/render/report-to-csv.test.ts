import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { reportToCsv } from '../../../src/render/report-to-csv.ts';
import { hostileText, UNSAFE } from './hostile-text.ts';
import { failed, makeReport, ok, withOptions, without } from './reports.ts';

/** A small strict reader of RFC 4180. */
function readCsv(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  while (cell.lastIndex < text.length) {
    const found = cell.exec(text);
    assert.ok(found, 'not CSV');
    record.push(found[1] === undefined ? (found[2] ?? '') : found[1].replaceAll('""', '"'));
    if (found[3] === '\r\n') {
      records.push(record);
      record = [];
    }
  }
  return records;
}

test('every node is one record, with the described outputs as columns', () => {
  const results = [ok('a', { ensure: '1,2', more: 1 }, 5), failed('b', 'said "no"\nloudly'), without('c', 'silent')];
  assert.equal(
    reportToCsv(makeReport({ results, labels: { ensure: 'Ensure', status: 'Status' } })),
    [
      'node,outcome,status,message,elapsedMs,ensure,data.status,data',
      'a,ok,ok,,5,"1,2",,"{""more"":1}"',
      'b,failed,aborted,"said ""no""\nloudly",20,,,',
      'c,silent,,,,,,',
      '',
    ].join('\r\n'),
  );
});

test('the file of a dry run says so in a column of its own', () => {
  const results = [ok('a', { ensure: '1' }, 5)];
  assert.equal(
    reportToCsv(makeReport({ results, labels: { ensure: 'Ensure' } }, withOptions({ noop: true }))),
    'node,outcome,status,message,elapsedMs,dryRun,ensure\r\na,ok,ok,,5,true,1\r\n',
  );
});

test('a cell that would start a formula gets an apostrophe', () => {
  for (const start of ['=', '+', '-', '@', '\t', '\r', '\n=', ' =', '\uff1d', '\uff20']) {
    const [, record] = readCsv(reportToCsv(makeReport({ results: [ok('a', { x: `${start}1` })], labels: { x: 'X' } })));
    assert.ok(record?.[5]?.startsWith("'"), JSON.stringify(start));
  }
});

test('whatever nodes send is a table of equal rows, without formulas and controls', () => {
  const row = fc.dictionary(fc.oneof(fc.constant('x'), hostileText), hostileText, { maxKeys: 3 });
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 4 }), (rows) => {
      const text = reportToCsv(makeReport({ results: rows.map((data, i) => ok(`n${i}`, data)), labels: { x: 'X' } }));
      assert.doesNotMatch(text.replaceAll('\r\n', '\n'), UNSAFE);
      const records = readCsv(text);
      assert.equal(records.length, rows.length + 1);
      for (const cells of records) {
        assert.equal(cells.length, records[0]?.length);
        for (const cell of cells) assert.doesNotMatch(cell, /^[=+\-@\t\r]/);
      }
    }),
    { numRuns: 50 },
  );
});
