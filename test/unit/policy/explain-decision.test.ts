import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Explanation, explainDecision } from '../../../src/policy/explain-decision.ts';
import type { ApprovalRule, Decision, Grant } from '../../../src/policy/policy.ts';

const APPROVAL: ApprovalRule = { overNodes: 20, from: 'ops-leads', count: 1, expiresMs: 1_800_000 };
const STAGING = { text: '-F environment=staging', expression: { class: { is: 'staging' } } };

const grantOf = (conditions: Partial<Grant> = {}): Grant => ({
  rules: ['roles.yaml:1'],
  requireFilter: false,
  ...conditions,
});

const allowedBy = (...grants: Grant[]): Decision => ({
  outcome: 'allow',
  rules: grants.flatMap(({ rules }) => rules),
  grants,
  excluded: [],
});

function explain(decision: Decision, about: Partial<Explanation> = {}): string {
  const { title, sections } = explainDecision({
    caller: 'person:ana',
    place: 'console',
    action: 'package.update',
    effect: 'write',
    decision,
    isNarrowed: true,
    unresolved: [],
    textOf: (at) => (at === 'roles.yaml:1' ? '{ actions: [package.*] }' : undefined),
    ...about,
  });
  return [title, ...sections.flatMap(({ heading, lines }) => [`[${heading}]`, ...lines])].join('\n');
}

describe('the explanation of a decision', () => {
  const outcomes: readonly (readonly [grant: Partial<Grant>, expected: string])[] = [
    [{}, 'ALLOW'],
    [{ maxNodes: 50 }, 'ALLOW up to 50 nodes, DENY over 50 nodes'],
    [{ maxNodes: 1 }, 'ALLOW up to 1 node, DENY over 1 node'],
    [{ approval: APPROVAL }, 'ALLOW up to 20 nodes, NEEDS APPROVAL over 20 nodes'],
    [{ approval: { ...APPROVAL, overNodes: 0 } }, 'NEEDS APPROVAL'],
    [{ approval: { ...APPROVAL, overNodes: 0 }, maxNodes: 5 }, 'NEEDS APPROVAL up to 5 nodes, DENY over 5 nodes'],
    [{ approval: APPROVAL, maxNodes: 50 }, 'ALLOW up to 20 nodes, NEEDS APPROVAL over 20 nodes, DENY over 50 nodes'],
    [{ approval: APPROVAL, maxNodes: 20 }, 'ALLOW up to 20 nodes, DENY over 20 nodes'],
    [{ requireFilter: true }, 'ALLOW'],
  ];
  for (const [conditions, expected] of outcomes) {
    it(`begins with ${expected} for ${JSON.stringify(conditions)}`, () => {
      const [title] = explain(allowedBy(grantOf(conditions))).split('\n');
      assert.equal(title, `${expected}: package.update (write) for person:ana in console`);
    });
  }

  it('names each rule with its line and text, and every condition', () => {
    const rules = ['roles.yaml:1', 'bindings.yaml:3'];
    const grant = grantOf({
      rules,
      nodes: STAGING,
      maxNodes: 50,
      requireFilter: true,
      approval: { ...APPROVAL, count: 2 },
    });
    assert.equal(
      explain(allowedBy(grant)).split('\n').slice(1).join('\n'),
      [
        '[What allows it]',
        'roles.yaml:1  { actions: [package.*] }',
        'bindings.yaml:3',
        'nodes: only those that match `-F environment=staging`, which is added to the filter',
        'filter: needed, and typed',
        'up to 20 nodes: ALLOW',
        'over 20 nodes: NEEDS APPROVAL by 2 other people of group `ops-leads`, within 30 min',
        'over 50 nodes: DENY',
      ].join('\n'),
    );
  });

  it('is a denial without the filter that is needed, and says what would be with one', () => {
    const text = explain(allowedBy(grantOf({ requireFilter: true, maxNodes: 5 })), { isNarrowed: false });
    assert.match(text, /^DENY: /);
    assert.match(text, /^\[What would allow it with a filter\]$/m);
    assert.match(text, /^filter: needed, and missing: DENY without `-F FACT=VALUE`/m);
    assert.match(text, /^with a filter, up to 5 nodes: ALLOW$/m);
  });

  it('keeps the ways apart of somebody who has several, and begins with the easiest', () => {
    const slow = grantOf({ rules: ['roles.yaml:2'], approval: { ...APPROVAL, overNodes: 0 } });
    const small = grantOf({ rules: ['roles.yaml:3'], maxNodes: 5 });
    const text = explain(allowedBy(slow, small));
    assert.match(text, /^ALLOW up to 5 nodes, DENY over 5 nodes: /);
    assert.match(text, /^\[What allows it, 1 of 2: a run uses one of them, and never mixes them\]\nroles\.yaml:2$/m);
    assert.match(text, /^\[What allows it, 2 of 2: .*\]\nroles\.yaml:3$/m);
    const unnarrowed = explain(allowedBy({ ...small, requireFilter: true }, slow), { isNarrowed: false });
    assert.match(unnarrowed, /^NEEDS APPROVAL: /, 'what needs a filter does not count without one');
  });

  it('tells which nodes a denial takes out', () => {
    const decision: Decision = {
      outcome: 'allow',
      rules: ['roles.yaml:1', 'deny.yaml:2'],
      grants: [grantOf()],
      excluded: [STAGING],
    };
    assert.match(
      explain(decision),
      /\[What takes nodes out.*\]\ndeny\.yaml:2\nnodes that match `-F environment=staging` are left out$/,
    );
  });

  it('of a denial gives the reason and what counted', () => {
    const reason = '`package.update` needs write; you have read here';
    const text = explain({ outcome: 'deny', rules: ['roles.yaml:1'], reason });
    assert.match(
      text,
      /^DENY: package\.update \(write\) for person:ana in console\n\[Why\]\n`package\.update` needs write; /,
    );
    assert.match(text, /\[Rules that counted\]\nroles\.yaml:1 {2}\{ actions: \[package\.\*\] \}$/);
    assert.doesNotMatch(explain({ outcome: 'deny', rules: [], reason }), /Rules that counted/);
  });

  it('says which groups could not be looked up', () => {
    const text = explain(allowedBy(grantOf()), { unresolved: ['slack:T1/S1'] });
    assert.match(text, /\[Groups that were not looked up\]\nslack:T1\/S1: what it would allow is left out/);
  });
});
