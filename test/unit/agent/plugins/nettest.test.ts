import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createNettestAgent } from '../../../../agent/plugins/nettest/create-nettest-agent.ts';
import { NETTEST_DESCRIPTION } from '../../../../agent/plugins/nettest/description.ts';
import { createHostNet, type HostNetParts } from '../../../../agent/plugins/nettest/host-net.ts';
import type { Input } from '../../../../src/core/agent-description.ts';
import { checkInput } from '../../../../src/core/check-input.ts';
import { callAction } from '../../../fakes/call-action.ts';
import { createFakeClock, settle } from '../../../fakes/fake-clock.ts';
import { createScriptedRunner, notInstalled } from '../../../fakes/scripted-runner.ts';

type Script = Parameters<typeof createScriptedRunner>[0];

function rig(script: Script, connect: HostNetParts['connect'] = () => Promise.resolve('open')) {
  const clock = createFakeClock();
  const runner = createScriptedRunner(script);
  const agent = createNettestAgent(createHostNet({ runner, clock, connect }));
  const call = (action: string, input: Input, signal = new AbortController().signal) => {
    const description = NETTEST_DESCRIPTION.actions[action] ?? assert.fail();
    return callAction(agent, action, { input: checkInput(description, input), signal });
  };
  return { clock, runner, call };
}

const GOOD = `PING www.example.org (192.0.2.7) 56(84) bytes of data.

--- www.example.org ping statistics ---
3 packets transmitted, 3 received, 0% packet loss, time 1002ms
rtt min/avg/max/mdev = 0.035/0.139/0.243/0.004 ms
`;

test('ping tells loss and times', async () => {
  const { call, runner } = rig(() => ({ stdout: GOOD }));
  assert.deepEqual(await call('ping', { host: 'www.example.org' }), {
    host: 'www.example.org',
    address: '192.0.2.7',
    sent: 3,
    received: 3,
    loss: 0,
    min: 0.035,
    average: 0.139,
    max: 0.243,
    detail: '3 of 3 answered, 0.035/0.139/0.243 ms',
  });
  assert.deepEqual(runner.calls[0]?.slice(-2), ['--', 'www.example.org']);
});

for (const [what, stdout, expected] of [
  [
    'no answer at all',
    'PING 192.0.2.1 (192.0.2.1) 56(84) bytes of data.\n\n--- 192.0.2.1 ping statistics ---\n3 packets transmitted, 0 received, +3 errors, 100% packet loss, time 2030ms\n',
    { address: '192.0.2.1', sent: 3, received: 0, loss: 100, detail: '0 of 3 answered' },
  ],
  [
    'a part of the answers, over IPv6',
    'PING ::1(::1) 56 data bytes\n\n--- ::1 ping statistics ---\n3 packets transmitted, 2 received, 33.3333% packet loss, time 1ms\nrtt min/avg/max/mdev = 1/2/3/0 ms\n',
    {
      address: '::1',
      sent: 3,
      received: 2,
      loss: 33.3,
      min: 1,
      average: 2,
      max: 3,
      detail: '2 of 3 answered, 1/2/3 ms',
    },
  ],
  [
    'the words of busybox',
    'PING x (10.0.0.1): 56 data bytes\n\n--- x ping statistics ---\n1 packets transmitted, 1 packets received, 0% packet loss\nround-trip min/avg/max = 0.1/0.2/0.3 ms\n',
    {
      address: '10.0.0.1',
      sent: 1,
      received: 1,
      loss: 0,
      min: 0.1,
      average: 0.2,
      max: 0.3,
      detail: '1 of 1 answered, 0.1/0.2/0.3 ms',
    },
  ],
] as const) {
  test(`ping: ${what} is an answer`, async () => {
    const { call } = rig(() => ({ exitCode: 1, stdout }));
    assert.deepEqual(await call('ping', { host: 'x' }), { host: 'x', ...expected });
  });
}

test('ping: an unknown host, a failure and a flood are failures', async () => {
  const ping = (answer: ReturnType<Script>) => rig(() => answer).call('ping', { host: 'x' });
  await assert.rejects(ping({ exitCode: 2, stderr: 'ping: x: Name or service not known\n' }), {
    code: 'failed/no-such-host',
  });
  await assert.rejects(ping({ exitCode: 2, stderr: 'ping: socket: Operation not permitted\nmore\n' }), {
    code: 'failed/ping',
    message: 'ping failed: ping: socket: Operation not permitted',
  });
  await assert.rejects(
    ping({ exitCode: undefined, signal: 'SIGXFSZ', stdout: 'x'.repeat(1_000_000), truncated: true }),
    {
      code: 'failed/ping',
    },
  );
});

for (const [action, input] of [
  ['ping', { host: 'x' }],
  ['resolve', { host: 'x' }],
  ['connect', { host: 'x', port: 22 }],
] as const) {
  test(`${action}: a missing tool and one that hangs are failures`, async () => {
    await assert.rejects(rig(() => notInstalled('x')).call(action, input), { code: 'failed/not-installed' });
    const stop = new AbortController();
    const asked = rig(() => 'hang').call(action, input, stop.signal);
    stop.abort();
    await assert.rejects(asked, { code: 'failed/timeout' });
  });

  test(`${action}: what is no host is refused`, () => {
    for (const host of ['-f', '', 'a b', 'a;b', 'ä', '../x', 'a/b', '-']) {
      assert.throws(() => rig(() => ({})).call(action, { ...input, host }), { code: 'usage/invalid-input' }, host);
    }
    for (const host of [
      'a',
      'a_b.example',
      '192.0.2.1',
      '2001:db8::1',
      '::1',
      '::ffff:1.2.3.4',
      'xn--bcher-kva.example',
    ])
      assert.doesNotThrow(() => checkInput(NETTEST_DESCRIPTION.actions[action] ?? assert.fail(), { ...input, host }));
  });
}

const AHOSTS = '192.0.2.9 STREAM x\n192.0.2.9 DGRAM\n192.0.2.9 RAW\n2001:db8::1 STREAM\n2001:db8::1 DGRAM\n';

test('resolve tells each address once, sorted', async () => {
  const { call, runner } = rig(() => ({ stdout: AHOSTS }));
  const addresses = '192.0.2.9 2001:db8::1';
  assert.deepEqual(await call('resolve', { host: 'x' }), {
    ...{ host: 'x', state: 'found', addresses, count: 2, detail: `2 addresses: ${addresses}` },
  });
  await call('resolve', { host: 'x', type: 'a' });
  await call('resolve', { host: 'x', type: 'aaaa' });
  assert.deepEqual(
    runner.calls.map((words) => words[2]),
    ['ahosts', 'ahostsv4', 'ahostsv6'],
  );
});

test('resolve: a name without addresses has none, and IPv4 in the clothes of IPv6 is none', async () => {
  const none = { host: 'x', state: 'not found', count: 0, detail: 'not found' };
  assert.deepEqual(await rig(() => ({ exitCode: 2 })).call('resolve', { host: 'x' }), none);
  const mapped = rig(() => ({ stdout: '::ffff:127.0.0.1 STREAM x\n' }));
  assert.deepEqual(await mapped.call('resolve', { host: 'x', type: 'aaaa' }), none);
  await assert.rejects(rig(() => ({ exitCode: 3, stderr: 'no' })).call('resolve', { host: 'x' }), {
    code: 'failed/getent',
  });
});

test('connect takes the first address that answers', async () => {
  const tried: string[] = [];
  const { call } = rig(
    () => ({ stdout: AHOSTS }),
    ({ address, port }) => {
      tried.push(`${address} ${port}`);
      return Promise.resolve(address.includes(':') ? 'open' : 'refused');
    },
  );
  const data = await call('connect', { host: 'x', port: 443 });
  assert.deepEqual(data, {
    host: 'x',
    port: 443,
    state: 'open',
    address: '2001:db8::1',
    ms: 0,
    detail: 'open (2001:db8::1) in 0 ms',
  });
  assert.deepEqual(tried, ['192.0.2.9 443', '2001:db8::1 443']);
});

test('connect: an address that never answers leaves the next its share of the time', async () => {
  const { call, clock } = rig(
    () => ({ stdout: AHOSTS }),
    ({ address }, signal) =>
      address.includes(':')
        ? Promise.resolve('open')
        : new Promise((resolve) => signal.addEventListener('abort', () => resolve('no answer'), { once: true })),
  );
  const asked = call('connect', { host: 'x', port: 443, seconds: 4 });
  await settle();
  await clock.advance(2000);
  assert.equal((await asked).state, 'open');
});

test('connect: an unknown host and a refused port are answers', async () => {
  const unknown = await rig(() => ({ exitCode: 2 })).call('connect', { host: 'x', port: 1 });
  assert.deepEqual(unknown, { host: 'x', port: 1, state: 'unknown host', address: '', detail: 'unknown host' });
  const { call } = rig(
    () => ({ stdout: '192.0.2.9 STREAM x\n' }),
    () => Promise.resolve('refused'),
  );
  assert.equal((await call('connect', { host: 'x', port: 1 })).detail, 'refused (192.0.2.9)');
  assert.throws(() => call('connect', { host: 'x', port: 0 }), { code: 'usage/invalid-input' });
  assert.throws(() => call('connect', { host: 'x', port: 65_536 }), { code: 'usage/invalid-input' });
});
