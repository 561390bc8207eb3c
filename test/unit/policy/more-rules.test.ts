import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { EVERYBODY } from '../../../src/core/filter.ts';
import { matchFilter } from '../../../src/core/match-filter.ts';
import { decide } from '../../../src/policy/decide.ts';
import { weighOnNode } from '../../../src/policy/decide-on-node.ts';
import { judgeGrant } from '../../../src/policy/judge-grant.ts';
import { readBotPolicy, readNodePolicy } from '../../../src/policy/read-policy.ts';
import { NODES, SIGNERS } from './both-sides-rules.ts';

/** The rules of a policy, each one a line. */
interface Rules {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

const maybe = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof({ weight: 2, arbitrary: fc.constant('') }, { weight: 1, arbitrary: text });
const action = fc.constantFrom(
  '*',
  '*',
  'package.*',
  'package.*',
  'package.update',
  '*.update',
  'service.*',
  'rpcutil.ping',
);
const nodes = fc.constantFrom('-C web', '-F environment=staging', '-S "not web"', '-I web1 -I db1', '-C frozen');
const inputs = fc.constantFrom(
  '{ package: [libc6] }',
  '{ package: ["open*", "x*y"] }',
  '{ package: ["*"], now: ["true"] }',
);
const approval = fc.constantFrom('{ from: g }', '{ from: g, over_nodes: 3 }', '{ from: h, over_nodes: 1 }');

const allow = fc
  .record({
    action,
    effect: fc.constantFrom('read', 'write', 'write'),
    nodes: maybe(nodes.map((text) => `, nodes: '${text}'`)),
    inputs: maybe(inputs.map((text) => `, inputs: ${text}`)),
    max: maybe(fc.integer({ min: 1, max: 4 }).map((max) => `, max_nodes: ${max}`)),
    filter: maybe(fc.boolean().map((needed) => `, require_filter: ${needed}`)),
    approval: maybe(approval.map((text) => `, approval: ${text}`)),
  })
  .map((r) => `{ actions: ["${r.action}"], effect: ${r.effect}${r.nodes}${r.inputs}${r.max}${r.filter}${r.approval} }`);

const deny = fc
  .record({
    action,
    who: fc.constantFrom('ana', 'group:g', 'everyone', 'raj'),
    effect: maybe(fc.constant(', effect: write')),
    nodes: maybe(nodes.map((text) => `, nodes: '${text}'`)),
    inputs: maybe(inputs.map((text) => `, inputs: ${text}`)),
  })
  .map((r) => `{ actions: ["${r.action}"], who: ["${r.who}"]${r.effect}${r.nodes}${r.inputs} }`);

const question = fc.record({
  caller: fc.constantFrom('person:ana', 'person:ana', 'person:raj', 'person:bob'),
  agent: fc.constantFrom('package', 'package', 'service', 'rpcutil'),
  action: fc.constantFrom('update', 'status', 'ping'),
  effect: fc.constantFrom('read' as const, 'write' as const),
  input: fc.constantFrom({}, { package: 'libc6' }, { package: 'openafs', now: true }, { package: 'xzy' }),
  profile: fc.constantFrom(...Object.values(NODES)),
  count: fc.integer({ min: 1, max: 5 }),
  isNarrowed: fc.boolean(),
});

type Question = typeof question extends fc.Arbitrary<infer T> ? T : never;

const WIDTH = ['deny', 'needs-approval', 'allow'];

function write({ allow: rules, deny: denials }: Rules): string {
  return `people: { ana: {}, raj: {}, bob: {} }
groups: { g: { members: [ana, bob] }, h: { members: [raj] } }
roles:
  none: { allow: [{ actions: [nothing.at_all], effect: read }] }
${rules.map((rule, n) => `  r${n}: { allow: [${rule}] }\n`).join('')}bindings:
  - { role: none, who: [ana] }
${rules.map((_, n) => `  - { role: r${n}, who: [${['ana', '"group:g"', 'everyone'][n % 3]}] }\n`).join('')}deny: [${denials.join(', ')}]
`;
}

/** How much the bot and a node let through: an index into `WIDTH`, of each. */
function measure(rules: Rules, { caller, profile, count, isNarrowed, ...asked }: Question): readonly [number, number] {
  const text = write(rules);
  const bot = readBotPolicy([{ name: 'p', text }]);
  const memberships = { of: new Set<string>(), unresolved: [] };
  const decision = decide(bot, { caller, place: 'console', memberships, ...asked });
  const isMeant = (expression: Parameters<typeof matchFilter>[0]['where'][number]): boolean =>
    matchFilter({ ...EVERYBODY, where: [expression] }, profile);
  const widths =
    decision.outcome === 'deny' || decision.excluded.some((limit) => isMeant(limit.expression))
      ? []
      : decision.grants
          .filter((grant) => grant.nodes === undefined || isMeant(grant.nodes.expression))
          .map((grant) => WIDTH.indexOf(judgeGrant(grant, { count, isNarrowed }).outcome));
  const node = weighOnNode(readNodePolicy(text + SIGNERS, 'p'), {
    principal: 'key',
    caller,
    ...asked,
    profile,
    targets: { count, isNarrowed, digest: 'f'.repeat(64) },
    issuedAt: 0,
  });
  return [Math.max(0, ...widths), WIDTH.indexOf(node.outcome)];
}

const some = fc.record({
  allow: fc.array(allow, { minLength: 2, maxLength: 6 }),
  deny: fc.array(deny, { maxLength: 1 }),
});

describe('one rule more', () => {
  it('that denies never allows more, on either side', () => {
    fc.assert(
      fc.property(some, deny, question, (rules, rule, asked) => {
        const before = measure(rules, asked);
        const after = measure({ ...rules, deny: [...rules.deny, rule] }, asked);
        assert.ok(after[0] <= before[0] && after[1] <= before[1], `${before} became ${after}`);
      }),
      { numRuns: 100 },
    );
  });

  it('that allows never denies more, on either side', () => {
    fc.assert(
      fc.property(some, allow, question, (rules, rule, asked) => {
        const before = measure(rules, asked);
        const after = measure({ ...rules, allow: [...rules.allow, rule] }, asked);
        assert.ok(after[0] >= before[0] && after[1] >= before[1], `${before} became ${after}`);
      }),
      { numRuns: 100 },
    );
  });

  it('or less, bot and node always say the same', () => {
    fc.assert(
      fc.property(some, question, (rules, asked) => {
        const [bot, node] = measure(rules, asked);
        assert.equal(bot, node);
      }),
      { numRuns: 150 },
    );
  });
});
