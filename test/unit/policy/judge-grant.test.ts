import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgeGrant } from '../../../src/policy/judge-grant.ts';
import type { Grant } from '../../../src/policy/policy.ts';

const rules = ['roles.yaml:4', 'bindings.yaml:2'];
const approval = { from: 'leads', count: 1, overNodes: 5, expiresMs: 60_000 };
const judge = (conditions: Partial<Grant>, count: number, isNarrowed = true) =>
  judgeGrant({ rules, requireFilter: false, ...conditions }, { count, isNarrowed });

describe('judgeGrant', () => {
  it('allows what has no conditions, whoever is meant', () => {
    for (const count of [0, 1, 5000]) {
      for (const isNarrowed of [true, false]) {
        assert.deepEqual(judge({}, count, isNarrowed), { outcome: 'allow', rules });
      }
    }
  });

  it('says what to type where a filter is missing', () => {
    assert.deepEqual(judge({ requireFilter: true }, 1, false), {
      outcome: 'deny',
      rules,
      reason:
        'this needs a filter: say which nodes are meant, with `-F FACT=VALUE`, `-C CLASS`, `-I NODE`, `-S EXPRESSION` or `--nodes`',
    });
    assert.equal(judge({ requireFilter: true }, 1).outcome, 'allow');
  });

  it('counts up to the limit and says how many there are over it', () => {
    assert.equal(judge({ maxNodes: 50 }, 50).outcome, 'allow');
    assert.deepEqual(judge({ maxNodes: 50 }, 51), {
      outcome: 'deny',
      rules,
      reason: '51 nodes are meant, and at most 50 nodes may be at once: narrow the filter or use `--limit`',
    });
  });

  it('wants approval from one node over the limit on, and refuses before it asks for one', () => {
    assert.equal(judge({ approval }, 5).outcome, 'allow');
    assert.deepEqual(judge({ approval }, 6), { outcome: 'needs-approval', rules, approval });
    assert.equal(judge({ approval, maxNodes: 5 }, 6).outcome, 'deny');
    assert.equal(judge({ approval, requireFilter: true }, 6, false).outcome, 'deny');
    assert.equal(judge({ approval: { ...approval, overNodes: 0 } }, 1).outcome, 'needs-approval');
  });

  it('denies what can not be counted', () => {
    for (const count of [Number.NaN, -1, 1.5, Number.POSITIVE_INFINITY, '3' as unknown as number]) {
      assert.equal(judge({}, count).outcome, 'deny', String(count));
      assert.equal(judge({ maxNodes: 5, approval }, count).outcome, 'deny', String(count));
    }
    assert.equal(judge({ requireFilter: true }, 1, 'yes' as unknown as boolean).outcome, 'deny');
  });
});
