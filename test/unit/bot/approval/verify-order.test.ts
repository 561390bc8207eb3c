import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { verifyOrder } from '../../../../src/bot/approval/verify-order.ts';
import type { MembershipOptions } from '../../../../src/bot/bot.ts';
import type { Expression } from '../../../../src/core/filter.ts';
import type { StoredYes } from '../../../../src/core/store.ts';
import type { Decision, NodeLimit } from '../../../../src/policy/policy.ts';
import { allowedBy, denied, grantOf } from '../../../fakes/decisions.ts';
import { createApprovalScene, needsApproval, RULE } from './approval-scene.ts';

const STAGING: NodeLimit = {
  text: '-F environment=staging',
  expression: { fact: { fact: 'environment', op: '=', value: 'staging' } },
};
const WEB: NodeLimit = { text: '-C web', expression: { class: { is: 'web' } } };

/** Ana's order, approved when the policy has become another one. Reads stay allowed. */
async function approveUnder(
  change: (scene: Awaited<ReturnType<typeof createApprovalScene>>) => void,
  before?: Decision,
) {
  const scene = await createApprovalScene();
  if (before !== undefined) decideWrites(scene, before);
  await scene.park();
  change(scene);
  await scene.tell('raj', 'approve 0001');
  const end = await scene.end();
  return { ...scene, end, sent: scene.requests().length, code: end?.problem?.code, reason: end?.problem?.message };
}

function decideWrites(scene: Awaited<ReturnType<typeof createApprovalScene>>, decision: Decision): void {
  scene.policy.decide = ({ effect }) => (effect === 'write' ? decision : allowedBy(grantOf()));
}

const afterwards = (decision: Decision, before?: Decision) =>
  approveUnder((scene) => decideWrites(scene, decision), before);

describe('right before an approved order is sent', () => {
  it('the requester must have the right still; if not, it is NOT SENT with the reason, on record', async () => {
    const { end, sent, code, told, rootText } = await afterwards(denied('ana left the team', 'deny.yaml:3'));
    assert.deepEqual([end?.outcome, end?.counts.notSent, sent, code], ['NOT SENT', 2, 0, 'denied/policy']);
    assert.deepEqual(told().slice(2), ['approved raj', 'decided ana deny', 'outcome ana NOT SENT']);
    assert.match(rootText(), /\nNOT SENT · the requester may not do this any more: ana left the team \(deny\.yaml:3\)/);
  });

  it('the requester is who asked: the same account as somebody else does not count', async () => {
    const { sent, code } = await approveUnder(({ policy }) => policy.renamed.set('slack:T1/ana', 'person:zoe'));
    assert.deepEqual([sent, code], [0, 'denied/changed-policy']);
  });

  it('the question is the order’s: its caller, place, input and this bot’s own effect', async () => {
    let asked: unknown;
    await approveUnder(({ policy }) => {
      policy.decide = (question) => {
        if (question.effect === 'write' && question.input !== undefined) asked = question;
        return needsApproval();
      };
    });
    assert.deepEqual(asked, {
      caller: 'person:ana',
      place: 'slack:T1/C1',
      memberships: { of: new Set(), unresolved: [] },
      agent: 'package',
      action: 'update',
      effect: 'write',
      input: { package: 'nginx' },
    });
  });

  it('everybody who said yes must be in the group still', async () => {
    const scene = await createApprovalScene({ rule: { count: 2 } });
    await scene.park();
    await scene.tell('raj', 'approve 0001');
    scene.policy.leads = ['bob'];
    await scene.tell('bob', 'approve 0001');
    const end = await scene.end();
    assert.deepEqual([end?.outcome, end?.problem?.code, scene.requests()], ['NOT SENT', 'denied/not-approver', []]);
    assert.match(scene.rootText(), /who approved it is not in `leads` any more: @raj/);
    assert.deepEqual(
      end?.approvedBy?.map(({ by }) => by),
      ['person:raj', 'person:bob'],
    );
  });

  it('they must be in it by what their chat says then; if it can’t be asked, that is a no and said so', async () => {
    for (const [memberships, reason] of [
      [{ of: new Set(['nobody']), unresolved: [] }, /^who approved it is not in `leads` any more: @raj$/],
      [
        { of: new Set<string>(), unresolved: ['slack:T1/S1'] },
        /^nobody knows for now whether @raj is in `leads`: its chat/,
      ],
    ] as const) {
      const scene = await createApprovalScene();
      await scene.park();
      scene.policy.memberships = () => {
        const isSaid = scene.audit.records.some(({ event }) => event === 'approved');
        return isSaid ? memberships : { of: new Set(), unresolved: [] };
      };
      await scene.tell('raj', 'approve 0001');
      const end = await scene.end();
      assert.deepEqual([end?.outcome, end?.problem?.code, scene.requests()], ['NOT SENT', 'denied/not-approver', []]);
      assert.match(end?.problem?.message ?? '', reason);
      const [account, options] = scene.policy.looked.findLast(([, how]) => how?.isFresh === true) ?? [];
      assert.deepEqual([account, options], ['raj', { isFresh: true, group: 'leads' }]);
    }
  });

  it('two accounts that turned out to be one person’s are one yes', async () => {
    const scene = await createApprovalScene({ rule: { count: 2 } });
    await scene.park();
    await scene.tell('raj', 'approve 0001');
    const { authority } = scene.bot();
    const { findMemberships } = authority;
    // While the second yes is looked at.
    scene.policy.leads.push('bob');
    Object.assign(authority, {
      findMemberships: (account: string, options?: MembershipOptions) => {
        if (
          scene.audit.records.some(({ event, approvedBy }) => event === 'approved' && approvedBy?.[0] === 'person:bob')
        ) {
          scene.policy.renamed.set('slack:T1/bob', 'person:raj');
        }
        return findMemberships(account, options);
      },
    });
    await scene.tell('bob', 'approve 0001');
    assert.deepEqual([(await scene.end())?.outcome, scene.requests()], ['NOT SENT', []]);
  });

  it('limits that are narrower than the list stop it', async () => {
    const approval = RULE;
    const { sent, code, reason } = await afterwards(allowedBy(grantOf({ maxNodes: 1, approval })));
    assert.deepEqual([sent, code], [0, 'denied/changed-policy']);
    assert.match(reason ?? '', /^the policy has changed: 2 nodes are meant/);
    const filtered = await afterwards(allowedBy(grantOf({ requireFilter: true, approval })));
    assert.deepEqual([filtered.sent, filtered.code], [0, 'denied/changed-policy']);
  });

  it('a rule that wants no approval any more, or the same, lets it go', async () => {
    for (const decision of [allowedBy(grantOf()), needsApproval(), needsApproval({ overNodes: 1 })]) {
      const { sent, end } = await afterwards(decision);
      assert.deepEqual([sent, end?.outcome], [2, 'OK']);
    }
  });

  it('a rule that wants more people, others or a younger yes does not', async () => {
    for (const rule of [{ count: 2 }, { from: 'directors' }, { expiresMs: -1 }]) {
      const { sent, code } = await afterwards(needsApproval(rule));
      assert.deepEqual([sent, code], [0, 'denied/changed-policy'], JSON.stringify(rule));
    }
  });

  it('what the policy says of nodes now must be in the order’s filter', async () => {
    const narrow = (nodes: NodeLimit, excluded: readonly NodeLimit[] = []): Decision => ({
      ...allowedBy(grantOf({ nodes, approval: RULE })),
      excluded,
    });
    const same = await afterwards(narrow(STAGING), narrow({ ...STAGING, text: 'spelt in another way' }));
    assert.deepEqual([same.sent, same.end?.outcome], [2, 'OK']);
    const where = same.requests()[0]?.filter.where;
    assert.deepEqual(where, [STAGING.expression] satisfies Expression[]);
    for (const decision of [narrow(WEB), narrow(STAGING, [WEB])]) {
      const other = await afterwards(decision, narrow(STAGING));
      assert.deepEqual([other.sent, other.code], [0, 'denied/changed-policy']);
      assert.match(other.reason ?? '', /^the policy has changed: the policy wants other nodes/);
    }
    const wider = await afterwards(needsApproval(), narrow(STAGING, [WEB]));
    assert.deepEqual(wider.requests()[0]?.filter.where, [STAGING.expression, { not: WEB.expression }]);
  });

  it('an exclusion of nodes must be in it as an exclusion', async () => {
    const before: Decision = {
      ...needsApproval(),
      outcome: 'allow',
      rules: [],
      grants: [grantOf({ nodes: WEB, approval: RULE })],
      excluded: [],
    };
    const after: Decision = { outcome: 'allow', rules: [], grants: [grantOf({ approval: RULE })], excluded: [WEB] };
    const { sent, code } = await afterwards(after, before);
    assert.deepEqual([sent, code], [0, 'denied/changed-policy']);
  });

  it('an error while deciding is a denial', async () => {
    const { sent, end } = await approveUnder(({ policy }) => {
      policy.decide = ({ effect, input }) => {
        if (effect === 'write' && input !== undefined) throw new Error('broken');
        return allowedBy(grantOf());
      };
    });
    assert.deepEqual([sent, end?.outcome, end?.problem?.family], [0, 'NOT SENT', 'bug']);
  });

  it('its record must be on disk, else nothing is sent', async () => {
    const { sent, end, code } = await approveUnder(({ audit, policy }) => {
      const { decide } = policy;
      policy.decide = (question) => {
        if (question.effect === 'write' && question.input !== undefined) audit.isFull = true;
        return decide(question);
      };
    });
    assert.deepEqual([sent, end?.outcome, code], [0, 'NOT SENT', 'failed/audit']);
  });

  it('a bot that lost its write key sends nothing', async () => {
    const { sent, code } = await approveUnder((scene) =>
      Object.assign(scene.bot(), { signers: { read: scene.bot().signers.read } }),
    );
    assert.deepEqual([sent, code], [0, 'unreachable/no-write-key']);
  });

  it('people count once each, and for this very order', async () => {
    const scene = await createApprovalScene({ rule: { count: 2 } });
    const { approval } = await scene.park();
    assert.ok(approval);
    const yesOf = (name: string, digest = approval.digest) => ({
      by: `person:${name}`,
      account: `slack:T1/${name}`,
      place: 'slack:T1/C1',
      at: scene.clock.now(),
      digest,
    });
    // Nobody said so, which a trail would tell.
    Object.assign(scene.bot(), { trail: undefined });
    const verify = (...yes: readonly StoredYes[]) => verifyOrder(scene.bot(), { ...approval, state: 'approved', yes });
    assert.deepEqual(await verify(yesOf('raj'), yesOf('bob')), { rules: ['roles.yaml:14'] });
    for (const second of [yesOf('raj'), yesOf('bob', 'ffff'), { ...yesOf('bob'), account: 'slack:T1/raj' }]) {
      await assert.rejects(verify(yesOf('raj'), second), { code: 'denied/not-approver' });
    }
    scene.policy.leads.push('ana');
    await assert.rejects(verify(yesOf('raj'), yesOf('ana')), { code: 'denied/not-approver' });
  });
});
