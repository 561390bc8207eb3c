import type { PackageBackend, PackageState } from '../../core/host/package-backend.ts';
import type { Clock } from '../../core/ports.ts';
import { countLibraries, findLibrary, listLibraries } from './simulated-libraries.ts';
import { createSimulatedManager } from './simulated-manager.ts';
import { createWork } from './simulated-work.ts';
import type { VirtualHost } from './virtual-host.ts';

/** The packages of a virtual host. Changes last for as long as the playground runs. */
export function createSimulatedPackages(host: VirtualHost, clock: Clock): PackageBackend {
  const work = createWork(host, 'package calls', clock);
  const installed = (): PackageState[] => [...host.packages.values()].filter(({ status }) => status === 'installed');
  return {
    order: host.facts.osfamily === 'RedHat' ? 'rpm' : 'deb',
    async status(name, signal) {
      await work(signal);
      return [findPackage(host, name) ?? missingPackage(host, name)];
    },
    async count(signal) {
      await work(signal);
      return countLibraries(host) + installed().length;
    },
    async list(signal) {
      await work(signal);
      return [...installed(), ...listLibraries(host)].map(({ name, ensure, arch }) => ({
        name,
        version: ensure,
        arch,
      }));
    },
    manager: createSimulatedManager(host, work),
  };
}

/** By name, or by `name:arch` as dpkg takes it. */
function findPackage(host: VirtualHost, name: string): PackageState | undefined {
  const [plain = name, arch] = name.split(':');
  const found = host.packages.get(plain) ?? findLibrary(host, plain);
  return arch === undefined || arch === found?.arch ? found : undefined;
}

/** dpkg's and rpm's words for what is not there. */
function missingPackage(host: VirtualHost, name: string): PackageState {
  const ensure = host.facts.osfamily === 'RedHat' ? 'absent' : 'purged';
  return { name, ensure, arch: '', status: 'not-installed' };
}
