import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AGENT_DESCRIPTIONS } from '../../../../agent/plugins/index.ts';
import type { MembershipFinder } from '../../../../src/bot/authority/find-memberships.ts';
import { handleCommand } from '../../../../src/bot/handle-command.ts';
import { createNodesAuthority, createPolicyAuthority } from '../../../../src/main/policy/policy-authority.ts';
import type { PolicyTree } from '../../../../src/policy/explain-tests.ts';
import { readBotPolicy } from '../../../../src/policy/read-policy.ts';
import { createFakeSurface } from '../../../fakes/fake-surface.ts';
import { createScene } from '../scripted-fleet.ts';

const POLICY = `people:
  ana: { slack: [T1/UANA] }
  raj: { slack: [T1/URAJ] }
  eve: { slack: [T1/UEVE] }
groups:
  leads: { members: [raj] }
  oncall: { slack: [T1/SONCALL] }
roles:
  viewer:
    allow:
      - { actions: ["*"], effect: read }
  operator:
    allow:
      - { actions: [package.update], effect: write, nodes: "-F environment=staging", approval: { over_nodes: 20, from: leads } }
  auditor:
    allow:
      - { actions: [mcobot.policy], effect: read }
bindings:
  - { role: viewer, who: [ana, raj] }
  - { role: auditor, who: [raj], in: ["slack:T1/COPS"] }
  - { role: operator, who: ["group:oncall"] }
deny:
  - { actions: [job.kill], who: [raj], reason: night shift }
`;

const CASES = `cases:
  - { as: ana, in: console, action: package.status, effect: read, expect: deny }
`;

const TREE: PolicyTree = {
  bot: [{ name: 'policy.yaml', text: POLICY }],
  nodes: [],
  cases: [{ name: 'bot.yaml', text: CASES }],
};

/** Ana is on call; nobody knows whether eve is. */
const finder: MembershipFinder = {
  find: async (accounts, groups) =>
    accounts.includes('slack:T1/UANA')
      ? { of: new Set(groups.filter((group) => group === 'slack:T1/SONCALL')), unresolved: [] }
      : { of: new Set(), unresolved: accounts.includes('slack:T1/UEVE') ? groups : [] },
};

function setUp(readTree: (() => Promise<PolicyTree>) | undefined = async () => TREE) {
  const { bot: base, audit, bus } = createScene({});
  const policy = readBotPolicy(TREE.bot);
  const bot = { ...base, agents: AGENT_DESCRIPTIONS, authority: createPolicyAuthority(() => policy, finder, readTree) };
  const say = async (text: string, user = 'UANA', own: typeof base = bot): Promise<string> => {
    const surface = createFakeSurface();
    const message = { text, account: `slack:T1/${user}`, origin: { chat: 'slack', channel: 'T1/COPS' } };
    await handleCommand(own, message, { surface, signal: new AbortController().signal });
    assert.equal(bus.published.length, 0, 'no node is asked');
    const [refusal] = surface.refusals;
    if (refusal !== undefined) return `${refusal.outcome} ${refusal.error.code} ${refusal.error.message}`;
    const [answer] = surface.answers;
    return [answer?.title, ...(answer?.sections.flatMap(({ lines }) => lines) ?? [])].join('\n');
  };
  const decisions = () => audit.records.filter(({ event }) => event !== 'received');
  return { say, audit, decisions, base };
}

describe('policy explain', () => {
  it('tells of looking after a job that the right to what it did decides, unless a rule forbids it', async () => {
    const { say } = setUp();
    assert.match(await say('policy explain job kill 7f3a'), /^`job kill` has no right of its own\n/);
    assert.match(await say('policy explain job show 7f3a', 'URAJ'), /^`job show` has no right of its own\n/);
    const forbidden = await say('policy explain job kill 7f3a', 'URAJ');
    assert.match(forbidden, /^DENY: job\.kill \(write\) for person:raj/);
    assert.match(forbidden, /night shift/);
  });

  it('tells the asker what the policy says here, with the text of each rule', async () => {
    const { say, decisions } = setUp();
    const text = await say('policy explain package update libc6 -F environment=staging');
    assert.match(
      text,
      /^ALLOW up to 20 nodes, NEEDS APPROVAL over 20 nodes: package\.update \(write\) for person:ana in slack:T1\/COPS\n/,
    );
    assert.match(text, /^policy\.yaml:14 {2}\{ actions: \[package\.update\], effect: write, nodes: /m);
    assert.match(text, /^policy\.yaml:21 {2}\{ role: operator, who: \["group:oncall"\] \}$/m);
    assert.match(text, /^filter: needed, and typed$/m);
    assert.deepEqual(decisions(), [], 'asking about oneself needs no decision');
  });

  it('takes the command in quotes or without', async () => {
    const { say } = setUp();
    for (const filter of ['', ' -F environment=staging', ' -C web --limit 3', ' -A package', ' --batch 2']) {
      const bare = await say(`policy explain package update libc6${filter}`);
      assert.equal(bare, await say(`policy explain "package update libc6${filter}"`), filter);
      assert.equal(/^DENY/.test(bare), !/-[FC] /.test(filter), bare);
    }
  });

  it('counts one node by its name as a filter', async () => {
    const { say } = setUp();
    assert.match(await say('policy explain inventory web1'), /^ALLOW: rpcutil\.inventory \(read\)/);
    assert.match(await say('policy explain package update libc6 -I web1'), /^ALLOW up to 20/);
  });

  it('says of another place what holds there', async () => {
    const { say } = setUp();
    assert.match(
      await say('policy explain --in console policy test', 'URAJ'),
      /^DENY: mcobot\.policy \(read\) for person:raj in console/,
    );
    assert.match(await say('policy explain policy test', 'URAJ'), /^ALLOW: mcobot\.policy/);
    assert.match(await say('policy explain --in nowhere ping'), /usage\/bad-place `nowhere` is not a place/);
  });

  it('of somebody else needs `mcobot.policy`, and is on record either way', async () => {
    const { say, decisions } = setUp();
    const refused = await say('policy explain --as raj package update libc6');
    assert.match(refused, /^DENIED denied\/policy no rule allows `mcobot\.policy` to person:ana here/);
    assert.equal(await say('policy explain --as nobody package update libc6'), refused, 'who is there is not told');
    assert.match(
      await say('policy explain --as eve package status bash', 'URAJ'),
      /^DENY: package\.status \(read\) for person:eve/,
    );
    assert.deepEqual(
      decisions().map(({ event, caller, action, result }) => [event, caller, action, result]),
      [
        ['decided', 'person:ana', 'mcobot.policy', 'deny'],
        ['decided', 'person:ana', 'mcobot.policy', 'deny'],
        ['decided', 'person:raj', 'mcobot.policy', 'allow'],
      ],
    );
  });

  it('of oneself by name or account needs no more than without', async () => {
    const { say, decisions } = setUp();
    for (const as of ['ana', 'slack:T1/UANA'])
      assert.match(await say(`policy explain --as ${as} ping`), /^ALLOW: rpcutil\.ping/);
    assert.deepEqual(decisions(), []);
  });

  it('looks up the chat groups of somebody else, and says which could not be', async () => {
    const { say } = setUp();
    const explain = (as: string) => say(`policy explain --as ${as} package update libc6 -C web`, 'URAJ');
    assert.match(await explain('ana'), /^ALLOW up to 20 nodes/);
    assert.match(await explain('slack:T1/UANA'), /^ALLOW up to 20 nodes.* person:ana /);
    const eve = await explain('eve');
    assert.match(eve, /^DENY.*\ngroup `oncall` could not be looked up in slack/);
    assert.match(eve, /^slack:T1\/SONCALL: what it would allow is left out/m);
    assert.match(await explain('anna'), /unknown\/person the policy names nobody `anna`/);
    assert.match(await explain('slack:'), /usage\/bad-account/);
  });

  it('says what is wrong with a command that is none', async () => {
    const { say } = setUp();
    assert.match(await say('policy explain package updte libc6'), /unknown\/action .*`updte`/);
    assert.match(await say('policy explain runs'), /^ALLOW: `runs` asks no node: it is for all who may ask anything/);
    assert.match(await say('policy explain whoami'), /^ALLOW: `whoami` asks no node: everybody may use it$/);
  });

  it('does without the text of rules when the files can’t be read', async () => {
    const { say } = setUp(() => Promise.reject(new Error('gone')));
    assert.match(
      await say('policy explain package status bash'),
      /^ALLOW: package\.status .*\npolicy\.yaml:11\npolicy\.yaml:19\n/,
    );
  });
});

describe('policy test', () => {
  it('runs the cases for those who may', async () => {
    const { say, decisions } = setUp();
    assert.match(await say('policy test'), /^DENIED denied\/policy/);
    const text = await say('policy test', 'URAJ');
    assert.match(
      text,
      /^FAILED: 0 cases passed, 1 failed; 5 rules that no case reaches\ncases\/bot\.yaml:2: expected deny, got allow/,
    );
    assert.match(text, /^policy\.yaml:14: no case reaches this rule$/m);
    assert.deepEqual(
      decisions().map(({ action, result }) => [action, result]),
      [
        ['mcobot.policy', 'deny'],
        ['mcobot.policy', 'allow'],
      ],
    );
  });

  it('is not done without a record', async () => {
    const { say, audit } = setUp();
    const { append } = audit;
    audit.append = async (record) => {
      if (record.event === 'decided') throw new Error('the disk is full');
      await append(record);
    };
    assert.match(await say('policy test', 'URAJ'), /^NOT SENT .*the disk is full/);
  });

  it('has nothing to say where the nodes decide alone', async () => {
    const { say, base } = setUp();
    const own = { ...base, authority: createNodesAuthority('person:ana') };
    assert.match(await say('policy test', 'UANA', own), /usage\/no-policy/);
    assert.match(await say('policy explain ping', 'UANA', own), /usage\/no-policy/, 'not ALLOW');
  });
});
