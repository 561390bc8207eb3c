import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LearnedAgent } from '../../../../src/core/learned-agent.ts';
import { allowed } from '../../../fakes/decisions.ts';
import { createLearningScene, having, hello } from './learning-scene.ts';

const asWrite = (text: string): string => text.replace('"effect": "read"', '"effect": "write"');
const newer = (text: string): string => text.replace('1.0.0', '1.1.0');
const DENIED = { outcome: 'deny', rules: [], reason: 'no' } as const;

describe('an agent that the bot does not know', () => {
  it('is learned from the nodes and asked in one command', async () => {
    const scene = await createLearningScene({ web1: having(hello()), web2: having(hello()) });
    const { report } = await scene.run('hello greet ana -I web1 -I web2');
    assert.equal(report?.outcome, 'OK');
    assert.equal(report.line, '{greeting}');
    const learned = scene.registry.origins().get('hello')?.learned;
    assert.deepEqual(
      learned?.versions.map(({ version, nodes }) => [version, nodes]),
      [['1.0.0', 2]],
    );
  });

  it('is asked about in few and small questions, of those who have it', async () => {
    const scene = await createLearningScene({ web1: having(hello()), web2: having(hello()), web3: having(hello()) });
    await scene.run('help hello');
    const [first, ...others] = scene.asked();
    assert.deepEqual([first?.audience, first?.input], ['*', { agent: 'hello', brief: true }]);
    assert.deepEqual(first?.filter.agents, [{ is: 'hello' }]);
    assert.deepEqual(
      others.map(({ input }) => input.brief),
      [false, false],
    );
    assert.equal(
      others.every(({ audience }) => audience.startsWith('web')),
      true,
    );
    assert.equal(
      scene.asked().every(({ signer, caller }) => signer.principal === 'mco-read' && caller === 'person:ana'),
      true,
    );
  });

  it('is on record before anybody is asked, and so is what came of it', async () => {
    const scene = await createLearningScene({ web1: having(hello()) });
    await scene.run('help hello');
    const records = scene.audit.records.filter(({ action }) => action === 'rpcutil.describe');
    assert.deepEqual(
      records.map(({ event, result, count, input }) => [event, result, count, input]),
      [
        ['intent', undefined, undefined, { agent: 'hello' }],
        ['outcome', 'OK', 1, { agent: 'hello' }],
      ],
    );
    assert.ok(records[0]?.run !== undefined && records[0].run === records[1]?.run);
  });

  it('is not asked about when that can not be recorded', async () => {
    const scene = await createLearningScene({ web1: having(hello()) });
    const audit = { ...scene.bot.audit, append: () => Promise.reject(new Error('disk full')) };
    Object.assign(scene.bot, { audit });
    await scene.run('help hello');
    assert.deepEqual(scene.asked(), []);
  });

  it('is known to `help`, `rpc` and `agents` from then on, with where it comes from', async () => {
    const scene = await createLearningScene({ web1: having(hello()) });
    assert.match(
      JSON.stringify((await scene.run('help hello')).answer),
      /learned from 1 node; this is version 1\.0\.0/,
    );
    assert.match(JSON.stringify((await scene.run('hello help')).answer), /hello note \(write\)/);
    assert.equal((await scene.run('rpc hello greet -I web1')).report?.outcome, 'OK');
    const lines = (await scene.run('agents')).answer?.sections.flatMap((section) => section.lines) ?? [];
    assert.ok(
      lines.some((line) => line.startsWith('hello       1.0.0 on 1 node, 20')),
      lines.join('\n'),
    );
    assert.equal(scene.asked().length, 2);
  });

  it('is unknown where nobody tells of it, after two seconds at most', async () => {
    const scene = await createLearningScene({ web1: () => undefined });
    const { refusal, took } = await scene.run('nrpe check_load');
    assert.equal(refusal?.error.code, 'unknown/command');
    assert.ok(took <= 2000, String(took));
    assert.equal(
      scene.audit.records.find(({ event, action }) => event === 'outcome' && action === 'rpcutil.describe')?.result,
      'NO RESPONSE',
    );
  });

  it('is asked about once a minute', async () => {
    const scene = await createLearningScene({ web1: () => undefined });
    for (let time = 0; time < 3; time++) await scene.run('nrpe check_load');
    assert.equal(scene.asked().length, 1);
    await scene.clock.advance(60_000);
    await scene.run('nrpe check_load');
    assert.equal(scene.asked().length, 2);
  });

  it('is one of few in a minute: people with many mistyped words do not flood the fleet', async () => {
    const scene = await createLearningScene({ web1: () => undefined });
    const names = [...Array(40).keys()].map((index) => `zz${String.fromCharCode(97 + (index % 26))}q${index}`);
    for (const name of names) await scene.run(name);
    assert.equal(scene.asked().length, 20);
    await scene.clock.advance(60_000);
    await scene.run(names[39] ?? '');
    assert.equal(scene.asked().length, 21);
  });

  it('is not asked about when the word is a slip of the fingers, or no name', async () => {
    const scene = await createLearningScene({ web1: having(hello()) });
    for (const word of [
      'pakage',
      'packagee',
      'hepl',
      'Web-1',
      '-x',
      'help pakage',
      'rpc Web-1',
      'mcobot',
      'data',
      'rpc mcobot',
    ]) {
      await scene.run(`${word} status`);
    }
    assert.deepEqual(scene.asked(), []);
  });

  it('is not asked about for somebody who may do nothing here', async () => {
    const scene = await createLearningScene({ web1: having(hello()) }, { decide: () => DENIED });
    assert.equal((await scene.run('hello greet')).refusal?.error.code, 'unknown/command');
    assert.deepEqual(scene.asked(), []);
  });

  it('is decided by the policy as any other', async () => {
    const asked: string[] = [];
    const decide = (ask: { action: string; effect?: string }) => {
      asked.push(`${ask.action} ${ask.effect}`);
      return ask.effect === 'write' ? DENIED : allowed('roles.yaml:1');
    };
    const scene = await createLearningScene({ web1: having(hello()) }, { decide });
    assert.equal((await scene.run('hello note x -I web1')).refusal?.outcome, 'DENIED');
    assert.ok(asked.includes('note write'));
  });
});

describe('nodes that tell different things of an agent', () => {
  it('are outvoted by most of them', async () => {
    const scene = await createLearningScene({
      web1: having(hello(newer)),
      web2: having(hello()),
      web3: having(hello(newer)),
    });
    await scene.run('help hello');
    const learned = scene.registry.origins().get('hello')?.learned;
    assert.equal(learned?.description.version, '1.1.0');
    assert.deepEqual(
      learned?.versions.map(({ version, nodes }) => [version, nodes]),
      [
        ['1.1.0', 2],
        ['1.0.0', 1],
      ],
    );
  });

  it('can only make it stricter: a write for one is a write', async () => {
    const scene = await createLearningScene({
      web1: having(hello()),
      web2: having(hello()),
      web3: having(hello(asWrite)),
    });
    await scene.run('help hello');
    assert.equal(scene.registry.current().find(({ agent }) => agent === 'hello')?.actions.greet?.effect, 'write');
  });

  it('can only make it stricter: a secret for one is a secret, and no bare word any more', async () => {
    const secret = (text: string): string =>
      text.replace('"words": ["text"],', '').replace('"maxLength": 200,', '"secret": true,');
    const scene = await createLearningScene({
      web1: having(hello()),
      web2: having(hello()),
      web3: having(hello(secret)),
    });
    await scene.run('help hello');
    const note = scene.registry.current().find(({ agent }) => agent === 'hello')?.actions.note;
    assert.deepEqual([note?.input.text?.secret, note?.words], [true, []]);
  });

  it('of another agent teach nothing', async () => {
    const other = hello((text) => text.replaceAll('hello', 'holla'));
    const scene = await createLearningScene({ web1: having(other, { agent: 'hello' }) });
    await scene.run('help hello');
    assert.deepEqual(
      [...scene.registry.origins().values()].filter(({ from }) => from === 'learned'),
      [],
    );
  });

  it('that lie about a digest, send rubbish or tell of another agent change nothing, but that all is a write', async () => {
    const other = hello((text) => text.replaceAll('hello', 'holla'));
    const broken = { ...hello(), actions: {} };
    const scene = await createLearningScene({
      web1: having(hello(newer), { digest: 'a'.repeat(64) }),
      web2: having(other, { agent: 'hello' }),
      web3: having(broken),
      web4: having(hello()),
      web5: having(hello(), { digest: 'no digest' }),
      web6: having(hello()),
      web7: having(hello()),
      web8: having(hello()),
    });
    await scene.run('help hello');
    const learned = scene.registry.origins().get('hello')?.learned;
    assert.equal(learned?.description.version, '1.0.0');
    assert.equal(learned.description.actions.greet?.effect, 'write');
    assert.equal(scene.registry.origins().has('holla'), false);
  });

  it('never change what the bot has itself', async () => {
    const configured = [hello(newer)];
    const evil = hello((text) => text.replaceAll('hello', 'package'));
    const scene = await createLearningScene({ web1: having(hello()), web2: having(evil) }, { configured });
    await scene.run('help hello');
    await scene.run('help package');
    assert.deepEqual(scene.asked(), []);
    await scene.registry.learn({ description: evil, versions: [], learnedAt: 1 });
    await scene.registry.learn({ description: hello(), versions: [], learnedAt: 1 });
    const known = scene.registry.current();
    assert.equal(known.find(({ agent }) => agent === 'hello')?.version, '1.1.0');
    assert.equal(known.filter(({ agent }) => agent === 'package').length, 1);
    assert.equal(scene.registry.origins().get('hello')?.from, 'configured');
  });
});

describe('what was learned', () => {
  it('is there after a restart', async () => {
    const first = await createLearningScene({ web1: having(hello()) });
    await first.run('help hello');
    const second = await createLearningScene({ web1: having(hello()) }, { store: first.store });
    assert.equal((await second.run('hello greet -I web1')).report?.outcome, 'OK');
    assert.deepEqual(second.asked(), []);
  });

  it('gives way to what the bot has itself now, and to what this bot does not accept', async () => {
    const damaged = { ...hello((text) => text.replaceAll('hello', 'holla')), actions: {} };
    const kept: LearnedAgent[] = [hello(), damaged].map((description) => ({ description, versions: [], learnedAt: 1 }));
    const store = { all: async () => kept, keep: async () => {}, forget: async () => {} };
    const scene = await createLearningScene({}, { store, configured: [hello(newer)] });
    const names = scene.registry.current().map(({ agent, version }) => `${agent} ${version}`);
    assert.deepEqual(names.slice(-1), ['hello 1.1.0']);
  });

  it('is looked at again in the background when it is used after ten minutes', async () => {
    let description = hello();
    const scene = await createLearningScene({ web1: (request) => having(description)(request) });
    await scene.run('help hello');
    description = hello(newer);
    await scene.run('hello greet -I web1');
    assert.equal(scene.asked().length, 2);
    await scene.clock.advance(11 * 60_000);
    const { report } = await scene.run('hello greet -I web1');
    assert.equal(report?.outcome, 'OK');
    for (let step = 0; step < 60; step++) await scene.clock.advance(50);
    assert.equal(scene.registry.current().find(({ agent }) => agent === 'hello')?.version, '1.1.0');
  });

  it('is at most five hundred agents: the one that was asked about longest ago makes room', async () => {
    const scene = await createLearningScene({});
    for (let index = 0; index <= 500; index++) {
      const description = hello((text) => text.replaceAll('hello', `probe${index}`));
      await scene.registry.learn({ description, versions: [], learnedAt: index });
    }
    assert.equal(scene.registry.origins().has('probe0'), false);
    assert.equal((await scene.store.all()).length, 500);
  });
});

/** Its note is a secret, under a name that another agent has for something open. */
const secretive = (text: string): string =>
  text
    .replace('"words": ["text"],', '')
    .replace('"maxLength": 200,', '"secret": true,')
    .replace('"text": {', '"package": {');

it('a secret of an agent that is still to be learned is on no record', async () => {
  const scene = await createLearningScene({ web1: having(hello(secretive)) });
  await scene.run('hello note package=s3cretword -I web1');
  await scene.run('rpc unheard set package=s3cretword');
  assert.doesNotMatch(JSON.stringify(scene.audit.records), /s3cretword/);
  assert.match(JSON.stringify(scene.audit.records), /package=\*\*\*/);
});
