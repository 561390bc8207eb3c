import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { weighVariants } from '../../../../src/bot/learn/weigh-variants.ts';
import type { ActionDescription, AgentDescription, Effect } from '../../../../src/core/agent-description.ts';

function tell(effect: Effect, { isSecret = false, dryRun }: { isSecret?: boolean; dryRun?: Effect } = {}) {
  const description: AgentDescription = {
    agent: 'hello',
    version: '1.0.0',
    about: 'greets',
    actions: {
      greet: {
        about: 'greets',
        effect,
        dryRun,
        timeoutMs: 1000,
        input: { name: { about: 'whom', type: 'string', secret: isSecret } },
        output: {},
      },
    },
  };
  return description;
}

function withInput(input: ActionDescription['input'], words?: readonly string[]): AgentDescription {
  const description = tell('read');
  const { greet } = description.actions;
  return { ...description, actions: greet === undefined ? {} : { greet: { ...greet, input, words } } };
}

interface Claim {
  readonly nodes: number;
  readonly description: AgentDescription;
  readonly isHad: boolean;
}

function weigh(claims: readonly Claim[]) {
  const variants = claims
    .map(({ nodes }, index) => ({
      version: '1.0.0',
      digest: String(index),
      nodes: [...Array(nodes).keys()].map((node) => `v${index}n${node}`),
    }))
    .sort((a, b) => b.nodes.length - a.nodes.length);
  const had = claims.flatMap(({ description, isHad }, index) => (isHad ? [[String(index), description] as const] : []));
  return weighVariants(variants, new Map(had));
}

const had = (nodes: number, description: AgentDescription): Claim => ({ nodes, description, isHad: true });
const missing = (nodes: number): Claim => ({ nodes, description: tell('read'), isHad: false });

describe('what nodes say of an agent', () => {
  it('is believed as it is when all of it could be had', () => {
    assert.deepEqual(weigh([had(3, tell('read'))]), { description: tell('read') });
    assert.deepEqual(weigh([]), {});
  });

  it('is a write, dry runs too, where a little of it could not be had', () => {
    const { description, reason } = weigh([had(3, tell('read', { dryRun: 'read' })), missing(1)]);
    assert.deepEqual([description?.actions.greet?.effect, description?.actions.greet?.dryRun], ['write', 'write']);
    assert.equal(reason, 'of 2 descriptions that nodes claim, 1 could not be had: every action counts as a write');
  });

  it('is not believed where more nodes claim what could not be had than any that was', () => {
    assert.equal(weigh([missing(4), had(3, tell('read')), had(3, tell('write'))]).description, undefined);
  });

  it('is not believed where what was had is that of half of the nodes only', () => {
    assert.equal(weigh([had(3, tell('read')), missing(3)]).description, undefined);
    assert.equal(weigh([had(5, tell('read')), missing(4), missing(4)]).description, undefined);
  });

  it('gives no node a default that only another has', () => {
    const url = (value?: string) => withInput({ url: { about: 'where', type: 'string', default: value } });
    const learned = (...values: (string | undefined)[]) =>
      weigh(values.map((value, i) => had(9 - i, url(value)))).description?.actions.greet?.input.url;
    assert.equal(learned('a', 'a')?.default, 'a');
    assert.deepEqual(learned('a', 'b'), { about: 'where', type: 'string', optional: true });
    assert.deepEqual(learned('a', undefined), { about: 'where', type: 'string' });
    assert.deepEqual(learned(undefined, 'b'), { about: 'where', type: 'string' });
  });

  it('gives no node an input that it may not have', () => {
    const input = { url: { about: 'where', type: 'string' } } as const;
    const more = { ...input, proxy: { about: 'through', type: 'string', default: 'none' } } as const;
    const { description } = weigh([had(2, withInput(more)), had(1, withInput(input))]);
    assert.deepEqual(description?.actions.greet?.input.proxy, { about: 'through', type: 'string', optional: true });
  });

  it('takes bare words only as far as all give them the same order', () => {
    const input = { from: { about: 'from', type: 'string' }, to: { about: 'to', type: 'string' } } as const;
    const learned = (...orders: (readonly string[] | undefined)[]) =>
      weigh(orders.map((words, i) => had(9 - i, withInput(input, words)))).description?.actions.greet?.words;
    assert.deepEqual(learned(['from', 'to'], ['from', 'to']), ['from', 'to']);
    assert.deepEqual(learned(['from', 'to'], ['from']), ['from']);
    assert.deepEqual(learned(['from', 'to'], ['to', 'from']), []);
    assert.deepEqual(learned(['from'], undefined), []);
  });

  it('is never believed looser than most nodes say it, whatever could be had', () => {
    const claim = fc.record({
      nodes: fc.integer({ min: 1, max: 6 }),
      isHad: fc.boolean(),
      description: fc
        .tuple(fc.constantFrom<Effect>('read', 'write'), fc.boolean())
        .map(([effect, isSecret]) => tell(effect, { isSecret })),
    });
    fc.assert(
      fc.property(fc.array(claim, { maxLength: 6 }), (claims) => {
        const greet = weigh(claims).description?.actions.greet;
        if (greet === undefined) return;
        const isMost = (says: (action: typeof greet | undefined) => boolean): boolean => {
          const sum = (list: readonly Claim[]): number => list.reduce((total, { nodes }) => total + nodes, 0);
          return 2 * sum(claims.filter(({ description }) => says(description.actions.greet))) > sum(claims);
        };
        if (isMost((action) => action?.effect === 'write')) assert.equal(greet.effect, 'write');
        if (isMost((action) => action?.input.name?.secret === true)) assert.equal(greet.input.name?.secret, true);
      }),
    );
  });
});
