import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { countOutcomes } from '../../../../src/bot/collecting/tally.ts';
import { createRunKeeper, recordUnanswered } from '../../../../src/bot/records/keep-run.ts';
import { startTrail, type Trail } from '../../../../src/bot/records/trail.ts';
import type { AgentDescription } from '../../../../src/core/agent-description.ts';
import { writeCanonicalJson } from '../../../../src/core/canonical-json.ts';
import { McoError } from '../../../../src/core/errors.ts';
import { EVERYBODY } from '../../../../src/core/filter.ts';
import { statusOf } from '../../../../src/core/reply.ts';
import type { NodeResult, Outcome, RunReport } from '../../../../src/core/report.ts';
import { settle } from '../../../fakes/fake-clock.ts';
import { createScene } from '../scripted-fleet.ts';

const SECRET = 'hunter2-and-more';
const VAULT: AgentDescription = {
  agent: 'vault',
  version: '1.0',
  about: 'keeps secrets',
  actions: {
    set: {
      about: 'sets one',
      effect: 'write',
      timeoutMs: 1000,
      input: { token: { about: 'the secret', type: 'string', secret: true } },
      output: {},
    },
  },
};

const resultFor = (node: string, outcome: NodeResult['outcome'], message = ''): NodeResult => {
  const isAnswer = outcome === 'ok' || outcome === 'failed';
  const status = isAnswer ? statusOf(outcome === 'ok' ? 'ok' : 'aborted', message) : undefined;
  return { node, outcome, status, data: {}, elapsedMs: isAnswer ? 31 : undefined };
};

const reportOf = (outcome: Outcome, results: readonly NodeResult[]): RunReport =>
  ({ outcome, results, counts: countOutcomes(results) }) as RunReport;

function setUp(text = 'package status bash') {
  const { bot, audit, clock } = createScene({});
  const agents = [...bot.agents, VAULT];
  const origin = { chat: 'slack', channel: 'T1/C1' };
  const trail: Trail = startTrail({ ...bot, agents }, { text, account: 'slack:T1/ana', origin });
  return { bot, audit, clock, trail };
}

describe('the trail of a command', () => {
  it('repeats what is known, and of answers only what finds them again', async () => {
    const { audit, trail } = setUp();
    await trail.record('received', {});
    trail.know({ run: 'r1', caller: 'person:ana', action: 'package.status', input: { package: 'bash' } });
    await trail.record('intent', { nodes: ['web1'] });
    await trail.record('answered', { node: 'web1', result: 'ok', reason: '' });
    const [received, intent, answered] = audit.records;
    assert.deepEqual([received?.caller, received?.command], ['slack:T1/ana', 'package status bash']);
    assert.deepEqual([intent?.caller, intent?.command, intent?.run], ['person:ana', 'package status bash', 'r1']);
    const { at, by, reason, ...rest } = answered ?? assert.fail();
    assert.ok(at !== '' && by !== '' && reason === undefined);
    assert.deepEqual(rest, {
      event: 'answered',
      run: 'r1',
      caller: 'person:ana',
      action: 'package.status',
      node: 'web1',
      result: 'ok',
    });
  });

  it('leaves a large filter out, and says what it was', async () => {
    const { bot, audit, trail } = setUp();
    const filter = { ...EVERYBODY, classes: Array.from({ length: 200 }, (_, i) => ({ is: `class${i}` })) };
    trail.know({ filter });
    await trail.record('decided', { result: 'deny', reason: 'no rule' });
    const text = writeCanonicalJson(filter);
    assert.equal(audit.records[0]?.filter, undefined);
    assert.equal(
      audit.records[0]?.reason,
      `no rule; the filter is left out: ${text.length} characters, SHA-256 ${bot.hash(text)}`,
    );
  });

  it('keeps no more of a message than what recognises it', async () => {
    const { audit, trail } = setUp(`package status ${'x'.repeat(3000)}`);
    await trail.record('received', {});
    await trail.record('decided', {});
    assert.equal(audit.records[0]?.command?.length, 400);
    assert.ok((audit.records[1]?.command?.length ?? 0) > 3000);
  });

  it('holds no secret, neither as it was typed nor as a node quotes it', async () => {
    const { audit, trail } = setUp(`rpc vault set token=${SECRET}`);
    await trail.record('received', {});
    await trail.record('answered', { node: 'web1', result: 'failed', reason: `\`${SECRET}\` is too short` });
    const error = trail.hideSecrets(new McoError('usage/bad-value', `\`${SECRET}\` is no number`));
    await trail.record('refused', { code: error.code, reason: error.message });
    assert.equal(audit.records.length, 3);
    assert.ok(!JSON.stringify(audit.records).includes(SECRET), JSON.stringify(audit.records));
    assert.match(audit.records[1]?.reason ?? '', /is too short/);
  });

  it('cuts what a node says', async () => {
    const { audit, trail } = setUp();
    await trail.record('answered', { node: 'web1', result: 'failed', reason: 'x'.repeat(4000) });
    assert.equal(audit.records[0]?.reason?.length, 500);
  });
});

describe('the answers of a run', () => {
  it('are on record one by one, with the request they belong to, before they are kept with the run', async () => {
    const { bot, audit, clock, trail } = setUp();
    trail.know({ run: 'r1' });
    const kept: string[] = [];
    const runs = {
      ...bot.store.runs,
      addRequests: async () => {},
      addResults: async (_: string, results: readonly NodeResult[]) => {
        kept.push(...results.map(({ node }) => `${node} after ${audit.records.length}`));
      },
    };
    const keeper = createRunKeeper({ store: { ...bot.store, runs }, clock }, 'r1', trail);
    await keeper.noteRequests([{ id: 'q1', nodes: ['web1', 'web2'], sentAt: 0, waitUntil: 1 }]);
    keeper.noteResult(resultFor('web2', 'failed', 'no such package'));
    keeper.noteResult(resultFor('web1', 'ok'));
    await settle();
    assert.deepEqual(
      audit.records.map(({ event, node, request, result, reason, elapsedMs }) => ({
        event,
        node,
        request,
        result,
        reason,
        elapsedMs,
      })),
      [
        { event: 'answered', node: 'web2', request: 'q1', result: 'aborted', reason: 'no such package', elapsedMs: 31 },
        { event: 'answered', node: 'web1', request: 'q1', result: 'ok', reason: undefined, elapsedMs: 31 },
      ],
    );
    assert.deepEqual(kept, []);
    await clock.advance(250);
    assert.deepEqual(kept, ['web2 after 2', 'web1 after 2']);
  });

  it('are kept with the run only when they are on record', async () => {
    const { bot, clock } = createScene({});
    const waiting: (() => void)[] = [];
    const audit = { append: () => new Promise<void>((resolve) => void waiting.push(resolve)) };
    const message = { text: 'ping', account: 'slack:T1/ana', origin: { chat: 'slack', channel: 'T1/C1' } };
    const kept: string[] = [];
    const runs = {
      ...bot.store.runs,
      addResults: async (_: string, results: readonly NodeResult[]) =>
        void kept.push(...results.map(({ node }) => node)),
    };
    const keeper = createRunKeeper(
      { store: { ...bot.store, runs }, clock },
      'r1',
      startTrail({ ...bot, audit }, message),
    );
    keeper.noteResult(resultFor('web1', 'ok'));
    await clock.advance(1000);
    assert.deepEqual([waiting.length, kept], [1, []]);
    for (const resolve of waiting) resolve();
    await settle();
    assert.deepEqual(kept, ['web1']);
  });

  it('are kept with the run also where the trail is full', async () => {
    const { bot, audit, clock, trail } = setUp();
    audit.isFull = true;
    const kept: string[] = [];
    const runs = {
      ...bot.store.runs,
      addResults: async (_: string, results: readonly NodeResult[]) =>
        void kept.push(...results.map(({ node }) => node)),
    };
    createRunKeeper({ store: { ...bot.store, runs }, clock }, 'r1', trail).noteResult(resultFor('web1', 'ok'));
    await clock.advance(250);
    assert.deepEqual(kept, ['web1']);
  });

  it('that never came are on record at the end, and where nobody was asked nothing is', async () => {
    const { audit, trail } = setUp();
    const results = [
      resultFor('a', 'ok'),
      resultFor('b', 'silent'),
      resultFor('c', 'unknown'),
      resultFor('d', 'notSent'),
    ];
    await recordUnanswered(reportOf('UNKNOWN', results), trail);
    assert.deepEqual(
      audit.records.map(({ event, node, result }) => [event, node, result]),
      [
        ['answered', 'b', 'silent'],
        ['answered', 'c', 'unknown'],
        ['answered', 'd', 'notSent'],
      ],
    );
    const unsent = [resultFor('a', 'notSent'), resultFor('b', 'notSent')];
    for (const outcome of ['PREVIEW', 'REJECTED', 'WITHDRAWN', 'EXPIRED', 'DENIED'] as const) {
      await recordUnanswered(reportOf(outcome, unsent), trail);
    }
    assert.equal(audit.records.length, 3);
    await recordUnanswered(reportOf('NOT SENT', unsent), trail);
    assert.equal(audit.records.length, 5);
    audit.isFull = true;
    await assert.rejects(recordUnanswered(reportOf('NOT SENT', unsent), trail), { code: 'failed/audit' });
  });
});
