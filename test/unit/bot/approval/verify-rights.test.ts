import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { verifyRights } from '../../../../src/bot/approval/verify-rights.ts';
import type { Question } from '../../../../src/bot/bot.ts';
import type { ActionDescription } from '../../../../src/core/agent-description.ts';
import type { FrozenOrder } from '../../../../src/core/store.ts';
import { allowedBy, denied, grantOf } from '../../../fakes/decisions.ts';
import { createScene } from '../scripted-fleet.ts';

const ACTION: ActionDescription = {
  about: 'restarts',
  effect: 'write',
  dryRun: 'read',
  timeoutMs: 1000,
  input: {},
  output: {},
};

const AGENTS = [
  { agent: 'service', version: '1.0.0', about: 'services', actions: { restart: ACTION } },
  { agent: 'job', version: '1.0.0', about: 'jobs', actions: { kill: { ...ACTION, dryRun: undefined } } },
];

const ORDER: FrozenOrder = {
  run: '01890000-0000-7000-8000-000000007f3a',
  caller: 'person:ana',
  account: 'console:ana',
  place: 'console',
  origin: { chat: 'console', channel: '' },
  command: 'service restart',
  ask: { kind: 'ask', agent: 'service', action: 'restart', effect: 'write', input: {}, view: 'results' },
  collective: 'mcollective',
  options: { format: 'text', noProgress: false, quiet: false, verbose: false },
  filter: { facts: [], classes: [], agents: [], identities: [], where: [] },
  isNarrowed: false,
  nodes: ['web1', 'web2'],
};

async function verify(
  order: FrozenOrder,
  decide: (question: Question) => ReturnType<typeof allowedBy> | ReturnType<typeof denied>,
) {
  const { bot } = createScene({});
  const asked: Question[] = [];
  const authority = {
    ...bot.authority,
    decide(question: Question) {
      asked.push(question);
      return decide(question);
    },
  };
  await verifyRights({ ...bot, agents: AGENTS, authority }, order, () => Promise.resolve(false));
  return asked;
}

describe('rights to an order, looked at again', () => {
  it('are those to a dry run where it is one', async () => {
    const order: FrozenOrder = {
      ...ORDER,
      ask: { ...ORDER.ask, effect: 'read' },
      options: { ...ORDER.options, noop: true },
    };
    const [question] = await verify(order, ({ effect }) => (effect === 'read' ? allowedBy(grantOf()) : denied()));
    assert.equal(question?.effect, 'read');
    await assert.rejects(
      verify({ ...order, options: ORDER.options }, () => allowedBy(grantOf())),
      { code: 'denied/policy' },
      'the same without `--noop` would be a write',
    );
  });

  it('to look after a job are those to what it came from, without its limits', async () => {
    const inPlaceOf = { agent: 'service', action: 'restart', effect: 'write', input: { service: 'nginx' } } as const;
    const order: FrozenOrder = { ...ORDER, ask: { ...ORDER.ask, agent: 'job', action: 'kill', inPlaceOf } };
    const asked = await verify(order, () => allowedBy(grantOf({ maxNodes: 1, requireFilter: true })));
    const question = asked.at(-1);
    assert.deepEqual(
      [question?.agent, question?.action, question?.input],
      ['service', 'restart', { service: 'nginx' }],
    );
    const nodes = { text: '-C a', expression: { class: { is: 'a' } } };
    await assert.rejects(
      verify(order, () => allowedBy(grantOf({ nodes }))),
      { code: 'denied/changed-policy' },
    );
  });

  it('to look after a job need no right of their own, but what forbids it holds', async () => {
    const inPlaceOf = { agent: 'service', action: 'restart', effect: 'write', input: {} } as const;
    const order: FrozenOrder = { ...ORDER, ask: { ...ORDER.ask, agent: 'job', action: 'kill', inPlaceOf } };
    const decideWith =
      (own: ReturnType<typeof denied>) =>
      ({ agent }: Question) =>
        agent === 'job' ? own : allowedBy(grantOf());
    await verify(order, decideWith(denied('nothing allows it')));
    await assert.rejects(verify(order, decideWith({ ...denied('no kills here'), isForbidden: true })), {
      code: 'denied/policy',
      message: /no kills here/,
    });
  });
});
