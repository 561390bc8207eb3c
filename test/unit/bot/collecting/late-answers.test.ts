import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLateAnswers } from '../../../../src/bot/collecting/late-answers.ts';
import { followLate } from '../../../../src/bot/finish-run.ts';
import type { Trail } from '../../../../src/bot/records/trail.ts';
import { statusOf } from '../../../../src/core/reply.ts';
import { createFakeClock } from '../../../fakes/fake-clock.ts';
import { createFakeSurface } from '../../../fakes/fake-surface.ts';
import { header, makeReport } from '../../render/reports.ts';
import { createChatScene } from '../chat-scene.ts';
import { alive, type Script, sendReply } from '../scripted-fleet.ts';

const late = (delayMs: number, status: 'ok' | 'aborted' = 'ok'): Script =>
  alive(() => ({ status, delayMs, data: { ensure: '1.0' } }));

const FLEET = { web1: late(5), web2: late(8000), web3: late(9000, 'aborted'), web4: late(40_000) };

describe('an answer that comes after the end of its run', () => {
  it('is told in the thread together with its like, and goes on record', async () => {
    const scene = createChatScene(FLEET);
    await scene.start();
    const run = await scene.ask('package update nginx');
    const replies = scene.thread().map(({ ref }) => scene.chat.texts()[Number(ref.id.slice(1)) - 1] ?? '');
    const told = replies.filter((text) => text.startsWith('LATE'));
    assert.equal(told.length, 1);
    assert.match(told[0] ?? '', /LATE · 2 answers after the end of run 0001: 1 OK, 1 FAILED/);
    assert.match(told[0] ?? '', /web2/);
    assert.match(told[0] ?? '', /web3/);
    const records = scene.audit.records.filter(({ event }) => event === 'unexpected');
    assert.deepEqual(
      records.map(({ run: id, nodes, reason }) => [id, nodes, reason]),
      [[run.id, ['web2', 'web3'], 'answered after the end of the run']],
    );
  });

  it('is told once, also when it is sent again, and later ones are told apart', async () => {
    const scene = createChatScene(FLEET);
    await scene.start();
    await scene.ask('package update nginx');
    for (const request of scene.requests()) await sendReply(scene.bus, request, { sender: request.audience });
    await scene.clock.advance(20_000);
    const told = scene.chat.texts().filter((text) => text.startsWith('LATE'));
    assert.equal(told.length, 2);
    assert.match(told[1] ?? '', /1 answer after the end of run 0001: 1 OK[\s\S]*web4/);
    await scene.clock.advance(60_000);
    assert.equal(scene.chat.texts().filter((text) => text.startsWith('LATE')).length, 2);
  });

  it('changes no count, no result and no file', async () => {
    const scene = createChatScene(FLEET);
    await scene.start();
    await scene.chat.say('package update nginx');
    await scene.clock.advance(7600);
    const before = await scene.lastRun();
    const root = scene.chat.texts()[0];
    assert.equal(before.end?.counts.silent, 3);
    await scene.clock.advance(60_000);
    const after = await scene.lastRun();
    assert.deepEqual(after, before);
    assert.equal(scene.chat.texts()[0], root);
    assert.equal((await scene.store.runs.resultsOf(after.id)).filter(({ outcome }) => outcome === 'silent').length, 3);
  });

  it('of a node that was cancelled away is told too', async () => {
    const scene = createChatScene({ web1: late(4000) });
    await scene.start();
    await scene.chat.say('package update nginx');
    await scene.clock.advance(2000);
    await scene.chat.say('cancel');
    await scene.clock.advance(20_000);
    assert.match(scene.chat.texts().join('\n'), /CANCELLED by @ana[\s\S]*LATE · 1 answer[\s\S]*web1/);
  });

  it('that no request can be valid for any more is told to nobody', async () => {
    const scene = createChatScene({ web1: late(5), web2: late(200_000) });
    await scene.start();
    await scene.ask('package update nginx');
    await scene.clock.advance(300_000);
    assert.doesNotMatch(scene.chat.texts().join(), /LATE/);
  });

  it('is told in the thread although the record of it fails', async () => {
    const scene = createChatScene({ web1: late(5), web2: late(9000) });
    await scene.start();
    await scene.chat.say('package update nginx');
    await scene.clock.advance(8500);
    scene.audit.isFull = true;
    await scene.clock.advance(30_000);
    assert.match(scene.chat.texts().join(), /LATE/);
  });
});

describe('late answers', () => {
  const result = (node: string) => ({ node, outcome: 'ok' as const, data: {} });

  it('wait for somebody to tell them to, and come sorted, five seconds after the first', async () => {
    const clock = createFakeClock();
    const answers = createLateAnswers(clock);
    const told: string[] = [];
    answers.note(result('web2'));
    await clock.advance(60_000);
    answers.follow((batch) => void told.push(batch.results.map(({ node }) => node).join()));
    await clock.advance(4000);
    answers.note(result('web1'));
    await clock.advance(999);
    assert.deepEqual(told, []);
    await clock.advance(1);
    assert.deepEqual(told, ['web1,web2']);
    answers.note(result('web3'));
    await clock.advance(60_000);
    assert.deepEqual(told, ['web1,web2', 'web3']);
  });

  it('tell apart how jobs ended, which are no answers', async () => {
    const clock = createFakeClock();
    const answers = createLateAnswers(clock);
    const surface = createFakeSurface();
    const records: unknown[] = [];
    const dropped: unknown[] = [];
    followLate(answers, {
      thread: await surface.open({ state: 'discovering', header, found: 0 }),
      trail: { record: async (event: string, { nodes, reason }) => void records.push([event, nodes, reason]) } as Trail,
      report: makeReport({ results: [] }),
      jobs: { follow: () => Promise.resolve(), drop: (_run, nodes) => void dropped.push(...nodes) },
    });
    answers.noteJobEnd({ ...result('web2'), status: statusOf('ok') });
    answers.note(result('web1'));
    await clock.advance(5000);
    const nodesOf = (results: readonly { readonly node: string }[]): string[] => results.map(({ node }) => node);
    assert.deepEqual(
      surface.late.map(({ results }) => nodesOf(results)),
      [['web1']],
    );
    assert.deepEqual(
      surface.jobs.map(({ results, givenUp }) => [nodesOf(results), givenUp]),
      [[['web2'], []]],
    );
    assert.deepEqual(records, [
      ['unexpected', ['web1'], 'answered after the end of the run'],
      ['unexpected', ['web2'], 'the job of this run ended: ok'],
    ]);
    assert.deepEqual(dropped, ['web1', 'web2'], 'nobody asks after them again');
  });

  it('keep requests open until their time, not longer', async () => {
    const clock = createFakeClock();
    const closed: string[] = [];
    createLateAnswers(clock).hold([() => closed.push('a'), () => closed.push('b')], clock.now() + 5000);
    await clock.advance(4999);
    assert.deepEqual(closed, []);
    await clock.advance(1);
    assert.deepEqual(closed, ['a', 'b']);
  });
});
