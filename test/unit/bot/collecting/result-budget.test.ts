import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createResultBudget } from '../../../../src/bot/collecting/result-budget.ts';
import type { ActionDescription } from '../../../../src/core/agent-description.ts';
import { statusOf } from '../../../../src/core/reply.ts';

const ACTION: ActionDescription = {
  about: 'an action',
  effect: 'read',
  timeoutMs: 1,
  input: {},
  output: { ensure: { about: 'a version', label: 'Ensure' }, log: { about: 'text', label: 'Log' } },
  aggregate: [{ function: 'summary', output: 'ensure' }],
};

const result = (node: string) => ({
  node,
  outcome: 'ok' as const,
  status: statusOf('ok'),
  data: { ensure: '1.0', log: 'x'.repeat(100) },
});

describe('the results of a run', () => {
  it('are kept whole while there is room, and then as far as the summary needs them', () => {
    const keep = createResultBudget(ACTION, 250);
    assert.deepEqual(keep(result('web1'), 120), result('web1'));
    assert.deepEqual(keep(result('web2'), 120), result('web2'));
    const third = keep(result('web3'), 120);
    assert.deepEqual(third.data, { ensure: '1.0' });
    assert.match(third.status?.message ?? '', /not kept whole/);
    assert.equal(third.outcome, 'ok');
  });
});
