import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createHostFiles } from '../../src/adapters/exec/host-files.ts';
import { createProcessRunner } from '../../src/adapters/exec/process-runner.ts';
import { type HungMount, mountHung, whyNoHungMount } from './hung-mount.ts';
import { waitFor } from './wait-for.ts';

const skip = whyNoHungMount();
const runner = createProcessRunner({ killGraceMs: 100 });
const files = createHostFiles(runner);
const { signal } = new AbortController();
let mount: HungMount;

before(async () => {
  if (skip === false) mount = await mountHung();
});
after(() => (skip === false ? mount.close() : undefined));

test('a directory is listed although one of its entries hangs', { skip }, async () => {
  assert.deepEqual(await files.list(mount.path, signal), ['stuck']);
});

test('a path on a file server that went away times out, and the agent lives', { skip }, async () => {
  const stop = new AbortController();
  const asked = [
    files.look(mount.stuck, stop.signal),
    files.read(mount.stuck, { signal: stop.signal }),
    files.tail(mount.stuck, 1, stop.signal),
    files.digest(mount.stuck, 'md5', stop.signal),
    files.resolve(mount.stuck, stop.signal),
  ].map((answer) => assert.rejects(answer, { code: 'failed/timeout' }));
  await mount.waitForVisitor();
  // More than libuv has threads: what goes on in this process still works.
  assert.equal(await files.read('/proc/self/comm', { signal }), 'head\n');
  stop.abort();
  await Promise.all(asked);
  assert.ok(runner.stuck() > 0);
  mount.release();
  await waitFor(() => runner.stuck() === 0);
});
