import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Input } from '../../../src/core/agent-description.ts';
import type { NodeProfile } from '../../../src/core/facts.ts';
import { EVERYBODY } from '../../../src/core/filter.ts';
import { matchFilter } from '../../../src/core/match-filter.ts';
import { decide, judgeMember } from '../../../src/policy/decide.ts';
import { weighOnNode } from '../../../src/policy/decide-on-node.ts';
import { identify } from '../../../src/policy/identify.ts';
import { judgeGrant } from '../../../src/policy/judge-grant.ts';
import type { BotPolicy, Memberships, NodeLimit, NodePolicy, Verdict } from '../../../src/policy/policy.ts';
import { readBotPolicy, readNodePolicy } from '../../../src/policy/read-policy.ts';
import { CASES, type Case } from './both-sides-cases.ts';
import { NODES, RULES, SIGNERS } from './both-sides-rules.ts';
import { parseAction } from './policy-fixtures.ts';

const NOBODY: Memberships = { of: new Set(), unresolved: [] };
const DIGEST = 'e'.repeat(64);

interface Asked {
  readonly caller: string;
  readonly what: string;
  readonly profile: NodeProfile;
  readonly input: Input;
  readonly count: number;
  readonly isNarrowed: boolean;
  readonly approvers: readonly string[];
}

interface Answer {
  readonly outcome: string;
  readonly rules: readonly string[];
}

const person = (name: string): string => (name.includes(':') ? name : `person:${name}`);

function parseCase([who, what, on, how]: Case): Asked {
  const words = how.split(' ');
  const inputs = words.filter((word) => word.includes('=')).map((word) => word.split('=') as [string, string]);
  const yes = words.find((word) => word.startsWith('yes:'))?.slice('yes:'.length);
  const profile = NODES[on];
  assert.ok(profile, `there is no node ${on}`);
  return {
    caller: person(who),
    what,
    profile,
    // What reads as a boolean is one, as the parser of commands makes it.
    input: Object.fromEntries(inputs.map(([name, text]) => [name, text === 'true' ? true : text])),
    count: Number(/(\d+) nodes/.exec(how)?.[1] ?? 1),
    isNarrowed: words.includes('typed'),
    approvers: yes === undefined ? [] : yes.split(',').map(person),
  };
}

/** What comes of a run on the bot, as far as one node goes: its filter is what `nodes` and denials add to it. */
function askBot(policy: BotPolicy, asked: Asked, memberships: Memberships = NOBODY): Answer {
  const { caller, what, profile, input, count, isNarrowed, approvers } = asked;
  const decision = decide(policy, { caller, place: 'console', memberships, ...parseAction(what), input });
  if (decision.outcome === 'deny') return decision;
  const isMeant = (nodes: NodeLimit | undefined): boolean =>
    nodes === undefined || matchFilter({ ...EVERYBODY, where: [nodes.expression] }, profile);
  if (decision.excluded.some(isMeant)) return { outcome: 'deny', rules: [] };
  const settle = (verdict: Verdict): Answer => {
    if (verdict.outcome !== 'needs-approval') return verdict;
    const { from, count: wanted } = verdict.approval;
    const isApprover = (by: string): boolean =>
      by !== caller && judgeMember(policy, from, { caller: by, memberships }) === 'in';
    return new Set(approvers.filter(isApprover)).size >= wanted ? { ...verdict, outcome: 'allow' } : verdict;
  };
  const answers = decision.grants
    .filter(({ nodes }) => isMeant(nodes))
    .map((grant) => settle(judgeGrant(grant, { count, isNarrowed })));
  return (
    answers.find(({ outcome }) => outcome === 'allow') ??
    answers.find(({ outcome }) => outcome === 'needs-approval') ?? { outcome: 'deny', rules: [] }
  );
}

function askNode(policy: NodePolicy, asked: Asked): Answer {
  const { caller, what, profile, input, count, isNarrowed, approvers } = asked;
  const { outcome, rules } = weighOnNode(policy, {
    principal: 'key',
    caller,
    ...parseAction(what),
    input,
    profile,
    targets: { count, isNarrowed, digest: DIGEST },
    approvals: approvers.map((by) => ({ by, at: 0, digest: DIGEST })),
    approvedAt: 0,
    issuedAt: 0,
  });
  return { outcome, rules };
}

const bot = readBotPolicy([{ name: 'p.yaml', text: RULES }]);
const node = readNodePolicy(RULES + SIGNERS, 'p.yaml');
const signer = [...node.signers.values()].map(({ at }) => at);

describe('the bot and a node with the same rules', () => {
  it('are asked at least 150 questions, and give every answer', () => {
    assert.ok(CASES.length >= 150, `${CASES.length}`);
    assert.equal(new Set(CASES.map((row) => JSON.stringify(row.slice(0, 4)))).size, CASES.length);
    for (const [says, least] of [
      ['allow', 50],
      ['deny', 60],
      ['needs-approval', 15],
    ] as const) {
      assert.ok(CASES.filter((row) => row[4] === says).length >= least, says);
    }
  });

  for (const row of CASES) {
    const [who, what, on, how, says] = row;
    it(`${JSON.stringify(who)} does ${what} on ${on} (${how || 'nothing said'}): ${says}`, () => {
      const [fromBot, fromNode] = [askBot(bot, parseCase(row)), askNode(node, parseCase(row))];
      assert.deepEqual([fromBot.outcome, fromNode.outcome], [says, says]);
      if (says === 'allow') assert.deepEqual([...signer, ...fromBot.rules], fromNode.rules);
    });
  }

  it('use every rule of theirs', () => {
    const named = new Set(CASES.flatMap((row) => askNode(node, parseCase(row)).rules));
    const lines = [...node.bindings.flatMap(({ role, at }) => [at, ...role.allow.map((rule) => rule.at)])];
    const denials = node.deny.map(({ at }) => at);
    // A rule that another one covers decides nothing: `wider` has some of these as well.
    assert.deepEqual(
      [...lines, ...denials].filter((line) => !named.has(line)),
      [],
    );
  });
});

describe('a key that vouches for nobody', () => {
  const own = readNodePolicy(RULES + SIGNERS.replace(', vouches: true', ''), 'p.yaml');
  const needing = new Set(
    own.bindings.flatMap(({ role }) => role.allow.flatMap((rule) => (rule.approval === undefined ? [] : [rule.at]))),
  );

  it('is denied whatever only a rule with `approval` would allow, approved or not, and nothing else', () => {
    let denied = 0;
    for (const row of CASES) {
      const [before, after] = [askNode(node, parseCase(row)), askNode(own, parseCase(row))];
      assert.notEqual(after.outcome, 'needs-approval', row.join(' '));
      // Discovery is held by no rule's approval.
      if (after.outcome === 'allow' && row[1] !== 'rpcutil.ping')
        assert.ok(!after.rules.some((at) => needing.has(at)), row.join(' '));
      if (before.outcome === after.outcome) continue;
      denied += 1;
      assert.ok(before.outcome === 'needs-approval' || before.rules.some((at) => needing.has(at)), row.join(' '));
    }
    assert.ok(denied >= 20, `${denied}`);
  });
});

describe('somebody who is renamed', () => {
  const text = RULES.replace('  writer: { slack', '  scribe: { slack').replace('who: [writer,', 'who: [scribe,');
  const renamed = readBotPolicy([{ name: 'p.yaml', text }]);
  const renamedNode = readNodePolicy(text + SIGNERS, 'p.yaml');

  it('in the chat is the same person, as only ids count', () => {
    assert.equal(identify(bot, 'slack:T024BE7LD/U2'), 'person:writer');
  });

  it('in the policy keeps the rights, and the old name has none', () => {
    assert.equal(identify(renamed, 'slack:T024BE7LD/U2'), 'person:scribe');
    const rows = CASES.filter(([who]) => who === 'writer');
    assert.ok(rows.length > 10);
    for (const row of rows) {
      const [, what, , , says] = row;
      const asked = { ...parseCase(row), caller: 'person:scribe' };
      assert.deepEqual([askBot(renamed, asked).outcome, askNode(renamedNode, asked).outcome], [says, says], what);
      const old = { ...parseCase(row), caller: 'person:writer' };
      assert.deepEqual([askBot(renamed, old).outcome, askNode(renamedNode, old).outcome], ['deny', 'deny'], what);
    }
  });
});

// A node asks no chat: it knows the listed members and nobody else. So the bot is compared with it as the bot is when the
// chat answers that nobody else is in these groups; and when the chat does not answer, the bot may only be stricter.
describe('groups of a chat service', () => {
  const CHAT = { leads: 'slack:T024BE7LD/S1', out: 'slack:T024BE7LD/S2' };
  const chatty = readBotPolicy([
    {
      name: 'p.yaml',
      text: RULES.replace('members: [lea, raj] }', 'members: [lea, raj], slack: [T024BE7LD/S1] }').replace(
        'members: [banned] }',
        'members: [banned], slack: [T024BE7LD/S2] }',
      ),
    },
  ]);
  const width = ['deny', 'needs-approval', 'allow'];

  it('in which nobody else is change nothing', () => {
    for (const row of CASES) assert.equal(askBot(chatty, parseCase(row)).outcome, row[4], row.join(' '));
  });

  it('that can not be looked up never allow more', () => {
    const changed: string[] = [];
    for (const row of CASES) {
      for (const unresolved of [[CHAT.leads], [CHAT.out], [CHAT.leads, CHAT.out]]) {
        const { outcome } = askBot(chatty, parseCase(row), { of: new Set(), unresolved });
        const before = askNode(node, parseCase(row)).outcome;
        assert.ok(width.indexOf(outcome) <= width.indexOf(before), `${row.join(' ')} ${unresolved}: ${outcome}`);
        if (outcome !== before) changed.push(`${row[0]} ${row[1]}`);
      }
    }
    assert.ok(changed.includes('writer package.update!'), 'a group that is denied something counts for everybody');
  });

  it('make an approver of who is in them, and of nobody while they can not be looked up', () => {
    const asked = parseCase(['approved', 'package.update!', 'web1', 'yes:kim', 'allow']);
    assert.equal(askBot(chatty, asked, { of: new Set([CHAT.leads]), unresolved: [] }).outcome, 'allow');
    assert.equal(askBot(chatty, asked, { of: new Set(), unresolved: [CHAT.leads] }).outcome, 'needs-approval');
    assert.equal(askNode(node, asked).outcome, 'needs-approval');
  });
});
