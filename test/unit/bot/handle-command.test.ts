import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeRequest } from '../../../src/core/request.ts';
import { denied } from '../../fakes/decisions.ts';
import { settle } from '../../fakes/fake-clock.ts';
import { alive, createScene, type Script, sendReply } from './scripted-fleet.ts';

/** Nodes that answer discovery one after the other, 400 ms apart. */
const staggered = (count: number): Record<string, Script> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i): [string, Script] => [
      `n${i}`,
      (request) => ({ ...version('1')(request), delayMs: request.action === 'ping' ? i * 400 : 600 }),
    ]),
  );

const version = (ensure: string): Script => alive(() => ({ data: { ensure } }));

describe('a command', () => {
  it('is answered with what every node said', async () => {
    const { run, surface } = createScene({ web1: version('1.0'), web2: version('1.0'), web3: version('2.0') });
    const { report, exitCode } = await run('package status nginx');
    assert.equal(exitCode, 0);
    assert.equal(report?.outcome, 'OK');
    assert.deepEqual(report.counts, {
      targeted: 3,
      ok: 3,
      failed: 0,
      denied: 0,
      expired: 0,
      silent: 0,
      notSent: 0,
      unknown: 0,
    });
    assert.deepEqual(report.aggregates[0]?.values, [
      { value: '1.0', count: 2 },
      { value: '2.0', count: 1, nodes: ['web3'] },
    ]);
    assert.deepEqual(surface.roots.at(-1), { ...surface.roots.at(-1), state: 'running', answered: 3, targeted: 3 });
    assert.equal(surface.reports.length, 1);
  });

  it('names the nodes that were found and then stayed silent', async () => {
    const { run } = createScene({ web1: version('1.0'), web2: alive(() => undefined) });
    const { report, exitCode } = await run('package status nginx');
    assert.equal(exitCode, 3);
    assert.equal(report?.outcome, 'PARTIAL');
    assert.deepEqual(
      report.results.filter(({ outcome }) => outcome === 'silent').map(({ node }) => node),
      ['web2'],
    );
  });

  it('counts each status under its own outcome', async () => {
    const statuses = ['ok', 'aborted', 'denied', 'expired', 'timeout', 'busy', 'filtered', 'unknown error'] as const;
    const scripts = Object.fromEntries(statuses.map((status, i) => [`n${i}`, alive(() => ({ status }))]));
    const { report, exitCode } = await createScene(scripts).run('package status nginx');
    assert.equal(exitCode, 2);
    assert.deepEqual(report?.counts, {
      targeted: 8,
      ok: 1,
      failed: 5,
      denied: 1,
      expired: 1,
      silent: 0,
      notSent: 0,
      unknown: 0,
    });
  });

  it('asks nobody when nobody matches, and says so', async () => {
    const { run, bus } = createScene({});
    const { report, exitCode } = await run('package status nginx');
    assert.equal(exitCode, 1);
    assert.equal(report?.outcome, 'NO MATCH');
    assert.equal(report.problem?.code, 'usage/no-match');
    assert.equal(bus.published.length, 1, 'only the discovery');
  });

  it('says of nodes that are named beside a condition that it does not know which of the two it was', async () => {
    const { run } = createScene({});
    const one = (await run('package status nginx -I web1 -C webserver')).report?.problem;
    assert.equal(one?.message, '`web1` does not match: it does not answer, or a condition leaves it out');
    assert.match(one.hint ?? '', /`ping -I web1`/);
    const two = (await run('package status nginx -I web1 -I web2 -C webserver')).report?.problem;
    assert.match(two?.message ?? '', /^none of the 2 named nodes matches/);
    const pattern = (await run('package status nginx -I web1 -I /db/ -C webserver')).report?.problem;
    assert.equal(pattern?.message, 'no node matches');
  });

  it('tells nodes that are not believed from nodes that are not there', async () => {
    const scene = createScene({});
    const running = scene.run('package status nginx');
    await settle();
    scene.bus.deliver('/queue/mco.mcollective.reply.test', { body: new Uint8Array(9), signature: undefined });
    const { report, exitCode } = await running;
    assert.equal(exitCode, 1);
    assert.equal(report?.refusedAnswers, 1);
    assert.equal(report.problem?.code, 'untrusted/no-believable-answer');
  });

  it('is not sent when the broker is gone', async () => {
    const { run, bus } = createScene({ web1: version('1.0') });
    bus.cut();
    const { report, exitCode } = await run('package status nginx');
    assert.equal(exitCode, 4);
    assert.equal(report?.outcome, 'NOT SENT');
    assert.equal(report.problem?.code, 'unreachable/not-sent');
  });

  it('ends as unknown, not as silent, when the broker is lost while nodes are working', async () => {
    const scene = createScene({
      web1: alive(() => {
        scene.bus.cut();
        return undefined;
      }),
    });
    const { report, exitCode } = await scene.run('package status nginx');
    assert.equal(report?.outcome, 'UNKNOWN');
    assert.equal(report.counts.unknown, 1);
    assert.equal(exitCode, 3);
  });

  it('is told to nobody but the requester when it is misspelt, and sends nothing', async () => {
    const { run, bus, surface, audit } = createScene({ web1: version('1.0') });
    const { exitCode } = await run('package staus nginx');
    assert.equal(exitCode, 1);
    assert.equal(bus.published.length, 0);
    assert.equal(surface.roots.length, 0);
    assert.equal(surface.refusals[0]?.error.code, 'unknown/action');
    assert.match(surface.refusals[0].error.hint ?? '', /did you mean `status`/);
    assert.equal(audit.records.at(-1)?.event, 'refused');
  });

  it('is refused with the rule when policy denies it, and the denial is on record', async () => {
    const deny = () => denied('`package.update` needs write', 'roles.yaml:3');
    const { run, bus, surface, audit } = createScene({ web1: version('1.0') }, deny);
    const { exitCode } = await run('package update nginx');
    assert.equal(exitCode, 1);
    assert.equal(bus.published.length, 0);
    assert.deepEqual(surface.refusals[0]?.rules, ['roles.yaml:3']);
    assert.equal(surface.refusals[0].outcome, 'DENIED');
    const decided = audit.records.filter(({ event }) => event !== 'received');
    assert.deepEqual(
      decided.map(({ event, result, rules }) => [event, result, rules]),
      [['decided', 'deny', ['roles.yaml:3']]],
    );
  });

  it('is decided with its input, for who asks and where', async () => {
    const questions: unknown[] = [];
    const { run } = createScene({}, (question) => {
      questions.push(question);
      return denied();
    });
    await run('package update nginx');
    const memberships = { of: new Set(), unresolved: [] };
    const asker = { caller: 'person:ana', account: 'console:ana', place: 'console', memberships };
    const ask = { agent: 'package', action: 'update', effect: 'write', input: { package: 'nginx' } };
    assert.deepEqual(questions.at(-1), { ...asker, ...ask });
  });

  it('with an option that is not for it is refused with a caret', async () => {
    for (const option of ['--who ana', '--as ana', '--node web1']) {
      const { run, bus, surface } = createScene({ web1: version('1.0') });
      await run(`package status nginx ${option}`);
      const error = surface.refusals[0]?.error;
      assert.equal(error?.code, 'usage/unexpected-option');
      assert.equal(error.at?.text.slice(error.at.start, error.at.end), option.split(' ')[1]);
      assert.equal(bus.published.length, 0);
    }
  });

  it('is denied when deciding fails', async () => {
    const broken = () => {
      throw new Error('broken policy');
    };
    const { run, bus } = createScene({ web1: version('1.0') }, broken);
    assert.notEqual((await run('package status nginx')).exitCode, 0);
    assert.equal(bus.published.length, 0);
  });

  it('does nothing when the audit log is full', async () => {
    const { run, bus, audit, surface } = createScene({ web1: version('1.0') });
    audit.isFull = true;
    assert.equal((await run('package status nginx')).exitCode, 4);
    assert.equal(bus.published.length, 0);
    assert.equal(surface.refusals[0]?.error.code, 'failed/audit');
  });

  it('asks no node for the action when the intent can not be recorded', async () => {
    const scene = createScene({
      web1: alive(() => {
        throw new Error('must not be asked');
      }),
    });
    const { report } = await scene.run('package status nginx', {
      audit: {
        append: async (record) => {
          if (record.event === 'intent') throw new Error('disk full');
        },
      },
    });
    assert.equal(report?.counts.notSent, 1);
    assert.ok(scene.bus.published.every(({ body }) => decodeRequest(body).action === 'ping'));
  });

  it('leaves decision, intent and outcome in the audit trail, with secrets masked', async () => {
    const { run, audit } = createScene({ web1: alive() });
    await run('package update nginx token=hunter2');
    const records = audit.records.filter(({ event }) => event !== 'received');
    assert.deepEqual(
      records.map(({ event }) => event),
      ['decided', 'intent', 'answered', 'outcome'],
    );
    assert.deepEqual([records[1]?.nodes, records[1]?.count, records[1]?.rules], [['web1'], 1, ['roles.yaml:1']]);
    assert.doesNotMatch(JSON.stringify(audit.records), /hunter2/);
    assert.match(records[1]?.command ?? '', /^package update nginx 'token=\S+'$/);
    assert.equal(records[3]?.result, 'OK');
  });
});

describe('waiting', () => {
  it('shows that time goes on, and at the end whom it waits for', async () => {
    const { run, surface } = createScene({ web1: version('1'), web2: alive(() => undefined) });
    await run('package status nginx');
    const running = surface.roots.filter((view) => view.state === 'running');
    assert.ok(running.length > 5);
    assert.deepEqual(running.at(-1)?.waitingFor, ['web2']);
    assert.ok((running.at(-1)?.elapsedMs ?? 0) > (running.at(0)?.elapsedMs ?? 0) + 4000);
  });

  it('ends when a request that nobody began has expired, however long the action may take', async () => {
    const { run } = createScene({ web1: version('1'), web2: alive(() => undefined) });
    const { report } = await run('package status nginx --timeout 3600 --ttl 5');
    assert.equal(report?.counts.silent, 1);
    assert.ok(report.elapsedMs < 10_000);
  });

  it('goes on for a node that said it has begun', async () => {
    const scene = createScene({
      web1: alive((request) => {
        void sendReply(scene.bus, request, { sender: 'web1', kind: 'ack' });
        return { data: { ensure: '1' }, delayMs: 60_000 };
      }),
    });
    const { report } = await scene.run('package status nginx --timeout 100 --ttl 5');
    assert.equal(report?.outcome, 'OK');
  });
});

describe('targets', () => {
  it('of a read are asked by one broadcast', async () => {
    const { run, bus } = createScene({ web1: version('1'), web2: version('1') });
    await run('package status nginx');
    assert.deepEqual(
      bus.published.map(({ body }) => decodeRequest(body).audience),
      ['*', '*'],
    );
  });

  it('of a write are frozen and asked one by one with the write key', async () => {
    const { run, bus } = createScene({ web1: alive(), web2: alive() });
    await run('package update nginx');
    const sent = bus.published.slice(1).map(({ body }) => decodeRequest(body));
    assert.deepEqual(sent.map(({ audience }) => audience).sort(), ['web1', 'web2']);
    assert.ok(sent.every(({ signer }) => signer.principal === 'mco-write'));
    assert.equal(new Set(sent.map(({ id }) => id)).size, 2);
  });

  it('can not be written to without the write key', async () => {
    const { run, bus, bot } = createScene({ web1: alive() });
    const { refusal } = await run('package update nginx', { signers: { read: bot.signers.read } });
    assert.equal(refusal?.error.code, 'unreachable/no-write-key');
    assert.equal(bus.published.length, 0);
  });

  it('that were named are asked without discovery, so that one that is down shows', async () => {
    const { run, bus } = createScene({ web1: version('1') });
    const { report } = await run('package status nginx -I web1 -I web9');
    assert.equal(report?.counts.silent, 1);
    assert.ok(bus.published.every(({ body }) => decodeRequest(body).action === 'status'));
  });

  it('keep the filter in every request', async () => {
    const { run, bus } = createScene({ web1: version('1') });
    await run('package status nginx -F os=debian --limit 1');
    for (const { body } of bus.published) {
      assert.deepEqual(decodeRequest(body).filter.facts, [{ fact: 'os', op: '=', value: 'debian' }]);
      assert.deepEqual(decodeRequest(body).filter.agents, [{ is: 'package' }]);
    }
  });

  it('are as many as the limit says', async () => {
    const scripts = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`n${i}`, version('1')]));
    assert.equal((await createScene(scripts).run('package status x --limit 3')).report?.counts.targeted, 3);
    assert.equal((await createScene(scripts).run('package status x --limit 25%')).report?.counts.targeted, 2);
    assert.equal((await createScene(scripts).run('package status x -1')).report?.counts.targeted, 1);
  });

  it('are reached in waves, one after the other', async () => {
    const scripts = Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`n${i}`, version('1')]));
    const scene = createScene(scripts);
    const { report } = await scene.run('package status x --batch 2 --batch-sleep 3');
    assert.equal(report?.counts.ok, 5);
    const issued = scene.bus.published.slice(1).map(({ body }) => decodeRequest(body).issuedAt);
    const waves = [...new Set(issued)].map((at) => issued.filter((other) => other === at).length);
    assert.deepEqual(waves, [2, 2, 1]);
    const [first = 0, second = 0] = [...new Set(issued)];
    assert.ok(second - first >= 3000);
  });

  it('that were not reached before a cancel are counted as not sent', async () => {
    const scene = createScene({
      n0: alive(() => {
        scene.cancel.abort();
        return {};
      }),
      n1: version('1'),
      n2: version('1'),
    });
    const { report } = await scene.run('package status x --batch 1');
    assert.equal(report?.outcome, 'CANCELLED');
    assert.deepEqual([report.counts.unknown, report.counts.notSent], [1, 2]);
  });

  it('in an unknown collective are refused', async () => {
    const { refusal } = await createScene({}).run('package status x -T dmzz');
    assert.equal(refusal?.error.code, 'unknown/collective');
    assert.match(refusal.error.hint ?? '', /dmz/);
  });
});

describe('discovery', () => {
  it('is the whole answer to find and ping', async () => {
    const { run, bus } = createScene({ web1: alive(), web2: alive() });
    const { report } = await run('find');
    assert.deepEqual(report?.results.map(({ node }) => node).sort(), ['web1', 'web2']);
    assert.equal(bus.published.length, 1);
  });

  it('counts a node that denies the ping: it matched', async () => {
    const { run } = createScene({ web1: () => ({ status: 'denied' }) });
    assert.equal((await run('package status nginx')).report?.counts.denied, 1);
  });

  it('sets a node aside whose clock is off', async () => {
    const { run } = createScene({ web1: version('1'), web2: () => ({ status: 'expired' }) });
    const { report } = await run('package status nginx');
    assert.deepEqual(report?.unexpected, ['web2']);
    assert.equal(report.counts.targeted, 1);
  });

  it('shows the nodes that answered it too late', async () => {
    const late: Script = (request) => ({ ...version('1')(request), delayMs: request.action === 'ping' ? 3000 : 5 });
    const slow: Script = (request) => ({ ...version('1')(request), delayMs: request.action === 'ping' ? 5 : 4000 });
    const { report } = await createScene({ web1: slow, web2: late }).run('package status nginx');
    assert.equal(report?.counts.targeted, 1);
    assert.deepEqual(report.unexpected, ['web2']);
  });

  it('does not wonder about those that answer after the limit was reached', async () => {
    const scene = createScene(staggered(9));
    const { report } = await scene.run('package status nginx --limit 2');
    assert.equal(report?.counts.targeted, 2);
    assert.deepEqual(report.unexpected, []);
    assert.deepEqual(scene.refused, []);
  });

  it('goes on while nodes still answer', async () => {
    assert.equal((await createScene(staggered(12)).run('package status nginx')).report?.counts.targeted, 12);
  });

  it('waits for late nodes as long as --dt says', async () => {
    const late: Script = (request) => ({ ...version('1')(request), delayMs: request.action === 'ping' ? 4000 : 5 });
    const hasty = await createScene({ web1: version('1'), web2: late }).run('package status nginx');
    const patient = await createScene({ web1: version('1'), web2: late }).run('package status nginx --dt 5');
    assert.equal(hasty.report?.counts.targeted, 1);
    assert.equal(patient.report?.counts.targeted, 2);
  });
});
