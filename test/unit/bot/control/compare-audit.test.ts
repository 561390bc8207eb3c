import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AGENT_DESCRIPTIONS } from '../../../../agent/plugins/index.ts';
import { openAuditTrail } from '../../../../src/adapters/store/audit/open-audit-trail.ts';
import type { Bot } from '../../../../src/bot/bot.ts';
import type { AuditRecord } from '../../../../src/core/audit.ts';
import type { JsonValue } from '../../../../src/core/json.ts';
import type { StatusName } from '../../../../src/core/reply.ts';
import type { Request } from '../../../../src/core/request.ts';
import { allowed, denied } from '../../../fakes/decisions.ts';
import { createScene, type Script } from '../scripted-fleet.ts';

interface Memory {
  readonly script: Script;
  readonly records: AuditRecord[];
}

/** A node that answers, writes down what it did, and tells of that. */
function createNode(
  name: string,
  { status = 'ok', tells = true }: { status?: StatusName; tells?: boolean } = {},
): Memory {
  const records: AuditRecord[] = [];
  const note = (request: Request, event: AuditRecord['event'], fields: Partial<AuditRecord>): void =>
    void records.push({
      at: 'then',
      by: `node:${name}`,
      event,
      run: request.run,
      request: request.id,
      caller: request.caller,
      action: `${request.agent}.${request.action}`,
      ...fields,
    });
  return {
    records,
    script(request) {
      if (request.action === 'audit') {
        const found = records.filter(({ run }) => run === request.input.run);
        return tells
          ? { data: { records: JSON.parse(JSON.stringify(found)) as JsonValue, truncated: false } }
          : undefined;
      }
      const ended = request.action === 'ping' ? 'ok' : status;
      note(request, 'intent', { digest: request.targets?.digest });
      note(request, 'outcome', { result: ended });
      return { status: ended, data: {} };
    },
  };
}

async function createSite(nodes: Readonly<Record<string, Memory>>, decide?: Parameters<typeof createScene>[1]) {
  const scripts = Object.fromEntries(Object.entries(nodes).map(([name, { script }]) => [name, script]));
  const scene = createScene(scripts, decide);
  const trail = await openAuditTrail({
    path: ':memory:',
    by: 'bot:test',
    clock: scene.clock,
    onProblem(problem) {
      throw problem;
    },
  });
  const parts: Partial<Bot> = { trail, audit: trail, agents: AGENT_DESCRIPTIONS };
  return {
    ...scene,
    trail,
    run: (text: string, more: Partial<Bot> = {}) => scene.run(text, { ...parts, ...more }),
    lastRun: async (): Promise<string> => {
      const [run] = await scene.bot.store.runs.list({ chat: 'terminal', channel: '', max: 1 });
      return run?.id ?? assert.fail('there is no run');
    },
    requests: () => scene.bus.published.map(({ body }) => JSON.parse(new TextDecoder().decode(body)) as Request),
  };
}

const linesOf = (answer: { sections: readonly { lines: readonly string[] }[] } | undefined): string[] =>
  (answer?.sections ?? []).flatMap(({ lines }) => [...lines]);

test('where bot and nodes tell the same, that is said', async () => {
  const site = await createSite({ web1: createNode('web1'), web2: createNode('web2', { status: 'aborted' }) });
  await site.run('package update bash -F osfamily=Debian');
  const { answer, refusal } = await site.run('audit compare last');
  assert.equal(refusal, undefined, refusal?.error.message);
  assert.match(answer?.title ?? '', /^OK: the stories agree: the bot and 2 nodes/);
});

test('a node that tells another story is named with both', async () => {
  const web1 = createNode('web1');
  const site = await createSite({ web1, web2: createNode('web2') });
  await site.run('package update bash -F osfamily=Debian');
  const end = web1.records.findIndex(({ event, action }) => event === 'outcome' && action === 'package.update');
  web1.records[end] = { ...(web1.records[end] ?? assert.fail()), result: 'aborted' };
  const { answer } = await site.run('audit compare last');
  assert.match(answer?.title ?? '', /^FAILED: the stories of run .* differ: 1 of 2 nodes$/);
  assert.match(linesOf(answer)[0] ?? '', /^web1: the bot was told `ok`, the node ran it: `aborted`$/);
});

test('a node that does not answer is named, and contradicts nobody', async () => {
  const site = await createSite({ web1: createNode('web1'), web2: createNode('web2', { tells: false }) });
  await site.run('package update bash -F osfamily=Debian');
  const { answer } = await site.run('audit compare last');
  assert.match(answer?.title ?? '', /^INCOMPLETE: 1 node tells the same of run \S{4}, 1 does not tell$/);
  assert.match(linesOf(answer)[0] ?? '', /^web2: does not tell: no answer$/);
  assert.match(linesOf(answer).at(-1) ?? '', /^run [0-9a-f-]{36}$/);
});

test('what contradicts counts for more than what is not told', async () => {
  const web1 = createNode('web1');
  const site = await createSite({ web1, web2: createNode('web2', { tells: false }) });
  await site.run('package update bash -F osfamily=Debian');
  web1.records.splice(0);
  const { answer } = await site.run('audit compare last');
  assert.match(answer?.title ?? '', /^FAILED: the stories of run \S{4} differ: 1 of 2 nodes, 1 more does not tell$/);
  assert.deepEqual(
    answer?.sections.map(({ heading }) => heading),
    ['What differs', 'Who does not tell', undefined],
  );
});

test("the nodes' records are for those who may read the bot's: `rpcutil.audit` takes both rights", async () => {
  const site = await createSite({ web1: createNode('web1') }, ({ agent }: { agent?: string; action: string }) =>
    agent === 'mcobot' ? denied('no trail for you', 'roles.yaml:9') : allowed('roles.yaml:1'),
  );
  await site.run('package status bash -I web1');
  const before = site.requests().length;
  const { refusal } = await site.run(`rpc rpcutil audit run=${await site.lastRun()} -I web1`);
  assert.equal(refusal?.outcome, 'DENIED');
  assert.equal(refusal?.error.message, '`rpcutil.audit` needs `mcobot.audit` as well: no trail for you');
  assert.deepEqual(refusal?.rules, ['roles.yaml:9']);
  assert.equal(site.requests().length, before);
  const [decided] = (await site.trail.find({ action: 'rpcutil.audit', max: 9 })).map(({ record }) => record);
  assert.deepEqual([decided?.event, decided?.result], ['decided', 'deny']);
});

test('asking the nodes is a run of the asker: decided, recorded, kept, and sent to the nodes of the run alone', async () => {
  const site = await createSite({ web1: createNode('web1'), web2: createNode('web2') });
  await site.run('package status bash -I web1');
  const run = await site.lastRun();
  const before = site.requests().length;
  await site.run('audit compare last');
  const [request, ...more] = site.requests().slice(before);
  assert.deepEqual(more, []);
  assert.equal(request?.audience, 'web1');
  assert.equal(request?.caller, 'person:ana');
  assert.deepEqual(request?.input, { run });
  const own = await site.lastRun();
  assert.notEqual(own, run);
  const records = (await site.trail.find({ run: own, max: 100 })).map(({ record }) => record);
  assert.deepEqual(
    records.map(({ event, action, caller }) => `${event} ${action} ${caller}`),
    ['decided', 'intent', 'answered', 'outcome'].map((event) => `${event} rpcutil.audit person:ana`),
  );
  assert.match(records[0]?.command ?? '', new RegExp(`^rpc rpcutil audit run=${run} --nodes ${run.slice(-8)}`));
  const [kept] = await site.bot.store.runs.findByEnd({ chat: 'terminal', channel: '' }, own);
  assert.equal(kept?.end?.outcome, 'OK');
});

test('the run that is meant by `last` is not the comparison before', async () => {
  const site = await createSite({ web1: createNode('web1') });
  await site.run('package status bash -I web1');
  const short = (await site.lastRun()).slice(-4);
  await site.run('audit compare last');
  assert.match((await site.run('audit compare last')).answer?.title ?? '', new RegExp(`of run ${short}$`));
  assert.match((await site.run(`audit compare ${short}`)).answer?.title ?? '', new RegExp(`of run ${short}$`));
});

test('who may read the trail but not ask the nodes is told so, and no node is asked', async () => {
  const site = await createSite(
    { web1: createNode('web1') },
    ({ agent, action }: { agent?: string; action: string }) =>
      agent === 'rpcutil' && action === 'audit' ? denied('not for you', 'roles.yaml:9') : allowed('roles.yaml:1'),
  );
  await site.run('package status bash -I web1');
  const before = site.requests().length;
  const { refusal } = await site.run('audit compare last');
  assert.equal(refusal?.outcome, 'DENIED');
  assert.equal(refusal?.error.message, 'not for you');
  assert.equal(site.requests().length, before);
});

for (const [what, command, code] of [
  ['a run that is not on record', 'audit compare dead', 'unknown/run'],
  ['no run at all', 'audit compare last', 'unknown/run'],
] as const) {
  test(`${what} can not be compared`, async () => {
    const site = await createSite({ web1: createNode('web1') });
    assert.equal((await site.run(command)).refusal?.error.code, code);
  });
}

test('a run that was denied asked nobody, so there is nothing to compare', async () => {
  const site = await createSite({ web1: createNode('web1') }, ({ action }) =>
    action === 'update' ? denied('no', 'roles.yaml:9') : allowed('roles.yaml:1'),
  );
  await site.run('package update bash -I web1');
  const [decided] = await site.trail.find({ action: 'package.update', max: 1 });
  const short = decided?.record.run?.slice(-8) ?? assert.fail();
  assert.equal((await site.run(`audit compare ${short}`)).refusal?.error.code, 'usage/nothing-sent');
});

test('a run that the bot did not end is told as such', async () => {
  const site = await createSite({ web1: createNode('web1') });
  const run = '0190a6f0-1c2d-7b3e-8f4a-5b6c7d8e7f3a';
  const about = { at: new Date(0).toISOString(), by: 'bot:test', run, action: 'package.update', caller: 'person:ana' };
  await site.trail.append({ ...about, event: 'intent', nodes: ['web1'] });
  const lines = linesOf((await site.run('audit compare 7f3a')).answer);
  assert.deepEqual(lines.slice(0, 2), [
    'the run: the bot has no record of its end: it goes on, or was cut off',
    'web1: neither the bot nor the node has a record of how it ended',
  ]);
});
