import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aggregateResults } from '../../../../src/bot/collecting/aggregate.ts';
import type { ActionDescription } from '../../../../src/core/agent-description.ts';
import type { JsonValue } from '../../../../src/core/json.ts';
import type { NodeResult } from '../../../../src/core/report.ts';

const ACTION: ActionDescription = {
  ...{ about: 'a test', effect: 'read', timeoutMs: 1000, input: {} },
  output: { value: { about: 'a value', label: 'Value' } },
  aggregate: [{ function: 'summary', output: 'value' }],
};

const aggregate = (name: 'sum' | 'average', ...values: number[]) => {
  const results = values.map(
    (value, i) => ({ node: `n${i}`, outcome: 'ok', data: { value } }) as unknown as NodeResult,
  );
  const action = { ...ACTION, aggregate: [{ function: name, output: 'value' }] };
  return aggregateResults(action, results)[0]?.values[0]?.value;
};

const summarise = (...values: JsonValue[]) => {
  const results = values.map(
    (value, i) => ({ node: `n${i}`, outcome: 'ok', data: { value } }) as unknown as NodeResult,
  );
  return aggregateResults(ACTION, results).map((one) => one.values);
};

test('a value that is empty counts as none, as nothing does', () => {
  assert.deepEqual(summarise('', null, 'a'), [
    [
      { value: '(none)', count: 2 },
      { value: 'a', count: 1, nodes: ['n2'] },
    ],
  ]);
});

test('the few that gave a value which more did not give are named, and nobody where as many gave each', () => {
  const most = Array.from({ length: 7 }, () => 'a');
  const six = Array.from({ length: 6 }, () => 'b');
  assert.deepEqual(summarise(...most, ...six, 'c', ['c', 'c']), [
    [
      { value: 'a', count: 7 },
      { value: 'b', count: 6 },
      { value: 'c', count: 3, nodes: ['n13', 'n14'] },
    ],
  ]);
  assert.deepEqual(summarise('a', 'b'), [
    [
      { value: 'a', count: 1 },
      { value: 'b', count: 1 },
    ],
  ]);
});

test('numbers that are more than a number can be are called so, and never shown as something else', () => {
  assert.equal(aggregate('sum', 1, 2.0005), '3.001');
  assert.equal(aggregate('sum', 1e308, 1e308), 'too large');
  assert.equal(aggregate('sum', 1e308), '1e+308');
  assert.equal(aggregate('average', 1e308, 1e308), '1e+308');
  assert.equal(aggregate('average', 1, 2), '1.5');
});
