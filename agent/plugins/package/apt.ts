import { McoError } from '../../../src/core/errors.ts';
import type { PackageChange, PackageManager } from '../../../src/core/host/package-backend.ts';
import type { JobCommand } from '../../../src/core/jobs.ts';
import type { Finished, ProcessRunner } from '../../../src/core/ports.ts';
import { explainApt, explainAptOutput } from './explain-apt.ts';
import { isThere, withoutArch } from './package-state.ts';
import { parseAptPolicy, parseAptSteps, parseAptUpdates } from './parse-apt.ts';

const DANGER = 'dpkg would be left half-way, and every later change of packages would fail';
const MAX_OUTPUT_BYTES = 4 * 1024 * 1024;

/** Nobody is there to answer questions; changed configuration files stay as they are (apt-get(8), dpkg(1)). */
const ENVIRONMENT = {
  DEBIAN_FRONTEND: 'noninteractive',
  APT_LISTCHANGES_FRONTEND: 'none',
  UCF_FORCE_CONFFOLD: '1',
  LC_ALL: 'C.UTF-8',
};
const LOCK_OPTIONS = ['-o', 'DPkg::Lock::Timeout=60'];
const CHANGE_OPTIONS = [
  '-y',
  '-q',
  ...LOCK_OPTIONS,
  '-o',
  'Dpkg::Options::=--force-confdef',
  '-o',
  'Dpkg::Options::=--force-confold',
];

/** Changes packages with apt-get, which waits for its lock for up to a minute. */
export function createAptManager(
  runner: ProcessRunner,
  environment: Readonly<Record<string, string>> = {},
): PackageManager {
  const env = { ...ENVIRONMENT, ...environment };
  const run = (file: string, args: readonly string[], signal: AbortSignal): Promise<Finished> =>
    runner.run({ file, args, env, signal, maxOutputBytes: MAX_OUTPUT_BYTES });
  const job = (args: readonly string[]): JobCommand => ({ file: 'apt-get', args, env, dangerOfKill: DANGER });

  /** A simulation takes no lock. */
  async function simulate(args: readonly string[], signal: AbortSignal): Promise<string> {
    const { exitCode, stdout, stderr, truncated } = await run('apt-get', ['-s', ...args], signal);
    if (exitCode !== 0) throw explainAptOutput({ stdout, stderr });
    if (truncated) throw new McoError('failed/apt', 'apt-get said more than can be read');
    return stdout;
  }

  /**
   * INVARIANT: apt-get only ever gets names that it knows exactly. What it does not know it reads as a pattern (`a.c`), or
   * as an order to the contrary (`nginx-` removes nginx).
   */
  async function requireKnown({ verb, package: name, version }: PackageChange, signal: AbortSignal): Promise<void> {
    // Nothing that is not installed comes this far.
    if (verb === 'uninstall' || verb === 'purge') return;
    const { stdout } = await run('apt-cache', ['policy', '--', name], signal);
    const known = parseAptPolicy(stdout, name);
    if (known === undefined || known.versions.length === 0) {
      throw new McoError('failed/unknown-package', `apt knows no package \`${name}\` that could be installed`, {
        hint: '`package refresh` fetches the lists again',
      });
    }
    if (version === undefined || known.versions.includes(version)) return;
    throw new McoError('failed/unknown-version', `apt knows no version \`${version}\` of \`${name}\``, {
      hint: `known: ${known.versions.slice(0, 5).join(', ')}`,
    });
  }

  return {
    name: 'apt-get',
    async updates(signal) {
      return parseAptUpdates(await simulate(['dist-upgrade'], signal));
    },
    async rehearse(change, signal) {
      await requireKnown(change, signal);
      return parseAptSteps(await simulate([...CHANGE_OPTIONS, ...changeArgs(change)], signal));
    },
    async change(change, signal) {
      await requireKnown(change, signal);
      return job([...CHANGE_OPTIONS, ...changeArgs(change)]);
    },
    refresh: () => Promise.resolve(job(['-q', ...LOCK_OPTIONS, '-o', 'APT::Update::Error-Mode=any', 'update'])),
    explain: explainApt,
  };
}

function changeArgs(change: PackageChange): string[] {
  const targets = nameTargets(change);
  switch (change.verb) {
    case 'install':
    case 'update': {
      const only = change.verb === 'update' ? ['--only-upgrade'] : [];
      if (change.version === undefined) return ['install', ...only, '--', ...targets];
      const versions = targets.map((target) => `${target}=${change.version}`);
      return ['install', ...only, '--allow-downgrades', '--', ...versions];
    }
    case 'uninstall':
      return ['remove', '--', ...targets];
    case 'purge':
      return ['purge', '--', ...targets];
  }
}

/** Every architecture that it is installed for, where nobody named one. */
function nameTargets({ package: name, before }: PackageChange): string[] {
  const rows = before.filter(isThere);
  if (name.includes(':') || rows.length < 2) return [name];
  return rows.map(({ arch }) => `${withoutArch(name)}:${arch}`);
}
