import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeAsker } from '../../../../src/bot/control/describe-asker.ts';
import { allowed, denied } from '../../../fakes/decisions.ts';
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
