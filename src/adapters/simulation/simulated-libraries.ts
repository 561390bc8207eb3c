import type { PackageState } from '../../core/host/package-backend.ts';
import { between, createRandom } from './seeded-random.ts';
import type { VirtualHost } from './virtual-host.ts';

const NAME = /^library-(\d{4})$/;
const VERSION = '1.0-1';

/**
 * The many packages of a host that nobody asks for by name: `library-0001` and so on. They are made up when they are asked
 * for, as hosts by the hundred have a thousand of them each; hosts with the same work have the same.
 */
export function listLibraries(host: VirtualHost): readonly PackageState[] {
  return Array.from({ length: countLibraries(host) }, (_, index) => makeLibrary(host, index + 1));
}

export function countLibraries({ facts }: VirtualHost): number {
  const { operatingsystem, operatingsystemrelease, role } = facts;
  const work = JSON.stringify([operatingsystem, operatingsystemrelease, role]);
  return between(createRandom(`${work} libraries`), 600, 2200);
}

/** Undefined where a host has none of that name. */
export function findLibrary(host: VirtualHost, name: string): PackageState | undefined {
  const number = Number(NAME.exec(name)?.[1] ?? 0);
  return number >= 1 && number <= countLibraries(host) ? makeLibrary(host, number) : undefined;
}

function makeLibrary({ facts }: VirtualHost, number: number): PackageState {
  const arch = facts.osfamily === 'RedHat' ? 'x86_64' : 'amd64';
  return { name: `library-${String(number).padStart(4, '0')}`, ensure: VERSION, arch, status: 'installed' };
}
