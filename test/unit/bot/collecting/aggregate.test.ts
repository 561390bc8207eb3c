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

const summarise = (...values: JsonValue[]) => {
  const results = values.map((value) => ({ outcome: 'ok', data: { value } }) as unknown as NodeResult);
  return aggregateResults(ACTION, results).map((one) => one.values);
};

test('a value that is empty counts as none, as nothing does', () => {
  assert.deepEqual(summarise('', null, 'a'), [
    [
      { value: '(none)', count: 2 },
      { value: 'a', count: 1 },
    ],
  ]);
});
