import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAptManager } from '../../agent/plugins/package/apt.ts';
import { createPackageAgent } from '../../agent/plugins/package/create-package-agent.ts';
import { createDpkgBackend } from '../../agent/plugins/package/dpkg.ts';
import { createProcessRunner } from '../../src/adapters/exec/process-runner.ts';
import type { DiskSpool } from '../../src/adapters/exec/spool/open-job-spool.ts';
import { hashText } from '../../src/adapters/hash/hash-text.ts';
import type { Input } from '../../src/core/agent-description.ts';
import type { JobAction, JobRecord } from '../../src/core/jobs.ts';
import type { ReplyData } from '../../src/core/reply.ts';
import { type AptRoot, createAptRepository, createAptRoot } from './package-repository.ts';
import { createSpoolRig, makeJob, readAll, waitForEnd } from './spool-rig.ts';

const isInstalled = existsSync('/usr/bin/apt-get') && existsSync('/usr/bin/dpkg-scanpackages');
const skip = process.env.CI !== 'true' && !isInstalled ? 'apt is not installed (Debian package dpkg-dev)' : false;
const directory = mkdtempSync(join(tmpdir(), 'mco-apt-job-'));
const rig = createSpoolRig();
const { signal } = new AbortController();
let root: AptRoot;
let install: JobAction;

before(() => {
  if (skip !== false) return;
  const repository = createAptRepository(join(directory, 'repository'));
  repository.add(
    { name: 'quick', version: '1.0' },
    { name: 'slow', version: '1.0', depends: 'quick', postinst: 'sleep 2' },
    { name: 'endless', version: '1.0', depends: 'quick', postinst: 'sleep 60' },
  );
  root = createAptRoot(join(directory, 'root'), repository.directory);
  assert.ok(root.apt('update'));
  const runner = createProcessRunner();
  const manager = createAptManager(runner, root.environment);
  const agent = createPackageAgent({ ...createDpkgBackend(runner, root), manager }, hashText);
  install = agent.actions.install as JobAction;
});
after(() => {
  rig.remove();
  rmSync(directory, { recursive: true });
});

const neverAsked = (): Promise<void> => assert.fail('its input means what it says');

/** The first half of a change: what a node does before it is killed. */
async function begin(spool: DiskSpool, input: Input): Promise<JobRecord> {
  const call = {
    input,
    signal,
    isDryRun: false,
    caller: 'person:ana',
    run: 'x',
    report: () => undefined,
    permit: neverAsked,
  };
  const { work, memory } = await install.prepare(call);
  const job = makeJob({ input, memory });
  await spool.start(job, work);
  return job;
}

/** The second half, by whoever comes later: all that they know is on disk. */
async function conclude(spool: DiskSpool, id: string): Promise<ReplyData> {
  const exit = await waitForEnd(spool, id);
  const found = await spool.find(id);
  assert.ok(found);
  const { input, memory } = found;
  return install.conclude({ input, memory, exit, isDryRun: false, output: spool.output(id), signal });
}

async function waitForText(spool: DiskSpool, id: string, text: string): Promise<void> {
  while (!(await readAll(spool, id)).includes(text)) await sleep(50);
}

test('who comes after a restart tells what was before, and what is now', { skip }, async () => {
  const { id } = await begin(await rig.open(), { package: 'slow' });
  const told = await conclude(await rig.open(), id);
  assert.deepEqual([told.before, told.after, told.also], ['absent', '1.0', ['quick absent -> 1.0']]);
});

test('a change that was killed half-way is told as it is, with its cure', { skip }, async () => {
  const spool = await rig.open();
  const { id } = await begin(spool, { package: 'endless' });
  await waitForText(spool, id, 'Setting up endless');
  assert.equal(await spool.kill(id), true);
  await assert.rejects(conclude(spool, id), {
    hint: /dpkg --configure -a/,
    message: /meanwhile changed: endless absent -> 1\.0/,
  });
});
