import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Question } from '../../../../src/bot/bot.ts';
import { broadcastDestination } from '../../../../src/core/destinations.ts';
import { exitCodeOf } from '../../../../src/core/report.ts';
import { decodeRequest, type Request } from '../../../../src/core/request.ts';
import type { Decision } from '../../../../src/policy/policy.ts';
import { allowed, allowedBy, denied, grantOf } from '../../../fakes/decisions.ts';
import { alive, createScene, type Script, sendReply } from '../scripted-fleet.ts';

const OLD = `-S "package('libc6').version < '2.19-0ubuntu6.5'"`;

type Scene = ReturnType<typeof createScene>;

/** A node that says that it takes a while, and then how it ended; undefined: nothing more. */
function startSlow(
  { bus, clock }: Scene,
  sender: string,
  { ms, status }: { ms: number; status?: 'ok' | 'filtered' | 'aborted' },
) {
  bus.subscribe(broadcastDestination('mcollective'), ({ body }) => {
    const request = decodeRequest(body);
    clock.after(300, () => void sendReply(bus, request, { sender, kind: 'ack' }));
    if (status !== undefined) clock.after(ms, () => void sendReply(bus, request, { sender, status, seq: 1 }));
  });
}

const failing: Script = () => ({ status: 'aborted' });
const denying: Script = () => ({ status: 'denied' });
const sent = ({ bus }: Scene): Request[] => bus.published.map(({ body }) => decodeRequest(body));

describe('a filter with a data function', () => {
  it('travels to everybody, and who answers matches', async () => {
    const scene = createScene({ web1: alive(), web2: alive() });
    const { report } = await scene.run(`find ${OLD}`);
    assert.equal(report?.outcome, 'OK');
    assert.deepEqual(
      report?.results.map(({ node }) => node),
      ['web1', 'web2'],
    );
    assert.equal(report?.undecided, undefined);
    const [request] = sent(scene);
    assert.deepEqual(request?.filter.where, [
      { data: { function: 'package', argument: 'libc6', field: 'version', op: '<', value: '2.19-0ubuntu6.5' } },
    ]);
  });

  it('does not count who could not say, and lists them', async () => {
    const scene = createScene({ web1: alive(), web2: failing, web3: denying });
    const { report, exitCode } = await scene.run(`find ${OLD}`);
    assert.deepEqual(
      report?.results.map(({ node }) => node),
      ['web1'],
    );
    assert.deepEqual(report?.undecided, [
      { node: 'web2', reason: 'aborted' },
      { node: 'web3', reason: 'denied' },
    ]);
    assert.deepEqual(report?.unexpected, []);
    assert.equal(report?.outcome, 'PARTIAL');
    assert.equal(exitCode, report && exitCodeOf(report));
    assert.equal(exitCode, 3);
  });

  it('sends nothing to who could not say', async () => {
    const scene = createScene({ web1: alive(), web2: failing });
    const { report } = await scene.run(`package update libc6 ${OLD}`);
    assert.equal(report?.counts.targeted, 1);
    assert.deepEqual(
      sent(scene).map(({ action, audience }) => `${action} ${audience}`),
      ['ping *', 'update web1'],
    );
    assert.equal(report?.undecided?.length, 1);
  });

  it('is no match where nobody could say: it is unknown', async () => {
    const { report } = await createScene({ web1: failing }).run(`find ${OLD}`);
    assert.equal(report?.outcome, 'UNKNOWN');
    assert.match(report?.problem?.message ?? '', /no node is known to match, and one node could not say/);
  });

  it('takes any answer for a match where no data function is asked', async () => {
    const { report } = await createScene({ web1: alive(), web2: failing }).run('find -C web');
    assert.equal(report?.counts.targeted, 2);
    assert.equal(report?.undecided, undefined);
  });

  it('waits for nodes that say that they take a while', async () => {
    const scene = createScene({ web1: alive() });
    startSlow(scene, 'web2', { ms: 9000, status: 'ok' });
    startSlow(scene, 'web3', { ms: 9500, status: 'filtered' });
    startSlow(scene, 'web4', { ms: 8000, status: 'aborted' });
    const { report } = await scene.run(`find ${OLD}`);
    assert.deepEqual(
      report?.results.map(({ node }) => node),
      ['web1', 'web2'],
    );
    assert.deepEqual(report?.undecided, [{ node: 'web4', reason: 'aborted' }]);
    assert.deepEqual(report?.unexpected, []);
  });

  it('does not wait for ever: who said no more is listed', async () => {
    const scene = createScene({ web1: alive() });
    startSlow(scene, 'web2', { ms: 0 });
    const { report } = await scene.run(`find ${OLD}`);
    assert.deepEqual(report?.undecided, [{ node: 'web2', reason: 'it did not say in time' }]);
  });

  it('is not waited for where enough were found', async () => {
    const scene = createScene({ web1: alive() });
    startSlow(scene, 'web2', { ms: 9000, status: 'ok' });
    const { report } = await scene.run(`find ${OLD} --limit 1`);
    assert.deepEqual([report?.outcome, report?.counts.targeted, report?.undecided], ['OK', 1, undefined]);
  });
});

describe('the right to a data function', () => {
  const decide =
    (data: (question: Question) => Decision) =>
    (question: Question): Decision =>
      question.agent === 'data' ? data(question) : allowed('roles.yaml:1');

  async function run(text: string, data: (question: Question) => Decision) {
    const scene = createScene({ web1: alive() });
    const handled = await scene.run(text, { authority: { ...scene.bot.authority, decide: decide(data) } });
    return { ...scene, handled };
  }

  it('is asked with the argument, as a read', async () => {
    const asked: Question[] = [];
    const { audit } = await run(`find -S "not fstat('/etc/hosts').size > 1 or puppet().enabled = true"`, (question) => {
      asked.push(question);
      return allowed('roles.yaml:7');
    });
    const [fstat, puppet] = asked;
    assert.deepEqual([fstat?.action, fstat?.effect, fstat?.input], ['fstat', 'read', { argument: '/etc/hosts' }]);
    assert.deepEqual([puppet?.action, puppet?.input, puppet?.caller], ['puppet', {}, 'person:ana']);
    assert.deepEqual(audit.records.find(({ event }) => event === 'decided')?.rules, ['roles.yaml:1', 'roles.yaml:7']);
  });

  it('is needed: without it nothing is sent, and the rule is told and recorded', async () => {
    const { bus, surface, audit } = await run(`find ${OLD}`, () => denied('that is none of yours', 'roles.yaml:9'));
    assert.deepEqual(bus.published, []);
    const [refusal] = surface.refusals;
    assert.match(refusal?.error.message ?? '', /`package\('libc6'\)` in the filter: that is none of yours/);
    assert.deepEqual(refusal?.rules, ['roles.yaml:9']);
    assert.equal(audit.records.find(({ event }) => event === 'decided')?.result, 'deny');
  });

  it('for some nodes only narrows the whole run to them', async () => {
    const web = { text: '-C web', expression: { class: { is: 'web' } } } as const;
    const db = { text: '-C db', expression: { class: { is: 'db' } } } as const;
    const { bus } = await run(`find ${OLD}`, () => ({
      ...allowedBy(grantOf({ nodes: web }), grantOf({ nodes: db })),
      excluded: [{ text: '-C secret', expression: { class: { is: 'secret' } } }],
    }));
    const [request] = bus.published.map(({ body }) => decodeRequest(body));
    assert.deepEqual(request?.filter.where.slice(1), [
      { not: { class: { is: 'secret' } } },
      { not: { not: { any: [web.expression, db.expression] } } },
    ]);
  });

  it('that depends on a number of nodes or on an approval is none', async () => {
    for (const limit of [{ maxNodes: 5 }, { requireFilter: true }]) {
      const { bus, surface } = await run(`find ${OLD}`, () => allowedBy(grantOf(limit)));
      assert.deepEqual(bus.published, []);
      assert.match(surface.refusals[0]?.error.message ?? '', /conditions that a filter can't keep/);
    }
    const { handled } = await run(`find ${OLD}`, () => allowedBy(grantOf({ maxNodes: 5 }), grantOf()));
    assert.equal(handled.report?.outcome, 'OK');
  });
});
