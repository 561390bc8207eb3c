import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decide } from '../../../src/policy/decide.ts';
import { readBotPolicy } from '../../../src/policy/read-policy.ts';
import { parseAction } from './policy-fixtures.ts';

/** The grants of somebody who has all of these rules: the first is in line 6, the binding in line 1. */
function grantsOf(rules: readonly string[], short = 'package.update!') {
  const lines = rules.map((rule) => `      - { actions: ["*"], effect: write${rule === '' ? '' : `, ${rule}`} }\n`);
  const head = 'bindings: [{ role: r, who: [ana] }]\npeople: { ana: {}, raj: {}, lea: {} }\n';
  const text = `${head}groups: { g: { members: [raj, lea] }, h: { members: [lea] } }\nroles:\n  r: { allow: [\n${lines.join('')}`;
  const yaml = text.replace('r: { allow: [\n', 'r:\n    allow:\n');
  const policy = readBotPolicy([{ name: 'p', text: yaml }]);
  const decision = decide(policy, { caller: 'person:ana', place: 'console', ...parseAction(short), input: {} });
  assert.equal(decision.outcome, 'allow');
  const all = decision.grants.flatMap((grant) => grant.rules);
  assert.deepEqual(decision.rules, [...new Set(all)]);
  return decision.grants.map((grant) =>
    grant.rules.filter((line) => line !== 'p:1').map((line) => Number(line.slice(2)) - 6),
  );
}

const FREE = 'require_filter: false';
const ask = (fields: string): string => `${FREE}, approval: { from: g, ${fields} }`;

/** What is given, and the grants that are left: which rules each one is made of, counted from 1. */
const ROWS: readonly (readonly [string, readonly string[], readonly (readonly number[])[]])[] = [
  ['one rule is one grant', [''], [[1]]],
  ['rules with the same conditions are one grant', ['', ''], [[1, 2]]],
  ['a filter that is asked for is as the default of a write', ['', 'require_filter: true'], [[1, 2]]],
  ['no filter is wider than a filter', ['', FREE], [[2]]],
  ['many are wider than few', ['max_nodes: 5', 'max_nodes: 50'], [[2]]],
  ['any number is wider than many', ['', 'max_nodes: 50'], [[1]]],
  ['all nodes are wider than some', ['nodes: -C web', ''], [[2]]],
  ['the same nodes are compared', ['nodes: -C web', 'nodes: -C web, max_nodes: 5'], [[1]]],
  ['other nodes are an alternative', ['nodes: -C web', 'nodes: -C db'], [[1], [2]]],
  [
    'few of all nodes and many of some are alternatives, all nodes first',
    ['nodes: -C web', 'max_nodes: 5'],
    [[2], [1]],
  ],
  ['no approval is wider than one', [ask('count: 1'), FREE], [[2]]],
  ['approval from more nodes on is wider', [ask('over_nodes: 5'), ask('over_nodes: 6')], [[2]]],
  ['approval by fewer people is wider', [ask('count: 2'), ask('count: 1')], [[2]]],
  ['approval that waits longer is wider', [ask('expires: 5m'), ask('expires: 300s'), ask('expires: 6m')], [[3]]],
  ['approval by another group is an alternative', [ask('count: 1'), `${FREE}, approval: { from: h }`], [[1], [2]]],
  ['earlier approval by fewer people is an alternative', [ask('count: 2, over_nodes: 9'), ask('count: 1')], [[1], [2]]],
  [
    'few without approval and many with it are alternatives, many first',
    ['require_filter: false, max_nodes: 5', ask('count: 1')],
    [[2], [1]],
  ],
  ['no filter and few, or a filter and many: many first', [`${FREE}, max_nodes: 5`, ''], [[2], [1]]],
  ['one covers several', ['nodes: -C web', 'max_nodes: 5', ask('count: 1'), FREE], [[4]]],
];

const sortGrants = (grants: readonly (readonly number[])[]): number[][] =>
  grants.map((grant) => grant.toSorted((a, b) => a - b)).sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0));

describe('the grants of somebody with several rules', () => {
  for (const [title, rules, left] of ROWS) {
    it(title, () => assert.deepEqual(grantsOf(rules), left));

    it(`${title}, in whatever order they are written`, () => {
      const backwards = grantsOf(rules.toReversed()).map((grant) => grant.map((n) => rules.length + 1 - n));
      assert.deepEqual(sortGrants(backwards), sortGrants(left));
    });
  }

  it('have only nodes for a condition where it is asked who is there', () => {
    const rules = ['nodes: -C web, max_nodes: 5', 'max_nodes: 5', ask('count: 1')];
    assert.deepEqual(grantsOf(rules, 'rpcutil.ping'), [[2, 3]]);
    assert.deepEqual(grantsOf([rules[0] ?? ''], 'rpcutil.ping'), [[1]]);
  });

  it('ask for no filter where something is only read', () => {
    assert.deepEqual(grantsOf(['', FREE], 'package.status'), [[1, 2]]);
    assert.deepEqual(grantsOf(['require_filter: true', ''], 'package.status'), [[2]]);
  });
});
