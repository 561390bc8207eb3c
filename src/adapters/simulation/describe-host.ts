import type { Facts } from '../../core/facts.ts';
import type { PackageState } from '../../core/host/package-backend.ts';
import type { ServiceState } from '../../core/host/service-backend.ts';
import type { Distribution, Versions } from './distributions.ts';
import type { Role } from './host-roles.ts';
import { between, createRandom, pick } from './seeded-random.ts';
import type { VirtualHost } from './virtual-host.ts';

/** What is decided about a host before its details are made up. */
export interface HostPlan {
  readonly identity: string;
  readonly role: Role;
  readonly distribution: Distribution;
  readonly wedged?: boolean;
  /** The package of the founding slide: given where its role does not decide, left out where it was purged. */
  readonly openafs?: { readonly ensure: string; readonly newest: string };
}

const OPENAFS = 'openafs-modules-dkms';

/** Makes up everything about a host, the same for the same plan every time. */
export function describeHost(plan: HostPlan): VirtualHost {
  const { identity, role, distribution } = plan;
  const wanted = role.packages.flatMap((name) => {
    const versions = distribution.extra[name];
    return versions === undefined ? [] : [[name, versions] as const];
  });
  const packages = installPackages(plan, new Map([...Object.entries(distribution.base), ...wanted]));
  const { base, extra, more } = distribution;
  const available = new Map<string, Versions>(Object.entries({ ...more, ...base, ...extra }));
  if (plan.openafs !== undefined) {
    // No architecture: the slide's line ends in a bare full stop.
    packages.set(OPENAFS, { name: OPENAFS, ensure: plan.openafs.ensure, arch: '', status: 'installed' });
    available.set(OPENAFS, [plan.openafs.ensure, plan.openafs.newest]);
  }
  const hasAfs = packages.has(OPENAFS) || packages.has('openafs');
  const classes = new Set(['common', 'puppet', ...role.classes, ...(hasAfs ? ['afs_client'] : [])]);
  return {
    identity,
    facts: describeFacts(plan),
    classes,
    packages,
    available,
    services: describeServices(plan, hasAfs),
    wedged: plan.wedged ?? false,
  };
}

function installPackages(plan: HostPlan, available: ReadonlyMap<string, Versions>): Map<string, PackageState> {
  const random = createRandom(`${plan.identity} packages`);
  const arch = plan.distribution.family === 'RedHat' ? 'x86_64' : 'amd64';
  const packages = new Map<string, PackageState>();
  for (const [name, versions] of available) {
    const upToDate = random() < 0.7;
    const ensure = upToDate ? (versions.at(-1) ?? versions[0]) : pick(random, versions);
    packages.set(name, { name, ensure, arch, status: 'installed' });
  }
  return packages;
}

function describeServices({ identity, role, distribution }: HostPlan, hasAfs: boolean): Map<string, ServiceState> {
  const random = createRandom(`${identity} services`);
  const debian = distribution.family === 'Debian';
  const afs = hasAfs ? [debian ? 'openafs-client' : 'openafs'] : [];
  const services = new Map<string, ServiceState>();
  for (const name of ['sshd', debian ? 'cron' : 'crond', 'puppet', ...role.services, ...afs]) {
    const luck = name === 'sshd' ? 1 : random();
    if (luck < 0.01) services.set(name, { name, state: 'failed', detail: 'failed (exit status 1)' });
    else if (luck < 0.03) services.set(name, { name, state: 'stopped', detail: 'inactive (dead)' });
    else services.set(name, { name, state: 'running', detail: 'active (running)' });
  }
  const sshd = services.get('sshd');
  // Debian's own name for it; both are understood there.
  if (debian && sshd !== undefined) services.set('ssh', { ...sshd, name: 'ssh' });
  return services;
}

function describeFacts({ identity, role, distribution }: HostPlan): Facts {
  const random = createRandom(`${identity} facts`);
  const { family, name, release, major, codename } = distribution;
  const physical = random() < 0.6;
  const environment = pick(random, ['production', 'production', 'production', 'production', 'staging', 'development']);
  const canary = environment === 'staging' && random() < 0.3;
  const kernelrelease = pick(random, distribution.kernels);
  return {
    hostname: identity,
    fqdn: `${identity}.lab.example`,
    os: { family, name, release: { full: release, major }, distro: { codename } },
    osfamily: family,
    operatingsystem: name,
    operatingsystemrelease: release,
    lsbdistid: name,
    lsbdistcodename: codename,
    lsbdistrelease: release,
    lsbmajdistrelease: major,
    kernel: 'Linux',
    kernelrelease,
    architecture: family === 'RedHat' ? 'x86_64' : 'amd64',
    virtual: physical ? 'physical' : pick(random, ['kvm', 'vmware']),
    is_virtual: String(!physical),
    processorcount: String(2 ** between(random, 1, physical ? 5 : 3)),
    memorysize_mb: String(1024 * 2 ** between(random, 1, physical ? 6 : 4)),
    ipaddress: `10.${between(random, 16, 31)}.${between(random, 0, 255)}.${between(random, 1, 254)}`,
    uptime_days: String(between(random, 0, 400)),
    puppetversion: '3.7.4',
    location: pick(random, ['hamburg', 'hamburg', 'hamburg', 'zeuthen']),
    rack: `${pick(random, ['a', 'b', 'c', 'd'])}${between(random, 1, 24)}`,
    customer: role.customer,
    environment,
    role: canary ? 'canary' : role.name,
  };
}
