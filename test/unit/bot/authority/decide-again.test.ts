import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Decision } from '../../../../src/policy/policy.ts';
import { allowedBy, denied, grantOf } from '../../../fakes/decisions.ts';
import { type ApprovalOptions, createApprovalScene, needsApproval, RULE } from '../approval/approval-scene.ts';

const COMMAND = 'package update nginx --batch 1 --batch-sleep 600';

/** A run in two waves, ten minutes apart, whose rights change when the first is over. */
async function changeBetween(
  change: (scene: Awaited<ReturnType<typeof createApprovalScene>>) => void,
  {
    before = allowedBy(grantOf()),
    options = {},
    command = COMMAND,
  }: { readonly before?: Decision; readonly options?: ApprovalOptions; readonly command?: string } = {},
) {
  const scene = await createApprovalScene(options);
  scene.policy.decide = ({ effect }) => (effect === 'write' ? before : allowedBy(grantOf()));
  await scene.chat.say(command);
  await scene.clock.advance(8000);
  if ((await scene.lastRun()).approval !== undefined) await scene.tell('raj', 'approve 0001', 8000);
  assert.equal(scene.requests().length, 1);
  change(scene);
  await scene.clock.advance(700_000);
  const end = await scene.end();
  return { ...scene, end, problem: end?.problem, sent: scene.requests().map(({ audience }) => audience) };
}

describe('rights that change while a run is under way', () => {
  it('stop it before its next wave: the rest is not sent, and the denial is on record', async () => {
    const { sent, end, problem, audit, rootText } = await changeBetween((scene) => {
      scene.policy.decide = () => denied('revoked', 'deny.yaml:1');
    });
    assert.deepEqual([sent, end?.counts.ok, end?.counts.notSent], [['web1'], 1, 1]);
    assert.equal(problem?.code, 'denied/policy');
    assert.match(
      rootText(),
      /stopped between two waves, one node was not asked: the requester may not do this any more: revoked/,
    );
    const { result, code, rules, caller, count } =
      audit.records.filter(({ event }) => event === 'decided').at(-1) ?? {};
    assert.deepEqual([result, code, rules, caller, count], ['deny', 'denied/policy', ['deny.yaml:1'], 'person:ana', 2]);
  });

  it('stop it also where they are only narrower: fewer nodes, others, or with approval', async () => {
    const nodes = { text: '-C web', expression: { class: { is: 'web' } } };
    for (const grant of [{ maxNodes: 1 }, { nodes }, { requireFilter: true }, { approval: RULE }]) {
      const { sent, problem } = await changeBetween((scene) => {
        scene.policy.decide = () => allowedBy(grantOf(grant));
      });
      assert.deepEqual([sent, problem?.code], [['web1'], 'denied/changed-policy'], JSON.stringify(grant));
    }
  });

  it('stop it also where they are those to a data function of the filter', async () => {
    const command = `${COMMAND} -S "package('nginx').version < 2"`;
    const isData = ({ agent }: { agent: string }) => agent === 'data';
    const nodes = { text: '-C web', expression: { class: { is: 'web' } } };
    const changes = [
      ['denied/policy', denied('revoked', 'deny.yaml:1')],
      ['denied/policy', allowedBy(grantOf({ maxNodes: 5 }))],
      ['denied/changed-policy', allowedBy(grantOf({ nodes }))],
    ] as const;
    for (const [code, data] of changes) {
      const { sent, problem } = await changeBetween(
        (scene) => {
          scene.policy.decide = (question) => (isData(question) ? data : allowedBy(grantOf()));
        },
        { command },
      );
      assert.deepEqual([sent, problem?.code], [['web1'], code]);
    }
    const { end } = await changeBetween(() => {}, { command });
    assert.equal(end?.outcome, 'OK');
  });

  it('let it go on as they were, or wider', async () => {
    const nodes = { text: '-C web', expression: { class: { is: 'web' } } };
    for (const before of [allowedBy(grantOf()), allowedBy(grantOf({ maxNodes: 2, nodes }))]) {
      const { sent, end } = await changeBetween(() => {}, { before });
      assert.deepEqual([sent, end?.outcome], [['web1', 'web2'], 'OK']);
    }
    const wider = await changeBetween(
      (scene) => {
        scene.policy.decide = () => allowedBy(grantOf());
      },
      { before: allowedBy(grantOf({ maxNodes: 2, nodes })) },
    );
    assert.equal(wider.end?.outcome, 'OK');
  });

  it('stop it when nobody can tell: an exception while deciding is a denial', async () => {
    const { sent, problem } = await changeBetween((scene) => {
      scene.policy.decide = () => {
        throw new Error('broken');
      };
    });
    assert.deepEqual([sent, problem?.family], [['web1'], 'bug']);
  });

  it('are those of its approvers too, who are looked up again', async () => {
    const before = needsApproval();
    for (const change of ['out', 'away', 'renamed', 'none']) {
      const { sent, problem, policy } = await changeBetween(
        (scene) => {
          scene.policy.looked.length = 0;
          const of = new Set(change === 'out' ? ['nobody'] : []);
          scene.policy.memberships = () => ({ of, unresolved: change === 'away' ? ['slack:T1/S1'] : [] });
          if (change === 'renamed') scene.policy.renamed.set('slack:T1/ana', 'person:raj');
        },
        { before },
      );
      const codes: Record<string, string> = { none: '', renamed: 'denied/not-approver' };
      assert.equal(problem?.code ?? '', codes[change] ?? 'denied/not-approver', change);
      assert.deepEqual(sent, change === 'none' ? ['web1', 'web2'] : ['web1']);
      assert.ok(policy.looked.some(([name, options]) => name === 'raj' && options?.isFresh === true));
    }
  });

  it('leave a yes as old as it was when the run began', async () => {
    const rule = { expiresMs: 5 * 60_000 };
    const { sent, end } = await changeBetween(() => {}, { before: needsApproval(rule) });
    assert.deepEqual([sent, end?.outcome], [['web1', 'web2'], 'OK']);
  });

  it('do not matter to what is cancelled meanwhile', async () => {
    const { sent, end, audit } = await changeBetween((scene) => {
      scene.policy.decide = () => denied('revoked', 'deny.yaml:1');
      scene.bot().active.cancel(scene.bot().active.ids()[0] ?? '', 'person:ana');
    });
    assert.deepEqual([sent, end?.outcome], [['web1'], 'CANCELLED']);
    assert.equal(audit.records.filter(({ result }) => result === 'deny').length, 0);
  });
});
