import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DataFunctionDescription, DataSource } from '../../../../src/core/data-functions.ts';
import { McoError } from '../../../../src/core/errors.ts';
import { type DataTest, EVERYBODY, type Expression, type Filter } from '../../../../src/core/filter.ts';
import { readNodePolicy } from '../../../../src/policy/read-policy.ts';
import { settle } from '../../../fakes/fake-clock.ts';
import { createFakeNode } from '../fake-node.ts';

const POLICY = `
signers: { mco-write: { effect: write, callers: ["person:*"] } }
roles:
  asker: { allow: [{ actions: ["probe.*"], effect: write }, { actions: ["data.size"], effect: read }] }
  narrow: { allow: [{ actions: ["probe.*"], effect: read }, { actions: ["data.size"], effect: read, inputs: { argument: ["/srv/*"] } }] }
  blind: { allow: [{ actions: ["probe.*"], effect: read }] }
bindings:
  - { role: asker, who: ["person:ana"] }
  - { role: narrow, who: ["person:bob"] }
  - { role: blind, who: ["person:eve"] }
`;

const SIZE: DataFunctionDescription = {
  name: 'size',
  about: 'how large something is',
  argument: { about: 'a path', type: 'string', pattern: '/.*' },
  fields: { bytes: { about: 'its size', type: 'number' }, name: { about: 'its name', type: 'text' } },
  timeoutMs: 4000,
  example: "size('/a').bytes > 1",
};

type Find = DataSource['find'];

function createNode(find: Find = async () => ({ bytes: 5, name: 'a' })) {
  const asked: string[] = [];
  let atWork = 0;
  let most = 0;
  const source: DataSource = {
    description: SIZE,
    async find(call, signal) {
      asked.push(`${call.argument} ${[...call.fields].join('+')}`);
      most = Math.max(most, ++atWork);
      try {
        return await find(call, signal);
      } finally {
        atWork -= 1;
      }
    },
  };
  const policy = readNodePolicy(POLICY, 'node.yaml');
  return { ...createFakeNode({ policy: () => policy, data: [source] }), asked, most: () => most };
}

const size = (argument: string, value = '1', fields: Partial<DataTest> = {}): Expression => ({
  data: { function: 'size', argument, field: 'bytes', op: '>', value, ...fields } as DataTest,
});
const filterOf = (...where: Expression[]): Filter => ({ ...EVERYBODY, where });
const isDebian: Expression = { fact: { fact: 'osfamily', op: '=', value: 'Debian' } };
const isRedHat: Expression = { fact: { fact: 'osfamily', op: '=', value: 'RedHat' } };

test('a node that matches runs the action, and has the call on record before it', async () => {
  const node = createNode();
  const [reply] = await node.send({ audience: '*', filter: filterOf(size('/a')) });
  assert.equal(reply?.status.name, 'ok');
  assert.deepEqual(node.asked, ['/a bytes']);
  assert.deepEqual(node.events(), ['intent', 'intent', 'outcome ok']);
  const [data, action] = node.audit.records;
  assert.equal(data?.action, 'data.size');
  assert.deepEqual(data?.input, { argument: '/a' });
  assert.ok((data?.rules ?? []).length > 0);
  assert.equal(action?.action, 'probe.look');
});

test('a node that does not match is silent to a broadcast, and says `filtered` when it was named', async () => {
  const node = createNode();
  assert.deepEqual(await node.send({ audience: '*', filter: filterOf(size('/a', '9')) }), []);
  const [reply] = await node.send({ action: 'change', filter: filterOf(size('/a', '9')) });
  assert.equal(reply?.status.name, 'filtered');
  assert.deepEqual(node.ran, []);
  assert.equal(node.runtime.counters.unmatched, 2);
});

test('what is in memory decides first, and each different call is made once', async () => {
  const node = createNode();
  await node.send({ audience: '*', filter: filterOf(size('/a'), isRedHat) });
  await node.send({ audience: '*', filter: filterOf({ any: [size('/a'), isDebian] }) });
  assert.deepEqual(node.asked, []);
  const name = size('/a', 'a', { field: 'name', op: '=' });
  await node.send({ filter: filterOf(size('/a'), name, { not: size('/b', '9') }, size('/a', '2')) });
  assert.deepEqual(node.asked, ['/a bytes+name', '/b bytes']);
  assert.deepEqual(node.ran, ['look', 'look']);
});

const denied = [
  ['who may not read it', { caller: 'person:eve' }, '/a'],
  ['who may not read that', { caller: 'person:bob' }, '/a'],
] as const;
for (const [who, fields, path] of denied) {
  test(`nothing is asked for somebody ${who}, and they are told`, async () => {
    const node = createNode();
    const [reply] = await node.send({ ...fields, audience: '*', filter: filterOf(size(path)) });
    assert.equal(reply?.status.name, 'denied');
    assert.match(reply?.status.message ?? '', /`data\.size`/);
    assert.deepEqual(node.asked, []);
    assert.deepEqual(node.events(), ['decided denied/policy']);
  });
}

test('one call that is denied keeps all others from being made', async () => {
  const node = createNode();
  await node.send({ caller: 'person:bob', filter: filterOf(size('/srv/a'), size('/etc/b')) });
  assert.deepEqual(node.asked, []);
  const [reply] = await node.send({ caller: 'person:bob', filter: filterOf(size('/srv/a')) });
  assert.equal(reply?.status.name, 'ok');
});

test('nothing is asked for a message that is not signed, is old, or came before', async () => {
  const node = createNode();
  const filter = filterOf(size('/a'));
  await node.send({ filter }, { unsigned: true });
  await node.send({ filter, issuedAt: node.clock.now() - 300_000, notAfter: node.clock.now() - 200_000 });
  assert.deepEqual(node.asked, []);
  const id = '01890000-0000-7000-9000-00000000000a';
  await node.send({ filter, id });
  await node.send({ filter, id });
  assert.deepEqual(node.asked, ['/a bytes']);
});

test('a call that can not be recorded is not made', async () => {
  const node = createNode();
  node.audit.isFull = true;
  const [reply] = await node.send({ audience: '*', filter: filterOf(size('/a')) });
  assert.equal(reply?.status.name, 'aborted');
  assert.match(reply?.status.message ?? '', /audit log/);
  assert.deepEqual(node.asked, []);
});

test('a failure is told, and is no silent no; nor does it count as a match', async () => {
  const node = createNode(() => Promise.reject(new McoError('failed/file', 'the disk is broken')));
  const [reply] = await node.send({ audience: '*', filter: filterOf({ not: size('/a') }) });
  assert.equal(reply?.status.name, 'aborted');
  assert.match(
    reply?.status.message ?? '',
    /can't be said whether this node matches: `size\('\/a'\)`: the disk is broken/,
  );
  assert.deepEqual(node.ran, []);
  assert.equal(node.audit.records.at(-1)?.code, 'failed/data');
});

test('a tool that is missing means that there is no value', async () => {
  const node = createNode(() => Promise.reject(new McoError('failed/not-installed', 'no such tool')));
  assert.deepEqual(await node.send({ audience: '*', filter: filterOf(size('/a')) }), []);
  const [reply] = await node.send({ audience: '*', filter: filterOf({ not: size('/a') }) });
  assert.equal(reply?.status.name, 'ok');
});

test('a mistake of ours is reported, and its text is not told', async () => {
  const node = createNode(() => Promise.reject(new TypeError('secret words')));
  const [reply] = await node.send({ audience: '*', filter: filterOf(size('/a')) });
  assert.equal(reply?.status.name, 'aborted');
  assert.doesNotMatch(reply?.status.message ?? '', /secret/);
  assert.match(node.problems[0]?.message ?? '', /secret/);
});

test('a call that never ends is given up when its time is over, and its signal aborts', async () => {
  let aborted = false;
  const node = createNode((_, signal) => {
    signal.addEventListener('abort', () => {
      aborted = true;
    });
    return new Promise(() => {});
  });
  await node.send({ audience: '*', filter: filterOf(size('/a')) });
  await node.clock.advance(4000);
  await settle();
  const result = node.replies().at(-1);
  assert.equal(result?.kind, 'result');
  assert.match(result?.status.message ?? '', /did not end within 4 s/);
  assert.ok(aborted);
  const [reply] = await node.send({ filter: EVERYBODY });
  assert.equal(reply?.status.name, 'ok');
});

test('all calls of a filter together have ten seconds', async () => {
  const node = createNode(async () => {
    await new Promise<void>((resolve) => node.clock.after(3900, resolve));
    return { bytes: 5 };
  });
  await node.send({ filter: filterOf(...['/a', '/b', '/c', '/d', '/e', '/f', '/g', '/h'].map((path) => size(path))) });
  for (let step = 0; step < 100; step++) await node.clock.advance(100);
  assert.match(node.replies().at(-1)?.status.message ?? '', /within 10 s/);
  assert.equal(node.most(), 2);
  assert.deepEqual(node.ran, []);
  // The last pair was begun after 7.8 s; nobody waits for it now, and nothing comes after it.
  for (let step = 0; step < 100; step++) await node.clock.advance(100);
  assert.equal(node.asked.length, 6);
  const [again] = await node.send({ filter: EVERYBODY });
  assert.equal(again?.status.name, 'ok');
});

test('a node that takes a while says so, and then answers even when it does not match', async () => {
  const node = createNode(async () => {
    await new Promise<void>((resolve) => node.clock.after(2000, resolve));
    return { bytes: 0 };
  });
  await node.send({ audience: '*', filter: filterOf(size('/a')) });
  for (let step = 0; step < 30; step++) await node.clock.advance(100);
  assert.deepEqual(
    node.replies().map(({ kind, seq, status }) => [kind, seq, status.name]),
    [
      ['ack', 0, 'ok'],
      ['result', 1, 'filtered'],
    ],
  );
});

test('the note of a slow filter and that of a slow action are numbered through', async () => {
  const node = createNode(async () => {
    await new Promise<void>((resolve) => node.clock.after(1000, resolve));
    return { bytes: 5 };
  });
  await node.send({ action: 'hang', filter: filterOf(size('/a')) });
  for (let step = 0; step < 30; step++) await node.clock.advance(100);
  node.endings.get('hang')?.();
  await settle();
  assert.deepEqual(
    node.replies().map(({ kind, seq }) => [kind, seq]),
    [
      ['ack', 0],
      ['ack', 1],
      ['result', 2],
    ],
  );
});

test('a call that makes no sense here is refused before anything is asked', async () => {
  const node = createNode();
  const wrong: [Expression, RegExp][] = [
    [size('/a', '1', { function: 'sise' }), /no data function `sise`.*did you mean `size`/],
    [size('/a', '1', { field: 'byte' }), /no field `byte`/],
    [size('a'), /`a` is not accepted/],
    [size('/a', '1', { op: '=~' }), /does not compare/],
    [size('/a', '1', { value: { pattern: 'x' } }), /does not compare/],
    [{ any: Array.from({ length: 11 }, (_, i) => size(`/${i}`)) }, /more than 10/],
  ];
  for (const [expression, message] of wrong) {
    const [reply] = await node.send({ audience: '*', filter: filterOf(expression) });
    assert.match(reply?.status.message ?? '', message);
  }
  assert.deepEqual(node.asked, []);
});

test('a flood of filters is refused before it is on record', async () => {
  const node = createNode(() => new Promise(() => {}));
  for (let i = 0; i < 64; i++) await node.send({ audience: '*', filter: filterOf(size('/a')) });
  const [reply] = await node.send({ audience: '*', filter: filterOf(size('/a')) });
  assert.equal(reply?.status.name, 'busy');
  assert.equal(node.asked.length, 1);
  assert.equal(node.events().filter((event) => event === 'intent').length, 64);
  await node.clock.advance(4000);
  await settle();
  assert.match(node.replies().at(-1)?.status.message ?? '', /did not end/);
  await node.send({ audience: '*', filter: filterOf(size('/a')) });
  assert.equal(node.asked.length, 2);
});

test('a node that stops gives up what it asks', async () => {
  const node = createNode(() => new Promise(() => {}));
  await node.send({ audience: '*', filter: filterOf(size('/a')) });
  node.stopping.abort();
  await settle();
  assert.match(node.replies().at(-1)?.status.message ?? '', /stopping/);
});
