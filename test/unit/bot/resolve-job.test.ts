import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { JOB_DESCRIPTION } from '../../../agent/plugins/job/description.ts';
import { RPCUTIL_DESCRIPTION } from '../../../agent/plugins/rpcutil/description.ts';
import type { Question } from '../../../src/bot/bot.ts';
import type { AgentDescription } from '../../../src/core/agent-description.ts';
import { matchFilter } from '../../../src/core/match-filter.ts';
import type { ReplyData } from '../../../src/core/reply.ts';
import type { Request } from '../../../src/core/request.ts';
import type { Decision } from '../../../src/policy/policy.ts';
import { renderCardText } from '../../../src/render/render-card-text.ts';
import { allowedBy, denied, grantOf } from '../../fakes/decisions.ts';
import { createChatScene } from './chat-scene.ts';
import type { Script } from './scripted-fleet.ts';

const PACKAGE: AgentDescription = {
  agent: 'package',
  version: '1.0.0',
  about: 'packages',
  actions: {
    update: {
      about: 'to the newest version',
      effect: 'write',
      isJob: true,
      timeoutMs: 5000,
      input: {
        package: { about: 'its name', type: 'string' },
        token: { about: 'key', type: 'string', optional: true, secret: true },
      },
      words: ['package'],
      output: { after: { about: 'after', label: 'After' } },
    },
  },
};

const JOB = '01890000-0000-7000-8000-00000000abcd';

interface Options {
  readonly decide?: (question: Question) => Decision;
  /** What a node says to a question about its job. */
  readonly answer?: (request: Request) => ReplyData;
}

/** A fleet on which updates go on as jobs; three nodes, one of them in another site. */
async function createJobScene({ decide, answer = () => ({ state: 'running' }) }: Options = {}) {
  const asked: Question[] = [];
  const node = (identity: string, site: string): Script => {
    const agents = new Set(['rpcutil', 'package', 'job']);
    const profile = { identity, facts: { site }, classes: new Set([site]), agents };
    return (request) => {
      if (!matchFilter(request.filter, profile)) return undefined;
      if (request.action === 'ping') return { data: { pong: 1 } };
      if (request.agent === 'job') return { data: answer(request) };
      return { status: 'timeout', delayMs: 4000, data: { job: JOB } };
    };
  };
  const scene = createChatScene(
    { web1: node('web1', 'a'), web2: node('web2', 'a'), web3: node('web3', 'b') },
    {
      bot: { agents: [PACKAGE, JOB_DESCRIPTION, { ...RPCUTIL_DESCRIPTION }] },
      decide(question) {
        asked.push(question);
        return decide?.(question) ?? allowedBy(grantOf());
      },
    },
  );
  await scene.start();
  return {
    ...scene,
    /** The decisions about single commands: help asks without any input. */
    decided: () => asked.filter(({ input }) => input !== undefined),
    jobRequests: () => scene.requests().filter(({ agent }) => agent === 'job'),
    rootOf: (index: number) =>
      scene.chat.posts
        .filter(({ ref }) => ref.thread === undefined)
        [index]?.cards.map(renderCardText)
        .join('\n') ?? '',
  };
}

describe('looking after a job', () => {
  it('asks the nodes of that run, with its whole id, and by the rights to what was begun', async () => {
    const scene = await createJobScene();
    const run = await scene.ask('package update nginx -F site=a');
    const looked = await scene.ask(`job show ${run.id.slice(-4)}`);
    assert.deepEqual(
      scene.jobRequests().map(({ audience, action, input }) => [audience, action, input.run]),
      [
        ['web1', 'show', run.id],
        ['web2', 'show', run.id],
      ],
    );
    const { agent, action, effect, input } = scene.decided().at(-1) ?? {};
    assert.deepEqual([agent, action, effect, input], ['package', 'update', 'write', { package: 'nginx' }]);
    assert.deepEqual([looked.end?.outcome, looked.header.command], ['OK', `job show ${run.id.slice(-8)}`]);
  });

  it('passes over runs of which nothing was sent, and asks nobody about one of them', async () => {
    const scene = await createJobScene();
    const begun = await scene.ask('package update nginx -F site=a');
    const nobody = await scene.ask('package update nginx -F site=nowhere');
    assert.equal(nobody.end?.outcome, 'NO MATCH');
    await scene.ask('job show');
    assert.deepEqual(new Set(scene.jobRequests().map(({ input }) => input.run)), new Set([begun.id]));
    const asked = scene.requests().length;
    await scene.chat.say(`job show ${nobody.id.slice(-4)}`);
    await scene.clock.advance(1000);
    assert.match(scene.chat.whispers.at(-1)?.text ?? '', /has sent nothing to any node/);
    assert.equal(scene.requests().length, asked);
  });

  it('needs no approval, no filter and no small number: but which nodes it may be holds', async () => {
    const nodes = { text: '-C a', expression: { class: { is: 'a' } } };
    let isBegun = false;
    const strict = grantOf({
      nodes,
      maxNodes: 1,
      requireFilter: true,
      approval: { overNodes: 0, from: 'leads', count: 1, expiresMs: 1 },
    });
    const scene = await createJobScene({
      decide: ({ agent }) => (agent === 'package' && isBegun ? allowedBy(strict) : allowedBy(grantOf())),
    });
    await scene.ask('package update nginx');
    isBegun = true;
    const { end } = await scene.ask('job show');
    assert.deepEqual(
      scene.jobRequests().map(({ audience }) => audience),
      ['web1', 'web2'],
    );
    assert.deepEqual([end?.outcome, end?.counts.targeted], ['OK', 2]);
  });

  it('is denied to whoever may not do what was begun, whatever they may do with jobs', async () => {
    let mayUpdate = true;
    const scene = await createJobScene({
      decide: ({ agent }) =>
        agent === 'package' && !mayUpdate ? denied('not yours', 'roles.yaml:9') : allowedBy(grantOf()),
    });
    const run = await scene.ask('package update nginx');
    mayUpdate = false;
    for (const words of ['show', 'tail', 'kill', 'watch']) await scene.ask(`job ${words} ${run.id.slice(-4)}`);
    await scene.ask(`rpc job kill run=${run.id}`);
    assert.deepEqual([scene.jobRequests().length, scene.chat.whispers.length], [0, 5]);
    assert.ok(scene.chat.whispers.every(({ text }) => /DENIED · not yours/.test(text)));
    const decided = scene.audit.records.filter(({ event, action }) => event === 'decided' && action === 'job.kill');
    assert.deepEqual(
      decided.map(({ result, rules }) => [result, rules]),
      [
        ['deny', ['roles.yaml:9']],
        ['deny', ['roles.yaml:9']],
      ],
    );
  });

  it('is judged with the secrets of what was begun as not known, as they are not kept', async () => {
    const scene = await createJobScene();
    await scene.ask('package update nginx token=hunter2');
    await scene.ask('job show');
    assert.deepEqual(scene.decided().at(-1)?.input, { package: 'nginx', token: '***' });
  });

  it('of a run that is not known here is refused, and nobody is asked', async () => {
    const scene = await createJobScene();
    await scene.ask('package update nginx');
    await scene.chat.say('job show beef');
    await scene.clock.advance(2000);
    assert.match(scene.chat.whispers.at(-1)?.text ?? '', /no run of this channel ends in `beef`/);
    assert.equal(scene.jobRequests().length, 0);
  });

  it('may be about a run that looked after it: that is about the same job', async () => {
    const scene = await createJobScene();
    const run = await scene.ask('package update nginx');
    const show = await scene.ask('job show');
    await scene.ask(`job tail ${show.id.slice(-4)} 5`);
    const { action, input } = scene.jobRequests().at(-1) ?? assert.fail();
    assert.deepEqual([action, input.run, input.lines], ['tail', run.id, 5]);
    await scene.ask('job');
    assert.equal(scene.jobRequests().at(-1)?.input.run, run.id, 'the last run was a look at the job');
  });

  it('without a run is about the newest that can have made a job, not about questions since', async () => {
    const scene = await createJobScene();
    const older = await scene.ask('package update nginx');
    const run = await scene.ask('package update bash');
    await scene.ask('ping');
    await scene.ask(`job show ${older.id.slice(-4)}`);
    await scene.ask('job');
    assert.equal(scene.jobRequests().at(-1)?.input.run, run.id);
    await scene.ask('job tail last 5');
    assert.equal(scene.jobRequests().at(-1)?.input.run, run.id);
  });

  it('without a run that can have made a job says so', async () => {
    const scene = await createJobScene();
    await scene.ask('ping');
    await scene.chat.say('job');
    await scene.clock.advance(2000);
    assert.match(scene.chat.whispers.at(-1)?.text ?? '', /none of your last runs in this channel began a job/);
    assert.equal(scene.jobRequests().length, 0);
  });

  it('asks single nodes where they are named', async () => {
    const scene = await createJobScene();
    await scene.ask('package update nginx');
    await scene.ask('job show last -I web2');
    await scene.ask('job show last -F site=b');
    assert.deepEqual(
      scene.jobRequests().map(({ audience }) => audience),
      ['web2', 'web3'],
    );
  });

  it('kills with the key for writes, and says so when it is forced', async () => {
    const scene = await createJobScene({ answer: () => ({ job: JOB, killed: true }) });
    await scene.ask('package update nginx -I web1');
    const { header } = await scene.ask('job kill last force');
    const [request] = scene.jobRequests();
    assert.deepEqual([request?.action, request?.input.force, request?.signer.principal], ['kill', true, 'mco-write']);
    assert.equal(header.effect, 'write');
  });

  it('lists jobs by a right of its own', async () => {
    const scene = await createJobScene({ answer: () => ({ jobs: [], running: 0 }) });
    await scene.ask('job list');
    assert.deepEqual([scene.decided().at(-1)?.agent, scene.decided().at(-1)?.action], ['job', 'list']);
    assert.equal(scene.jobRequests().length > 0, true);
  });

  it('is what the end of a run points at whose time was up', async () => {
    const scene = await createJobScene();
    const run = await scene.ask('package update nginx');
    const id = run.id.slice(-4);
    assert.match(scene.rootOf(0), /the time is up, and the work goes on on 3 nodes/);
    assert.match(scene.rootOf(0), new RegExp(`job show ${id}`));
  });
});

describe('job watch', () => {
  /** A job that says a line with each look, and ends after so many. */
  const talking = (looks: number) => {
    const line = (n: number): string => `line ${n}\n`;
    return ({ input }: Request): ReplyData => {
      const from = typeof input.offset === 'number' ? input.offset : 0;
      const n = Math.floor(from / line(1).length) + 1;
      const text = line(n);
      return { text, next: from + text.length, size: from + text.length, state: n >= looks ? 'concluded' : 'running' };
    };
  };

  it('asks for what has come since until the job is over, and tells it in the thread', async () => {
    const scene = await createJobScene({ answer: talking(4) });
    await scene.ask('package update nginx -I web1');
    const { end, id } = await scene.ask('job watch');
    assert.deepEqual(
      scene.jobRequests().map(({ action, input }) => [action, input.offset]),
      [
        ['tail', undefined],
        ['tail', 7],
        ['tail', 14],
        ['tail', 21],
      ],
    );
    assert.equal(end?.outcome, 'OK');
    const [result] = await scene.store.runs.resultsOf(id);
    assert.equal(result?.data.text, 'line 1\nline 2\nline 3\nline 4\n');
    const told = scene.chat.posts
      .map(({ cards }) => cards.map(renderCardText).join('\n'))
      .filter((text) => /SO FAR/.test(text));
    assert.ok(told.length >= 1 && told.length <= 4, told.join('\n'));
    assert.match(told[0] ?? '', /line 1/);
  });

  it('stops when the rights are gone', async () => {
    let isAllowed = true;
    const scene = await createJobScene({
      answer: talking(1000),
      decide: () => (isAllowed ? allowedBy(grantOf()) : denied('revoked', 'deny.yaml:1')),
    });
    await scene.ask('package update nginx -I web1');
    await scene.chat.say('job watch');
    await scene.clock.advance(20_000);
    isAllowed = false;
    await scene.clock.advance(40_000);
    const { end } = await scene.lastRun();
    const asked = scene.jobRequests().length;
    assert.equal(end?.problem?.code, 'denied/policy');
    await scene.clock.advance(60_000);
    assert.equal(scene.jobRequests().length, asked);
  });

  it('ends with its time, with a cancel, and when the node says no more', async () => {
    const timed = await createJobScene({ answer: talking(1000) });
    await timed.ask('package update nginx -I web1');
    await timed.chat.say('job watch last --timeout 20');
    await timed.clock.advance(40_000);
    assert.equal((await timed.lastRun()).end?.outcome, 'OK');

    const cancelled = await createJobScene({ answer: talking(1000) });
    await cancelled.ask('package update nginx -I web1');
    await cancelled.chat.say('job watch');
    await cancelled.clock.advance(10_000);
    await cancelled.chat.say(`cancel ${(await cancelled.lastRun()).id.slice(-4)}`);
    await cancelled.clock.advance(5000);
    assert.notEqual((await cancelled.lastRun()).end, undefined);
  });
});
