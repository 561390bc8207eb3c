import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import { createProcessAgent } from '../../agent/plugins/process/create-process-agent.ts';
import { createPsBackend } from '../../agent/plugins/process/ps.ts';
import { systemClock as clock } from '../../src/adapters/clock/system-clock.ts';
import { createProcessRunner } from '../../src/adapters/exec/process-runner.ts';
import type { ReplyData } from '../../src/core/reply.ts';
import { callAction } from '../fakes/call-action.ts';
import { type HungMount, mountHung, whyNoHungMount } from './hung-mount.ts';
import { waitFor } from './wait-for.ts';

const runner = createProcessRunner({ killGraceMs: 100 });
const agent = createProcessAgent({ processes: createPsBackend(runner, { clock }), clock });
const skip = whyNoHungMount();
let mount: HungMount;

before(async () => {
  if (skip === false) mount = await mountHung();
});
after(() => (skip === false ? mount.close() : undefined));

const list = (input: object) =>
  callAction(agent, 'list', { input: { sort: 'memory', limit: 500, args: false, ...input } }) as Promise<{
    count: number;
    processes: { pid: number; ppid: number; memory_kb: number; age_s: number; command: string; user: string }[];
  }>;

test('this very process is found, by its name, with its parent and its memory', async () => {
  const { processes } = await list({});
  const own = processes.find(({ pid }) => pid === process.pid) ?? assert.fail('it is not there');
  assert.equal(own.ppid, process.ppid);
  assert.ok(own.memory_kb > 10_000 && own.memory_kb < 4_000_000);
  assert.ok(Math.abs(own.age_s - process.uptime()) < 60);
});

test('arguments are shown only when they are asked for', async () => {
  const child = spawn('sleep', ['86399.125'], { stdio: 'ignore' });
  const secret = /86399\.125/;
  assert.ok(!JSON.stringify(await list({})).match(secret));
  const { count, processes } = await list({ pattern: '^sleep 86399\\.125$', args: true });
  assert.deepEqual([count, processes[0]?.pid, processes[0]?.command], [1, child.pid, 'sleep 86399.125']);
  child.kill();
});

test('a process that hangs on a file server is told, and what the agent gave up is counted', { skip }, async () => {
  const stop = new AbortController();
  const looking = runner.run({ file: 'stat', args: [mount.stuck], signal: stop.signal });
  await mount.waitForVisitor();
  stop.abort();
  await assert.rejects(looking, { code: 'failed/timeout' });
  // The signal makes an uninterruptible sleep of it, a moment later.
  let data: ReplyData = {};
  const isTold = (): boolean => JSON.stringify(data).includes('"command":"stat"');
  for (let tries = 0; tries < 50 && !isTold(); tries++) {
    data = await callAction(agent, 'stuck', { input: { seconds: 0.1 } });
  }
  assert.ok(isTold(), JSON.stringify(data));
  assert.equal(data.abandoned, 1);
  mount.release();
  await waitFor(() => runner.stuck() === 0);
});
