import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AGENT_DESCRIPTIONS } from '../../../../agent/plugins/index.ts';
import { describeAsker } from '../../../../src/bot/control/describe-asker.ts';
import type { Decision } from '../../../../src/policy/policy.ts';
import { allowed, allowedBy, denied, grantOf } from '../../../fakes/decisions.ts';
import { createScene } from '../scripted-fleet.ts';

const ASKER = {
  caller: 'person:ana',
  account: 'slack:T1/U1',
  place: 'slack:T1/C1',
  memberships: { of: new Set(['slack:T1/S1']), unresolved: ['slack:T1/S2'] },
};

const readOnly = ({ action }: { action: string }) => (action === 'update' ? denied() : allowed());

describe('whoami', () => {
  it('names caller, account, groups, roles and what they may do here', async () => {
    const { bot } = createScene({}, readOnly);
    const person = { account: 'slack:T1/U1', displayName: 'Ana Lima', isBot: false, isActive: true };
    const { title, sections } = await describeAsker({ ...bot, findPerson: async () => person }, ASKER);
    const text = sections.flatMap(({ heading, lines }) => [heading, ...lines]).join('\n');
    assert.equal(title, 'you are person:ana');
    for (const part of [
      'slack:T1/U1\nknown there as Ana Lima',
      'slack:T1/C1',
      'slack:T1/S1',
      'slack:T1/S2 could not be looked up',
      'operator',
    ]) {
      assert.ok(text.includes(part), `${part} in ${text}`);
    }
    assert.match(text, /package\.status \(read\)/);
    assert.doesNotMatch(text, /package\.update/);
  });

  it('lists what is put up with, and the bot’s own doings', async () => {
    const approval = { overNodes: 50, from: 'leads', count: 1, expiresMs: 60_000 };
    const staging = {
      text: '-F environment=staging',
      expression: { class: { is: 'staging' } },
    } as const;
    const { bot } = createScene({}, ({ agent, action }: { agent?: string; action: string }) => {
      if (action === 'update') return allowedBy(grantOf({ maxNodes: 500, approval }), grantOf({ nodes: staging }));
      return agent === 'mcobot' && action === 'policy' ? denied() : allowed();
    });
    const { sections } = await describeAsker(bot, ASKER);
    const lines = sections.at(-1)?.lines ?? [];
    assert.ok(
      lines.includes(
        'package.update (write): at most 500 nodes, approval of leads over 50, or on -F environment=staging',
      ),
      lines.join('\n'),
    );
    assert.ok(lines.includes('package.status (read)'));
    assert.ok(lines.includes('mcobot.audit (read)'));
    assert.ok(!lines.join().includes('mcobot.policy'));
  });

  describe('of looking after jobs', () => {
    const isJobAction = ({ agent }: { agent?: string }) => agent === 'job';
    const linesFor = async (decide: (question: { agent?: string; action: string }) => Decision) => {
      const { bot } = createScene({}, decide);
      const job = AGENT_DESCRIPTIONS.find(({ agent }) => agent === 'job') ?? assert.fail();
      const { sections } = await describeAsker({ ...bot, agents: [...bot.agents, job] }, ASKER);
      return (sections.at(-1)?.lines ?? []).filter((line) => line.startsWith('job.'));
    };
    const OF_JOBS = 'of jobs that come from an action you may use';

    it('says that the right to what a job did is all it takes, whatever rules say of `job.show`', async () => {
      const lines = await linesFor((question) =>
        isJobAction(question) && question.action !== 'list' ? denied() : allowed(),
      );
      assert.deepEqual(lines, ['job.list (read)', `job.show, job.tail, job.kill: ${OF_JOBS}`]);
    });

    it('says nothing to somebody who may begin no job, though a rule allows them `job.show`', async () => {
      assert.deepEqual(await linesFor(readOnly), ['job.list (read)']);
    });

    it('leaves out what a rule forbids', async () => {
      const lines = await linesFor((question) =>
        isJobAction(question) && question.action === 'kill' ? { ...denied(), isForbidden: true } : allowed(),
      );
      assert.deepEqual(lines, ['job.list (read)', `job.show, job.tail: ${OF_JOBS}`]);
    });
  });

  it('does not wait for a service that does not tell the name', async () => {
    const { bot, clock } = createScene({});
    const never = new Promise<undefined>(() => {});
    const asked = describeAsker({ ...bot, findPerson: () => never }, ASKER);
    await clock.advance(2000);
    const { sections } = await asked;
    assert.deepEqual(sections[0]?.lines, ['slack:T1/U1']);
  });

  it('does not mind a service that can not tell it', async () => {
    const { bot } = createScene({});
    const { sections } = await describeAsker({ ...bot, findPerson: () => Promise.reject(new Error('no')) }, ASKER);
    assert.deepEqual(sections[0]?.lines, ['slack:T1/U1']);
  });
});
