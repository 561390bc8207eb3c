import { McoError } from '../../core/errors.ts';
import { describeHost, type HostPlan } from './describe-host.ts';
import { DISTRIBUTIONS, type Distribution } from './distributions.ts';
import {
  DEBIAN_FAMILIES,
  EL_FAMILIES,
  type HostFamily,
  nameHosts,
  ROLES,
  type Role,
  SCIENTIFIC_FAMILIES,
  UBUNTU_12_FAMILIES,
  UBUNTU_14_FAMILIES,
} from './host-roles.ts';
import { createRandom } from './seeded-random.ts';
import type { VirtualHost } from './virtual-host.ts';

/** The founding slide's shares: of 200 hosts 145 have Ubuntu 14.04, and of these 30 have the package purged. */
const SLIDE = { size: 200, trusty: 145, purged: 30 } as const;

/** The smallest fleet in which three silent hosts leave something to look at. */
const WEDGED_FROM_SIZE = 20;

const OPENAFS = { ensure: '1.6.7-1ubuntu1', newest: '1.6.7-1ubuntu1.1' } as const;

type NamedRole = readonly [identity: string, role: Role];

const INSTALLED: readonly NamedRole[] = [
  ['fai05', ROLES.installer],
  ['it-cups-public', ROLES.print],
  ['idp1', ROLES.identity],
];
const PURGED: readonly NamedRole[] = [['exfldb01n0', ROLES.database]];
const WEDGED: readonly NamedRole[] = [
  ['atlas28', ROLES.workgroup],
  ['fai07', ROLES.installer],
  ['idp2', ROLES.identity],
];

const OTHERS: readonly (readonly [share: number, distribution: Distribution, families: readonly HostFamily[]])[] = [
  [20, DISTRIBUTIONS.SCIENTIFIC_6, SCIENTIFIC_FAMILIES],
  [15, DISTRIBUTIONS.EL_7, EL_FAMILIES],
  [12, DISTRIBUTIONS.PRECISE, UBUNTU_12_FAMILIES],
  [8, DISTRIBUTIONS.WHEEZY, DEBIAN_FAMILIES],
];

/**
 * The playground's imaginary fleet, sorted by name and the same every time. 200 hosts give the founding slide exactly:
 * 145 with `lsbmajdistrelease` 14.04, of which 112 have openafs-modules-dkms 1.6.7-1ubuntu1, 30 have it purged, and
 * atlas28, fai07 and idp2 are wedged. Other sizes keep the shares; the three are there from 20 hosts on.
 *
 * @param size 1 to 20,000 hosts
 * @throws McoError `usage/bad-number`
 */
export function layoutFleet(size: number = SLIDE.size): VirtualHost[] {
  if (!Number.isInteger(size) || size < 1 || size > 20_000) {
    throw new McoError('usage/bad-number', `a fleet has 1 to 20000 nodes, not \`${size}\``);
  }
  const trusty = Math.round((size * SLIDE.trusty) / SLIDE.size);
  const plans = [...planTrusty(trusty, size >= WEDGED_FROM_SIZE), ...planOthers(size - trusty)];
  return plans.map(describeHost).sort((a, b) => (a.identity < b.identity ? -1 : 1));
}

function planTrusty(count: number, withWedged: boolean): HostPlan[] {
  const wedged = withWedged ? WEDGED : [];
  const purgedCount = Math.round((count * SLIDE.purged) / SLIDE.trusty);
  const installedCount = count - purgedCount - wedged.length;
  const purged = PURGED.slice(0, purgedCount);
  const installed = INSTALLED.slice(0, installedCount);
  const taken = new Set([...INSTALLED, ...PURGED, ...WEDGED].map(([identity]) => identity));
  const rest = takeHosts(UBUNTU_14_FAMILIES, taken, count - wedged.length - purged.length - installed.length);
  const luck = new Map(rest.map((host) => [host, createRandom(`${host[0]} openafs`)()]));
  rest.sort((a, b) => (luck.get(a) ?? 0) - (luck.get(b) ?? 0));
  purged.push(...rest.splice(0, purgedCount - purged.length));
  installed.push(...rest);
  const plan = ([identity, role]: NamedRole) => ({ identity, role, distribution: DISTRIBUTIONS.TRUSTY });
  return [
    ...wedged.map((host) => ({ ...plan(host), openafs: OPENAFS, wedged: true })),
    ...purged.map(plan),
    ...installed.map((host) => ({ ...plan(host), openafs: OPENAFS })),
  ];
}

function planOthers(count: number): HostPlan[] {
  const shares = OTHERS.reduce((sum, [share]) => sum + share, 0);
  let sharesSoFar = 0;
  return OTHERS.flatMap(([share, distribution, families]) => {
    // Rounding the running sum, not each part, makes the parts add up.
    const from = Math.round((count * sharesSoFar) / shares);
    sharesSoFar += share;
    const hosts = takeHosts(families, new Set(), Math.round((count * sharesSoFar) / shares) - from);
    return hosts.map(([identity, role]) => ({ identity, role, distribution }));
  });
}

function takeHosts(families: readonly HostFamily[], taken: ReadonlySet<string>, count: number): NamedRole[] {
  const hosts: NamedRole[] = [];
  if (count === 0) return hosts;
  for (const { identity, role } of nameHosts(families, taken)) {
    hosts.push([identity, role]);
    if (hosts.length === count) break;
  }
  return hosts;
}
