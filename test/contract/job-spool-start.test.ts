import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createProcessRunner } from '../../src/adapters/exec/process-runner.ts';
import type { ProcessRunner } from '../../src/core/ports.ts';
import { createSpoolRig, makeJob, runScript, script } from './spool-rig.ts';
import { waitFor } from './wait-for.ts';

const isRoot = process.getuid?.() === 0;

/** Accounts are looked up somewhere on the network, which answers when the test says so. */
function createSlowAccounts() {
  const real = createProcessRunner();
  const asked: (() => void)[] = [];
  const runner: ProcessRunner = {
    ...real,
    async run(request) {
      if (request.file === 'id') await new Promise<void>((resolve) => asked.push(resolve));
      return await real.run(request);
    },
  };
  const answer = (): void => {
    for (const resolve of asked.splice(0)) resolve();
  };
  return { runner, isAsked: () => asked.length > 0, answer };
}

test('a job that is killed while it starts never runs', { skip: !isRoot && 'needs root' }, async () => {
  const rig = createSpoolRig();
  const accounts = createSlowAccounts();
  const spool = await rig.open({ runner: accounts.runner });
  const job = makeJob();
  const witness = join(rig.directory, 'witness');
  try {
    const refused = assert.rejects(spool.start(job, script(`: >'${witness}'`, { user: 'root' })), {
      code: 'failed/killed',
      message: 'the job was killed before it began',
    });
    await waitFor(accounts.isAsked);
    assert.equal((await spool.find(job.id))?.state, 'running');
    const killed = spool.kill(job.id);
    accounts.answer();
    assert.equal(await killed, true);
    await refused;
    assert.deepEqual(await spool.list(), []);
    assert.deepEqual([existsSync(witness), existsSync(join(rig.directory, job.id))], [false, false]);
    // Nothing is held against the next one.
    accounts.answer();
    assert.deepEqual((await runScript(spool, 'echo hello')).stdout, 'hello\n');
  } finally {
    accounts.answer();
    rig.remove();
  }
});

test('a program opens its standard streams by name, as another account too, and its directory stays closed', {
  skip: !isRoot && 'needs root',
}, async () => {
  const rig = createSpoolRig();
  const spool = await rig.open();
  const text = [
    'echo out >/dev/stdout; echo err >/dev/stderr; echo more | tee /dev/stderr; cat /dev/stdin',
    `ls '${rig.directory}' >/dev/null 2>&1 && echo open; : 2>/dev/null >>/dev/stdin && echo writable`,
  ].join('\n');
  try {
    for (const user of [undefined, 'nobody']) {
      const ran = await runScript(spool, text, { user, input: 'given\n' });
      const isOwn = user === undefined;
      assert.equal(ran.stderr, 'err\nmore\n', user);
      assert.equal(ran.stdout, `out\nmore\ngiven\n${isOwn ? 'open\nwritable\n' : ''}`, user);
    }
  } finally {
    rig.remove();
  }
});
