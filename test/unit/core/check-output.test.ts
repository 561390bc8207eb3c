import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { ActionDescription, OutputField } from '../../../src/core/agent-description.ts';
import { checkOutput } from '../../../src/core/check-output.ts';

const field = (type?: OutputField['type']): OutputField => ({ about: 'x', label: 'X', type });

const ACTION: ActionDescription = {
  about: 'x',
  effect: 'read',
  timeoutMs: 1000,
  input: {},
  output: {
    text: field('string'),
    whole: field('integer'),
    any_number: field('number'),
    flag: field('boolean'),
    list: field('list'),
    object: field('object'),
    free: field(),
  },
};

it('outputs of the described types are accepted, and null for each of them', () => {
  checkOutput(ACTION, { text: '', whole: 3, any_number: 3.5, flag: false, list: [1], object: { a: 1 }, free: [{}] });
  checkOutput(ACTION, Object.fromEntries(Object.keys(ACTION.output).map((name) => [name, null])));
  checkOutput(ACTION, {});
});

it('an output of another type is refused', () => {
  const wrong = { text: 1, whole: 3.5, any_number: '3', flag: 'true', list: {}, object: [] } as const;
  for (const [name, value] of Object.entries(wrong)) {
    assert.throws(() => checkOutput(ACTION, { [name]: value }), {
      code: 'failed/bad-answer',
      message: new RegExp(name),
    });
  }
});

it('an output that is not described is refused', () => {
  for (const name of ['other', 'constructor', 'toString']) {
    assert.throws(
      () => checkOutput(ACTION, { [name]: 1 }),
      { code: 'failed/bad-answer', message: /not described/ },
      name,
    );
  }
});
