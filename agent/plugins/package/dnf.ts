import { McoError } from '../../../src/core/errors.ts';
import type {
  PackageBackend,
  PackageChange,
  PackageManager,
  PackageState,
} from '../../../src/core/host/package-backend.ts';
import type { JobCommand } from '../../../src/core/jobs.ts';
import type { Clock, Finished, ProcessRunner } from '../../../src/core/ports.ts';
import { compareVersions } from '../../../src/core/version-order.ts';
import { explainDnf, explainDnfOutput } from './explain-dnf.ts';
import { isThere } from './package-state.ts';
import { parseDnfSteps, parseDnfUpdates } from './parse-dnf.ts';
import { waitForLocks } from './wait-for-locks.ts';

const DANGER = 'the transaction would be left half-way: both the old and the new version in the database';
const MAX_OUTPUT_BYTES = 4 * 1024 * 1024;
const UPDATES_EXIT = 100;
const LOCK_FILES = [
  '/var/cache/dnf/metadata_lock.pid',
  '/var/cache/dnf/download_lock.pid',
  '/var/lib/dnf/rpmdb_lock.pid',
  '/var/run/yum.pid',
];

export interface DnfOptions {
  readonly program: 'dnf' | 'yum';
  readonly clock: Clock;
  /** The configuration file; default the program's own. */
  readonly config?: string | undefined;
  /** An install root. */
  readonly root?: string | undefined;
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** What is installed now: of updates it is told only what is to come. */
  readonly list: PackageBackend['list'];
}

/**
 * Changes packages with dnf, or with yum, its elder. They would wait for their lock for ever and start who knows when; so
 * they are told not to, and it is waited for, up to a minute, before they are started.
 */
export function createDnfManager(runner: ProcessRunner, options: DnfOptions): PackageManager {
  const { program, clock, config, root, list } = options;
  const env = { LC_ALL: 'C', ...options.environment };
  const common = [
    '--setopt=exit_on_lock=True',
    ...(config === undefined ? [] : ['-c', config]),
    ...(root === undefined ? [] : [`--installroot=${root}`]),
  ];
  const lockFiles = LOCK_FILES.map((file) => `${root ?? ''}${file}`);
  const job = (args: readonly string[]): JobCommand => ({
    file: program,
    args: ['-y', ...common, ...args],
    env,
    dangerOfKill: DANGER,
  });
  const run = (args: readonly string[], signal: AbortSignal): Promise<Finished> =>
    runner.run({ file: program, args: [...common, ...args], env, signal, maxOutputBytes: MAX_OUTPUT_BYTES });

  return {
    name: program,
    async updates(signal) {
      const finished = await run(['-q', 'check-update'], signal);
      if (finished.truncated) throw new McoError('failed/dnf', `${program} said more than can be read`);
      if (finished.exitCode === 0) return [];
      if (finished.exitCode !== UPDATES_EXIT) throw explainDnfOutput(program, finished);
      return parseDnfUpdates(finished.stdout, await list(signal));
    },
    async rehearse(change, signal) {
      // INVARIANT: never together with `-y`.
      const finished = await run(['--assumeno', ...changeArgs(program, change)], signal);
      // It calls it a failure that it was told not to go on.
      const isTold = /^Transaction Summary/m.test(finished.stdout);
      if (!isTold && finished.exitCode !== 0) throw explainDnfOutput(program, finished);
      return isTold ? parseDnfSteps(finished.stdout, await list(signal)) : [];
    },
    async change(change, signal) {
      await waitForLocks(runner, { clock, files: lockFiles, signal });
      return job(changeArgs(program, change));
    },
    async refresh(signal) {
      await waitForLocks(runner, { clock, files: lockFiles, signal });
      return job(program === 'dnf' ? ['--refresh', 'makecache'] : ['makecache']);
    },
    explain: (end) => explainDnf(program, end),
  };
}

/** Neither takes `--`, nor needs it: no name begins with a dash, and none holds a wildcard. */
function changeArgs(program: 'dnf' | 'yum', { verb, package: name, version, before }: PackageChange): string[] {
  const [plain = name, arch] = name.split(':');
  const suffix = arch === undefined ? '' : `.${arch}`;
  const target = `${plain}${version === undefined ? '' : `-${version}`}${suffix}`;
  const best = program === 'dnf' ? ['--best'] : [];
  if (verb === 'uninstall' || verb === 'purge') return ['remove', target];
  if (version !== undefined && isOlder(version, before)) return ['downgrade', target];
  if (verb === 'install') return [...best, 'install', target];
  return [...best, program === 'dnf' ? 'upgrade' : 'update', target];
}

const isOlder = (version: string, before: readonly PackageState[]): boolean =>
  before.some((row) => isThere(row) && compareVersions('rpm', withEpoch(version, row.ensure), row.ensure) < 0);

/** Who names no epoch means the one that is installed. */
const withEpoch = (version: string, installed: string): string =>
  /^\d+:/.test(version) ? version : `${/^\d+:/.exec(installed)?.[0] ?? ''}${version}`;
