import { McoError } from '../../core/errors.ts';
import type {
  PackageChange,
  PackageManager,
  PackageState,
  PackageStep,
  PackageUpdate,
} from '../../core/host/package-backend.ts';
import { findLibrary } from './simulated-libraries.ts';
import type { Work } from './simulated-work.ts';
import type { VirtualHost } from './virtual-host.ts';

const REPOSITORY = 'main';

/** The package manager of a virtual host: it has what its distribution has, and only libraries are needed by anything. */
export function createSimulatedManager(host: VirtualHost, work: Work): PackageManager {
  const isRpm = host.facts.osfamily === 'RedHat';
  const perform = (change: () => void) => ({
    async perform(signal: AbortSignal) {
      await work(signal);
      change();
      return { exitCode: 0, stdout: 'done\n' };
    },
  });
  return {
    name: isRpm ? 'yum' : 'apt-get',
    async updates(signal) {
      await work(signal);
      return findUpdates(host);
    },
    async rehearse(change, signal) {
      await work(signal);
      return planSteps(host, change);
    },
    async change(change, signal) {
      await work(signal);
      const steps = planSteps(host, change);
      return perform(() => {
        for (const step of steps) takeStep(host, step, change);
      });
    },
    refresh: () => Promise.resolve(perform(() => undefined)),
    explain: ({ exit }) =>
      Promise.resolve(
        exit.state === 'exited' ? undefined : new McoError('failed/killed', 'the package manager was ended'),
      ),
  };
}

function findUpdates(host: VirtualHost): PackageUpdate[] {
  return [...host.packages.values()].flatMap(({ name, ensure, status }) => {
    const to = host.available.get(name)?.at(-1) ?? ensure;
    const isNewer = status === 'installed' && to !== ensure;
    return isNewer ? [{ package: name, from: ensure, to, repository: REPOSITORY }] : [];
  });
}

/** One step, or none where there is nothing to do. */
function planSteps(host: VirtualHost, { verb, package: wanted, version }: PackageChange): PackageStep[] {
  const [name = wanted] = wanted.split(':');
  const library = findLibrary(host, name);
  if (library !== undefined) return planLibrary(library, { verb, version });
  const found = host.packages.get(name);
  const before = found?.status === 'installed' ? found.ensure : '';
  if (verb === 'uninstall' || verb === 'purge') return found === undefined ? [] : [{ name, before, after: '' }];
  const versions = host.available.get(name);
  if (versions === undefined) {
    throw new McoError('failed/unknown-package', `there is no package \`${name}\` that could be installed`);
  }
  if (version !== undefined && !versions.includes(version)) {
    throw new McoError('failed/unknown-version', `there is no version \`${version}\` of \`${name}\``, {
      hint: `known: ${versions.join(', ')}`,
    });
  }
  const after = version ?? versions.at(-1) ?? versions[0];
  return after === before ? [] : [{ name, before, after }];
}

/** They stay as they are: something always needs them, and there is no other version. */
function planLibrary(
  { name, ensure }: PackageState,
  { verb, version = ensure }: Pick<PackageChange, 'verb' | 'version'>,
): PackageStep[] {
  if (verb === 'uninstall' || verb === 'purge') {
    throw new McoError('failed/dependencies', `other packages need \`${name}\``, { hint: 'nothing was changed' });
  }
  if (version === ensure) return [];
  throw new McoError('failed/unknown-version', `there is no version \`${version}\` of \`${name}\``, {
    hint: `known: ${ensure}`,
  });
}

function takeStep(host: VirtualHost, { name, after }: PackageStep, { verb }: PackageChange): void {
  const isRpm = host.facts.osfamily === 'RedHat';
  const native = isRpm ? 'x86_64' : 'amd64';
  const found = host.packages.get(name);
  if (after !== '') {
    const installed = { name, ensure: after, arch: found?.arch ?? native, status: 'installed' };
    host.packages.set(name, installed);
  } else if (isRpm || verb === 'purge') host.packages.delete(name);
  else host.packages.set(name, leftover(name));
}

/** What dpkg says of a package of which only the configuration files are left. */
const leftover = (name: string): PackageState => ({ name, ensure: 'absent', arch: '', status: 'config-files' });
