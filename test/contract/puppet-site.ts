import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPuppetAgent } from '../../agent/plugins/puppet/create-puppet-agent.ts';
import { createPuppetBackend } from '../../agent/plugins/puppet/create-puppet-backend.ts';
import type { PuppetOptions } from '../../agent/plugins/puppet/puppet-host.ts';
import { systemClock } from '../../src/adapters/clock/system-clock.ts';
import { createHostFiles } from '../../src/adapters/exec/host-files.ts';
import { createProcessRunner } from '../../src/adapters/exec/process-runner.ts';
import type { PuppetBackend } from '../../src/core/host/puppet-backend.ts';
import type { JobCommand, JobExit } from '../../src/core/jobs.ts';
import type { JsonValue } from '../../src/core/json.ts';
import type { ReplyData } from '../../src/core/reply.ts';
import { type CallOptions, callAction } from '../fakes/call-action.ts';
import { makeCertificates } from './puppet-certificates.ts';
import { type PuppetServer, startPuppetServer } from './puppet-server.ts';
import { waitFor } from './wait-for.ts';

/** Why Debian's Puppet can't be tested here; false where it can. */
export function whyNoPuppet(): string | false {
  if (process.getuid?.() !== 0) return 'only root runs Puppet as nodes do';
  if (existsSync('/usr/bin/puppet') || process.env.CI === 'true') return false;
  return 'Puppet is not installed (Debian package puppet-agent)';
}

/** A real Puppet agent with a configuration of its own, below a directory that goes away with it. */
export interface PuppetSite {
  readonly dir: string;
  readonly server: PuppetServer;
  readonly puppet: PuppetBackend;
  readonly runLock: string;
  call(action: string, options?: CallOptions): Promise<ReplyData>;
  /** Starts a run on its own, as the daemon does, and resolves when it holds the lock: with its process. */
  startRun(): Promise<{ readonly pid: number; readonly ended: Promise<void> }>;
  close(): Promise<void>;
}

/** An output that should be text; anything else as JSON, for the message of the test that fails. */
export const textOf = (value: JsonValue | undefined): string =>
  typeof value === 'string' ? value : JSON.stringify(value);

const NAME = 'testnode';
const HOUR_MS = 3_600_000;

export async function openPuppetSite(overrides: Partial<PuppetOptions> = {}): Promise<PuppetSite> {
  const dir = mkdtempSync(join(tmpdir(), 'mco-puppet-'));
  const confdir = join(dir, 'conf');
  mkdirSync(confdir);
  const certificates = makeCertificates(dir, join(dir, 'ssl'), NAME);
  const server = await startPuppetServer(certificates);
  writeFileSync(join(confdir, 'puppet.conf'), describeConfiguration(dir, server.port));
  const runner = createProcessRunner({ killGraceMs: 100 });
  const options: PuppetOptions = {
    confdir,
    hungAfterMs: 2 * HOUR_MS,
    outdatedAfterMs: 2 * HOUR_MS,
    permits: { readableTypes: ['file'], changeableTypes: ['file'], allowManaged: false, allowServer: false },
    ...overrides,
  };
  const puppet = createPuppetBackend({ runner, files: createHostFiles(runner), clock: systemClock, options });
  const agent = createPuppetAgent(puppet, () => Date.now());
  const runLock = join(dir, 'var', 'state', 'agent_catalog_run.lock');
  return {
    dir,
    server,
    puppet,
    runLock,
    call: (action, call) => callAction(agent, action, { runCommand, ...call }),
    async startRun() {
      const args = ['agent', '--confdir', confdir, '--onetime', '--no-daemonize', '--no-splay'];
      const child = spawn('puppet', args, { stdio: 'ignore', detached: true });
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      await waitFor(() => existsSync(runLock) && readFileSync(runLock, 'utf8') !== '');
      return { pid: Number(readFileSync(runLock, 'utf8')), ended };
    },
    async close() {
      await server.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };

  async function runCommand({ file, args }: JobCommand): Promise<{ exit: JobExit; stdout: string; stderr: string }> {
    const { exitCode, signal, stdout, stderr } = await runner.run({ file, args, signal: new AbortController().signal });
    const exit: JobExit =
      exitCode === undefined ? { state: 'killed', signal: signal ?? '' } : { state: 'exited', exitCode };
    return { exit, stdout, stderr };
  }
}

const describeConfiguration = (dir: string, port: number): string =>
  [
    '[main]',
    ...['var', 'ssl', 'run', 'public', 'log'].map((name) => `${name}dir=${join(dir, name)}`),
    `certname=${NAME}`,
    'certificate_revocation=false',
    'server=localhost',
    `serverport=${port}`,
    '',
  ].join('\n');
