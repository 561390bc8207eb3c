import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { requireOwned } from '../../src/adapters/external-agents/require-owned.ts';
import { whyNoHungMount } from '../contract/hung-mount.ts';
import { reasonToSkip } from '../contract/openssh-tools.ts';
import { waitFor } from '../contract/wait-for.ts';
import { mountHungDisk } from './hung-disk.ts';
import { startProgram } from './programs.ts';
import { createSite, type Site, startNode } from './site.ts';

const isOwned = await requireOwned(homedir(), process.getuid?.() ?? 0).then(
  () => true,
  () => false,
);
const ownHome = process.env.CI === 'true' || isOwned ? false : "the home directory is not this user's alone";
const skip = ownHome || reasonToSkip('ssh-keygen');

const DESCRIPTION = {
  agent: 'stubborn',
  version: '1.0.0',
  about: 'does not listen',
  actions: {
    go: { about: 'goes on for ever', effect: 'read', timeoutMs: 60_000, input: {}, output: {} },
  },
};

const PROGRAM = `#!/bin/sh
trap '' TERM
echo $$ >"$MCO_TEST_PID.new"
mv "$MCO_TEST_PID.new" "$MCO_TEST_PID"
while :; do sleep 0.1; done
`;

const isThere = (pid: string): boolean => {
  const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'latin1') : ') X';
  return !/^\) [ZX]/.test(stat.slice(stat.lastIndexOf(')')));
};

describe('the stop of an agent', { skip, timeout: 120_000 }, () => {
  let site: Site;
  let agents: string;
  before(async () => {
    site = await createSite({
      broker: 'embedded',
      hosts: { node1: 'ed25519' },
      signers: {
        'mco-read': { kind: 'ed25519' },
        'mco-write': { kind: 'ed25519' },
        raj: { kind: 'ed25519', policy: { effect: 'write', callers: ['person:raj'] } },
      },
    });
    site.write('raj.yaml', {
      caller: 'person:raj',
      key: { principal: 'raj', file: 'raj' },
      known_hosts: ['known_hosts'],
      broker: site.brokerSection('bot', 'plain'),
      audit: 'raj-audit.jsonl',
    });
    agents = mkdtempSync(join(homedir(), '.mco-e2e-stop-'));
    chmodSync(agents, 0o755);
  });
  after(async () => {
    await site?.remove();
    rmSync(agents, { recursive: true, force: true });
  });

  it('leaves no program behind that was given up, were it deaf to SIGTERM', async () => {
    const pidFile = site.path('stubborn.pid');
    const directory = join(agents, 'stubborn');
    mkdirSync(directory, { mode: 0o755 });
    writeFileSync(join(directory, 'agent.json'), JSON.stringify(DESCRIPTION), { mode: 0o644 });
    writeFileSync(join(directory, 'run'), PROGRAM.replaceAll('$MCO_TEST_PID', pidFile), { mode: 0o755 });
    const { running } = await startNode(site, 'node1', { sections: { agents } });
    const asking = startProgram('cli', ['--config', site.path('raj.yaml'), 'stubborn', 'go', '-I', 'node1'], {
      cwd: site.dir,
    });
    await Promise.race([waitFor(() => existsSync(pidFile)), asking.ended.then(({ stdout }) => assert.fail(stdout))]);
    const pid = readFileSync(pidFile, 'utf8').trim();
    try {
      assert.equal((await running.stop()).exitCode, 0);
      await waitFor(() => !isThere(pid), 5000);
    } finally {
      if (isThere(pid)) process.kill(-Number(pid), 'SIGKILL');
      await asking.stop('SIGKILL');
    }
  });

  it('is not held up by an audit log on a disk that hangs', { skip: whyNoHungMount() }, async () => {
    const disk = await mountHungDisk();
    try {
      const { running } = await startNode(site, 'node1', { sections: { audit: join(disk.path, 'audit.jsonl') } });
      disk.hang();
      const ended = running.stop();
      await waitFor(() => /the audit log did not take the stop within 3 s: it was left/.test(running.output.stderr));
      assert.match(running.output.stderr, /the audit log did not close within 3 s: it is left/);
      // The kernel keeps a process for as long as one of its threads waits for such a disk.
      disk.release();
      assert.equal((await ended).exitCode, 1);
    } finally {
      await disk.close();
    }
  });
});
