import assert from 'node:assert/strict';
import { test } from 'node:test';
import { McoError } from '../../../src/core/errors.ts';
import { EVERYBODY, type Filter } from '../../../src/core/filter.ts';
import { settle } from '../../fakes/fake-clock.ts';
import { createFakeNode } from './fake-node.ts';

const OTHERS: Filter = { ...EVERYBODY, facts: [{ fact: 'osfamily', op: '=', value: 'RedHat' }] };

test('an allowed request is recorded, run and answered with a signed result', async () => {
  const node = createFakeNode();
  const [reply, ...more] = await node.send({ input: { word: 'hello' } });
  assert.deepEqual(more, []);
  assert.equal(reply?.kind, 'result');
  assert.deepEqual(reply?.status, { code: 0, name: 'ok', message: '' });
  assert.deepEqual(reply?.data, { word: 'hello' });
  assert.equal(reply?.sender, 'web1.example.org');
  assert.equal(reply?.seq, 0);
  const [sent] = node.bus.published;
  assert.equal(sent?.destination, '/queue/mco.mcollective.reply.bot1');
  await node.dependencies.verifier.verify('mco-reply@v1', sent?.body ?? new Uint8Array(), sent?.signature);
  assert.deepEqual(node.events(), ['intent', 'outcome ok']);
  const [intent] = node.audit.records;
  assert.equal(intent?.action, 'probe.look');
  assert.equal(intent?.caller, 'person:ana');
  assert.deepEqual(intent?.input, { word: 'hello' });
  assert.ok((intent?.rules ?? []).length > 0);
});

test('the intent is on disk before the action starts', async () => {
  let stored = (): void => {};
  const node = createFakeNode();
  const { append } = node.audit;
  node.audit.append = async (record) => {
    if (record.event === 'intent')
      await new Promise<void>((resolve) => {
        stored = resolve;
      });
    await append.call(node.audit, record);
  };
  await node.send();
  assert.deepEqual(node.ran, []);
  stored();
  await settle();
  assert.deepEqual(node.ran, ['look']);
});

test('when the audit log is full nothing is run and the answer says so', async () => {
  const node = createFakeNode();
  node.audit.isFull = true;
  const [reply] = await node.send({ action: 'change' });
  assert.equal(reply?.status.name, 'aborted');
  assert.match(reply?.status.message ?? '', /the audit log can't be written/);
  assert.deepEqual(node.ran, []);
  assert.equal(node.problems[0]?.code, 'failed/audit');
});

test('an outcome that can not be recorded is reported, and the result still sent', async () => {
  const node = createFakeNode();
  node.setLook(async () => {
    node.audit.isFull = true;
    return {};
  });
  const [reply] = await node.send();
  assert.equal(reply?.status.name, 'ok');
  assert.equal(node.problems[0]?.code, 'failed/audit');
});

test('a broadcast that is meant for others is answered with silence and no record', async () => {
  const node = createFakeNode();
  assert.deepEqual(await node.send({ audience: '*', filter: OTHERS }), []);
  assert.deepEqual(node.events(), []);
  assert.equal(node.runtime.counters.unmatched, 1);
});

test('a broadcast read that matches is answered', async () => {
  const node = createFakeNode();
  const filter: Filter = { ...EVERYBODY, classes: [{ is: 'webserver' }] };
  const [reply] = await node.send({ audience: '*', filter });
  assert.equal(reply?.status.name, 'ok');
});

test('a node that was named but does not match the filter says `filtered`', async () => {
  const node = createFakeNode();
  const [reply] = await node.send({ filter: OTHERS });
  assert.equal(reply?.status.name, 'filtered');
  assert.deepEqual(node.events(), ['decided denied/filtered']);
});

test('a filter that can not be evaluated fails the request', async () => {
  const node = createFakeNode();
  const where = [{ data: { function: 'resource', field: 'age', op: '>', value: '1' } }] as const;
  const [reply] = await node.send({ audience: '*', filter: { ...EVERYBODY, where } });
  assert.match(reply?.status.message ?? '', /no data function `resource`/);
  assert.deepEqual(node.ran, []);
});

const invalid = [
  ['an unknown agent', { agent: 'prob' }, 'unknown action', /no agent `prob` .*did you mean `probe`/],
  ['an unknown action', { action: 'lock' }, 'unknown action', /no action `lock`/],
  ['an action named like a property of every object', { action: 'constructor' }, 'unknown action', /no action/],
  ['a described action without code', { action: 'orphan' }, 'unknown action', /no action/],
  ['a missing input', { action: 'need' }, 'missing input', /`word` is missing/],
  ['an invalid input', { input: { word: 'UPPER' } }, 'invalid input', /`UPPER` is not accepted/],
  ['an undeclared input', { input: { worm: 'x' } }, 'invalid input', /no input `worm`/],
] as const;
for (const [what, fields, status, message] of invalid) {
  test(`${what} is answered with \`${status}\` and recorded`, async () => {
    const node = createFakeNode();
    const [reply] = await node.send(fields);
    assert.equal(reply?.status.name, status);
    assert.match(reply?.status.message ?? '', message);
    assert.equal(node.audit.records[0]?.event, 'refused');
    assert.deepEqual(node.ran, []);
  });
}

const denied = [
  ['a write with the key of a reading bot', { action: 'change' }, { principal: 'mco-read' }, /may only read/],
  ['a write for somebody who may only read', { action: 'change', caller: 'person:bob' }, {}, /write/],
  ['a caller that the signer may not speak for', { caller: 'slack:T1/U1' }, {}, /may not speak for/],
  ['a signer that the policy does not know', {}, { principal: 'stranger' }, /nothing here/],
  [
    'an action denied by name',
    { action: 'secretive', caller: 'person:eve', input: { password: 'x' } },
    {},
    /not for eve/,
  ],
  ['a write for everybody at once', { action: 'change', audience: '*' }, {}, /addressed to one node/],
] as const;
for (const [what, fields, signing, reason] of denied) {
  test(`${what} is denied, recorded and told`, async () => {
    const node = createFakeNode();
    const [reply] = await node.send(fields, signing);
    assert.equal(reply?.status.name, 'denied');
    assert.match(reply?.status.message ?? '', reason);
    assert.equal(node.audit.records[0]?.event, 'decided');
    assert.equal(node.audit.records[0]?.result, 'deny');
    assert.equal(node.audit.records.length, 1);
    assert.deepEqual(node.ran, []);
  });
}

test('a policy that can not be evaluated denies', async () => {
  const node = createFakeNode({
    policy() {
      throw new TypeError('broken');
    },
  });
  const [reply] = await node.send();
  assert.equal(reply?.status.name, 'denied');
  assert.deepEqual(node.ran, []);
  assert.equal(node.problems[0]?.code, 'bug/unexpected');
});

test('an action that takes longer than a second is acknowledged first', async () => {
  const node = createFakeNode();
  assert.deepEqual(await node.send({ action: 'hang' }), []);
  await node.clock.advance(1000);
  assert.deepEqual(
    node.replies().map(({ kind, seq }) => [kind, seq]),
    [['ack', 0]],
  );
  node.endings.get('hang')?.();
  await settle();
  assert.deepEqual(
    node.replies().map(({ kind, seq }) => [kind, seq]),
    [
      ['ack', 0],
      ['result', 1],
    ],
  );
});

test('an action that is done within a second is not acknowledged', async () => {
  const node = createFakeNode();
  await node.send();
  await node.clock.advance(10_000);
  assert.equal(node.replies().length, 1);
});

test('an action that never ends is answered with `timeout`, and its signal aborts', async () => {
  const node = createFakeNode();
  await node.send({ action: 'hang' });
  await node.clock.advance(5000);
  const result = node.replies().at(-1);
  assert.equal(result?.kind, 'result');
  assert.equal(result?.status.name, 'timeout');
  assert.ok(node.endings.has('aborted'));
  assert.deepEqual(node.events(), ['intent', 'outcome failed/timeout']);
  node.endings.get('hang')?.(new Error('too late to matter'));
  await settle();
  assert.equal(node.replies().length, 2);
});

test('a request may shorten the time an action has', async () => {
  const node = createFakeNode();
  await node.send({ action: 'hang', options: { timeoutMs: 100 } });
  await node.clock.advance(100);
  assert.deepEqual(
    node.replies().map(({ status }) => status.name),
    ['timeout'],
  );
});

test('a request may not hold a place for longer than an hour', async () => {
  const node = createFakeNode();
  await node.send({ action: 'hang', options: { timeoutMs: 86_400_000 } });
  await node.clock.advance(3_600_000);
  assert.equal(node.replies().at(-1)?.status.name, 'timeout');
});

test('more actions than the node takes are answered with `busy`, and none is lost', async () => {
  const node = createFakeNode();
  const callerOf = (i: number): string => (i % 2 === 0 ? 'person:ana' : 'person:raj');
  for (let i = 0; i < 24; i++) void node.send({ action: 'hang', caller: callerOf(i) });
  await settle();
  for (let i = 0; i < 192; i++) {
    void node.send({ action: 'hang', caller: callerOf(i), options: { timeoutMs: 100 } });
  }
  await settle();
  assert.equal(node.ran.length, 24);
  const [reply] = await node.send();
  assert.equal(reply?.status.name, 'busy');
  assert.equal(node.ran.length, 24);
  const [written] = await node.send({ action: 'change' });
  assert.equal(written?.status.name, 'ok', 'reads leave places for writes');
  await node.clock.advance(5000);
  assert.equal(node.replies().filter(({ status }) => status.name === 'timeout').length, 216);
  assert.equal(node.ran.length, 25, 'what was given up while it waited never starts');
});

test('one caller can not keep all places from others', async () => {
  const node = createFakeNode();
  for (let i = 0; i < 24; i++) void node.send({ action: 'hang', options: { timeoutMs: 3_600_000 } });
  await settle();
  assert.equal(node.ran.length, 18);
  const [other] = await node.send({ caller: 'person:raj', input: { word: 'free' } });
  assert.deepEqual([other?.status.name, other?.data], ['ok', { word: 'free' }]);
});

test('what an action throws decides the status', async () => {
  const node = createFakeNode();
  const thrown = [
    [new McoError('failed/dpkg', 'dpkg is broken'), 'aborted', 'dpkg is broken'],
    [new McoError('failed/timeout', 'it took too long'), 'timeout', 'it took too long'],
    [new TypeError('secret internals'), 'unknown error', /see the log/],
  ] as const;
  for (const [error, status, message] of thrown) {
    node.setLook(() => Promise.reject(error));
    const [reply] = await node.send();
    assert.equal(reply?.status.name, status);
    assert.match(reply?.status.message ?? '', new RegExp(message));
    assert.doesNotMatch(reply?.status.message ?? '', /internals/);
  }
});

test('secret input is masked in every record and in the answer', async () => {
  const node = createFakeNode();
  await node.send({ action: 'secretive', input: { password: 'hunter' } });
  await node.send({ action: 'secretive', input: { password: 'HUNTER2' } });
  await node.send({ action: 'secretive', input: { pasword: 'hunter3' } });
  const written = JSON.stringify([node.audit.records, node.replies()]);
  assert.match(written, /\*\*\*/);
  assert.doesNotMatch(written, /hunter/i);
});

test('a reply that can not be sent is recorded, and nothing is thrown', async () => {
  const node = createFakeNode();
  node.bus.cut();
  await node.send();
  assert.deepEqual(node.events(), ['intent', 'outcome ok', 'outcome unreachable/not-sent']);
});

test('output that is too large is cut and says so', async () => {
  const node = createFakeNode();
  node.setLook(async () => ({ log: 'x'.repeat(3_000_000) }));
  const [reply] = await node.send();
  assert.equal(reply?.status.name, 'ok');
  assert.match(JSON.stringify(reply?.data), /\[cut: \d+ more characters\]"\}$/);
});
