import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AgentDescription } from '../../../../src/core/agent-description.ts';
import { type Script, sendReply } from '../scripted-fleet.ts';
import { createLearningScene, having, hello } from './learning-scene.ts';

const asWrite = hello((text) => text.replace('"effect": "read"', '"effect": "write"'));
const asRead = hello((text) => text.replace('1.0.0', '6.6.6'));

/** Claims what others have, and does not deliver. */
const claiming =
  (description: AgentDescription): Script =>
  (request) =>
    request.action === 'describe' && request.input.brief !== true ? undefined : having(description)(request);

const later =
  (script: Script): Script =>
  (request) => {
    const answer = script(request);
    return answer && { ...answer, delayMs: 50 };
  };

function fleet(prefix: string, count: number, script: Script): Record<string, Script> {
  return Object.fromEntries([...Array(count).keys()].map((index) => [`${prefix}${index}`, script]));
}

async function learn(nodes: Readonly<Record<string, Script>>, newId?: () => string) {
  const scene = await createLearningScene(nodes);
  if (newId !== undefined) Object.assign(scene.bot, { newId });
  const { took } = await scene.run('help hello');
  const outcome = scene.audit.records.find(({ event, action }) => event === 'outcome' && action === 'rpcutil.describe');
  return {
    took,
    outcome,
    learned: scene.registry.origins().get('hello')?.learned,
    audiences: scene.asked().flatMap(({ audience }) => (audience === '*' ? [] : [audience])),
  };
}

describe('a few rogue nodes that answer first', () => {
  it('do not make a write a read', async () => {
    const { learned } = await learn({
      ...fleet('rogue', 2, claiming(asWrite)),
      rogue2: having(asRead),
      ...fleet('web', 10, later(having(asWrite))),
    });
    assert.deepEqual([learned?.description.version, learned?.description.actions.greet?.effect], ['1.0.0', 'write']);
  });

  it('do not keep the bot from learning: others are asked until one delivers', async () => {
    const { learned, took, audiences } = await learn({
      ...fleet('rogue', 6, claiming(hello())),
      ...fleet('web', 10, later(having(hello()))),
    });
    assert.equal(learned?.description.actions.greet?.effect, 'read');
    assert.deepEqual(
      learned.versions.map(({ nodes }) => nodes),
      [16],
    );
    assert.ok(took <= 2000, String(took));
    assert.ok(audiences.length <= 6, audiences.join(' '));
  });

  it('do not say which version a description is of, where it says so itself', async () => {
    const lying: Script = (request) => {
      const answer = claiming(hello())(request);
      return answer && { data: { ...answer.data, version: '9.9.9' } };
    };
    const { learned } = await learn({ rogue: lying, ...fleet('web', 2, later(having(hello()))) });
    assert.deepEqual(
      learned?.versions.map(({ version, nodes }) => [version, nodes]),
      [['1.0.0', 3]],
    );
  });

  it('count once each, however often they answer', async () => {
    const scene = await createLearningScene({
      ...fleet('web', 2, later(having(asWrite))),
      rogue(request) {
        const answer = having(asRead)(request);
        for (let seq = 1; seq <= 5; seq++) void sendReply(scene.bus, request, { sender: 'rogue', seq, ...answer });
        return answer;
      },
    });
    await scene.run('help hello');
    const versions = scene.registry.origins().get('hello')?.learned?.versions;
    assert.deepEqual(
      versions?.map(({ version, nodes }) => [version, nodes]),
      [
        ['1.0.0', 2],
        ['6.6.6', 1],
      ],
    );
  });

  it('teach nothing where what most nodes claim can not be had, and it is on record why', async () => {
    const { learned, outcome, took, audiences } = await learn({
      ...fleet('web', 10, claiming(asWrite)),
      rogue: having(asRead),
    });
    assert.equal(learned, undefined);
    assert.deepEqual(
      [outcome?.result, outcome?.reason],
      ['FAILED', 'of 2 descriptions that nodes claim, 1 could not be had: what 1 of 11 nodes say is not enough'],
    );
    assert.equal(audiences.filter((audience) => audience.startsWith('web')).length, 6);
    assert.equal(new Set(audiences).size, 7);
    assert.ok(took <= 3000, String(took));
  });
});

describe('nodes that are slow', () => {
  const after =
    (delayMs: number, script: Script): Script =>
    (request) => {
      const answer = script(request);
      return answer && { ...answer, delayMs };
    };
  const tell = async (nodes: Readonly<Record<string, Script>>) => {
    const { learned, took } = await learn(nodes);
    return { took, versions: learned?.versions.map(({ version, nodes: count }) => [version, count]), learned };
  };

  it('are heard: what one of them calls a write is one', async () => {
    const { learned, versions } = await tell({
      ...fleet('web', 3, having(asRead)),
      far: after(650, having(asWrite)),
    });
    assert.deepEqual(versions, [
      ['6.6.6', 3],
      ['1.0.0', 1],
    ]);
    assert.equal(learned?.description.actions.greet?.effect, 'write');
  });

  it('are waited for longer where all are slow', async () => {
    const { versions } = await tell({
      ...fleet('far', 2, after(1400, having(hello()))),
      far2: after(2150, having(hello())),
    });
    assert.deepEqual(versions, [['1.0.0', 3]]);
  });

  it('do not hold up those who ask where all are quick, nor for ever where they trickle in', async () => {
    assert.ok((await tell(fleet('web', 3, having(hello())))).took <= 1000);
    const trickle = [...Array(40).keys()].map((index) => [`n${index}`, after(index * 400, having(hello()))] as const);
    const { took } = await tell(Object.fromEntries(trickle));
    assert.ok(took <= 6000, String(took));
  });
});

describe('the nodes that are asked for a description', () => {
  it('are drawn by lot, not by who answers first', async () => {
    const nodes = fleet('web', 30, claiming(hello()));
    const draw = async (lot: string) => {
      let count = 0;
      const newId = () => `0189000${lot}-0000-7000-8000-${(++count).toString(16).padStart(12, '0')}`;
      return (await learn(nodes, newId)).audiences;
    };
    const [first, again, second] = [await draw('0'), await draw('0'), await draw('1')];
    assert.deepEqual(again, first);
    assert.notDeepEqual(second, first);
    assert.notDeepEqual([...first].sort(), ['web0', 'web1', 'web2', 'web3', 'web4', 'web5']);
  });

  it('are few where the first delivers', async () => {
    const { audiences } = await learn(fleet('web', 30, having(hello())));
    assert.equal(audiences.length, 2);
  });
});
