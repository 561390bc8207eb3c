import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { DiskSpool } from '../../src/adapters/exec/spool/open-job-spool.ts';
import { createSpoolRig, makeJob, readAll, runScript, type SpoolRig, startScript, waitForEnd } from './spool-rig.ts';
import { waitFor } from './wait-for.ts';

const isRoot = process.getuid?.() === 0;
const accounts = isRoot ? [undefined, 'nobody'] : [undefined];

/** All that every local user may read of the processes that run. */
function readArguments(): string {
  const read = (pid: string): string => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
    } catch {
      return '';
    }
  };
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(read).join('\n');
}

describe("a job's environment", { timeout: 60_000 }, () => {
  let rig: SpoolRig;
  let spool: DiskSpool;
  before(async () => {
    rig = createSpoolRig();
    spool = await rig.open();
  });
  after(() => rig.remove());

  /** What env(1) sees when it is the program itself. */
  async function see(env: Record<string, string>, user: string | undefined): Promise<string[]> {
    const job = makeJob();
    await spool.start(job, { file: '/usr/bin/env', args: ['-0'], env, user });
    assert.deepEqual(await waitForEnd(spool, job.id), { state: 'exited', exitCode: 0 });
    assert.equal(await readAll(spool, job.id, 'stderr'), '');
    const seen = (await readAll(spool, job.id)).split('\0').sort();
    return seen.filter((line) => line !== '' && line !== `MCO_JOB=${job.id}`);
  }

  test('no value of it stands in the arguments of a process while the job runs', async () => {
    for (const user of accounts) {
      const id = await startScript(spool, 'echo "$TOKEN"; exec sleep 30', { env: { TOKEN: 'v4lue-to-hide' }, user });
      await waitFor(() => rig.said(id) === 'v4lue-to-hide\n');
      const seen = readArguments();
      assert.ok(seen.includes(id) && !seen.includes('v4lue-to-hide'));
      await spool.kill(id);
      await waitForEnd(spool, id);
    }
  });

  test('the program sees exactly its variables, whatever they say', async () => {
    const plain = ['HOME=/', 'LC_ALL=C.UTF-8', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'TERM=dumb'];
    for (const user of accounts) assert.deepEqual(await see({}, user), plain);
    const odd = {
      PATH: '/nowhere',
      IFS: 'enp',
      ENV: '/etc/passwd',
      BAR: '$(id)`id`\n\'"\\ *',
      CDPATH: '/usr',
      PS4: '$(id >&2)',
      HOME: '',
      LC_ALL: 'no such locale',
      PWD: '/elsewhere',
      TERM: '-',
      a: '--',
    };
    const expected = Object.entries(odd).map(([name, value]) => `${name}=${value}`);
    for (const user of accounts) assert.deepEqual(await see(odd, user), expected.sort());
  });

  test('nothing of it reaches what runs before the program', { skip: !isRoot }, async () => {
    const place = mkdtempSync(join(tmpdir(), 'mco-path-'));
    try {
      chmodSync(place, 0o755);
      for (const name of ['cat', 'mv', 'rm', 'sleep', 'setsid', 'mkfifo', 'setpriv', 'env', 'sh']) {
        writeFileSync(join(place, name), `#!/bin/sh\ntouch ${place}/caught-${name}\n`, { mode: 0o755 });
      }
      const env = { PATH: place, LD_PRELOAD: '/nowhere/x.so', LD_LIBRARY_PATH: place };
      const { stderr } = await runScript(spool, ':', { file: '/bin/sh', user: 'nobody', env });
      assert.deepEqual(
        readdirSync(place).filter((name) => name.startsWith('caught')),
        [],
      );
      // The dynamic linker complains once in each program that gets it: env(1), as `nobody`, and the job's own.
      assert.equal(stderr.match(/x\.so/g)?.length, 2, stderr);
    } finally {
      rmSync(place, { recursive: true });
    }
  });
});
