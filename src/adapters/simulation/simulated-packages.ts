import { McoError } from '../../core/errors.ts';
import type { PackageBackend, PackageState } from '../../core/host.ts';
import type { Clock } from '../../core/ports.ts';
import { between, createRandom } from './seeded-random.ts';
import { createWork } from './simulated-work.ts';
import type { VirtualHost } from './virtual-host.ts';

/** The packages of a virtual host. Updates change the host, for as long as the playground runs. */
export function createSimulatedPackages(host: VirtualHost, clock: Clock): PackageBackend {
  const work = createWork(host, 'package calls', clock);
  const unlisted = between(createRandom(`${host.identity} package count`), 600, 2200);
  return {
    async status(name, signal) {
      await work(signal);
      return [findPackage(host, name) ?? missingPackage(host, name)];
    },
    async count(signal) {
      await work(signal);
      return unlisted + host.packages.size;
    },
    async update(name, signal) {
      await work(signal);
      const found = findPackage(host, name);
      if (found === undefined) throw new McoError('failed/not-installed', `\`${name}\` is not installed here`);
      const after = host.newest.get(found.name) ?? found.ensure;
      host.packages.set(found.name, { ...found, ensure: after });
      return { before: found.ensure, after };
    },
  };
}

/** By name, or by `name:arch` as dpkg takes it. */
function findPackage(host: VirtualHost, name: string): PackageState | undefined {
  const [plain = name, arch] = name.split(':');
  const found = host.packages.get(plain);
  return arch === undefined || arch === found?.arch ? found : undefined;
}

/** dpkg's and rpm's words for what is not there. */
function missingPackage(host: VirtualHost, name: string): PackageState {
  const ensure = host.facts.osfamily === 'RedHat' ? 'absent' : 'purged';
  return { name, ensure, arch: '', status: 'not-installed' };
}
