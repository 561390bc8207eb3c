/** What a kind of host is for: its classes, and the packages and services that come with it where they exist. */
export interface Role {
  readonly name: string;
  readonly classes: readonly string[];
  readonly packages: readonly string[];
  readonly services: readonly string[];
  /** Whom it belongs to. */
  readonly customer: string;
}

/** Hosts that are named and used alike. */
export interface HostFamily {
  /** How often it comes among its neighbours. */
  readonly share: number;
  readonly role: Role;
  /** The name of its n-th host, from 0; no two families share a name. */
  name(index: number): string;
}

const role = (name: string, customer: string, parts: Partial<Role> = {}): Role => ({
  name,
  customer,
  classes: [],
  packages: [],
  services: [],
  ...parts,
});

const AFS = { packages: ['openafs', 'openafs-modules-dkms'] } as const;

export const ROLES = {
  workgroup: role('workgroup', 'atlas', { classes: ['workgroup_server'], ...AFS }),
  installer: role('installer', 'it', { classes: ['fai_client'], ...AFS }),
  identity: role('identity', 'it', { classes: ['webserver', 'idp'], packages: ['nginx'], services: ['nginx'] }),
  database: role('database', 'xfel', { classes: ['database'], packages: ['postgresql'], services: ['postgresql'] }),
  print: role('print', 'it', { classes: ['cups'], packages: ['cups'], services: ['cups'] }),
  web: role('web', 'it', { classes: ['webserver'], packages: ['nginx'], services: ['nginx'] }),
  desktop: role('desktop', 'theory', { classes: ['desktop'], packages: ['cups'], services: ['cups'] }),
  experiment: role('experiment', 'fs-ec', { classes: ['experiment_control'] }),
  beamline: role('beamline', 'acme', { classes: ['experiment_control', 'beamline'] }),
  control: role('control', 'mcs', { classes: ['control_system'], ...AFS }),
  batch: role('batch', 'it', { classes: ['batch_worker'], packages: ['condor', 'openafs'], services: ['condor'] }),
  storage: role('storage', 'it', { classes: ['dcache'], packages: ['dcache'], services: ['dcache-server'] }),
  mail: role('mail', 'it', { classes: ['mail_relay'], packages: ['postfix'], services: ['postfix'] }),
  names: role('names', 'it', { classes: ['nameserver'], packages: ['bind9'], services: ['bind9'] }),
} as const;

/** @param pattern `atlas##`: the signs stand for a number of at least that many digits, from 1 */
const family = (share: number, use: Role, pattern: string): HostFamily => ({
  share,
  role: use,
  name: (index) => pattern.replace(/#+/, (signs) => String(index + 1).padStart(signs.length, '0')),
});

export const UBUNTU_14_FAMILIES: readonly HostFamily[] = [
  family(6, ROLES.workgroup, 'atlas##'),
  family(3, ROLES.installer, 'fai##'),
  family(1, ROLES.identity, 'idp#'),
  {
    share: 3,
    role: ROLES.database,
    name: (index) => `exfldb${String(Math.floor(index / 2) + 1).padStart(2, '0')}n${index % 2}`,
  },
  family(1, ROLES.print, 'it-cups##'),
  family(3, ROLES.web, 'it-web##'),
  family(8, ROLES.desktop, 'pal###'),
  family(4, ROLES.experiment, 'hasy-exp##'),
  family(2, ROLES.beamline, 'petra-bl##'),
];

export const UBUNTU_12_FAMILIES: readonly HostFamily[] = [
  family(2, ROLES.control, 'mcs-con##'),
  family(1, ROLES.experiment, 'flash-daq##'),
];

export const DEBIAN_FAMILIES: readonly HostFamily[] = [
  family(1, ROLES.mail, 'it-mail##'),
  family(1, ROLES.names, 'it-dns##'),
  family(1, ROLES.web, 'zn-web##'),
];

export const SCIENTIFIC_FAMILIES: readonly HostFamily[] = [
  family(4, ROLES.batch, 'bird-wn###'),
  family(1, ROLES.storage, 'nfs-dcache##'),
];

export const EL_FAMILIES: readonly HostFamily[] = [
  family(3, ROLES.batch, 'max-wn###'),
  family(2, ROLES.storage, 'dcache-door##'),
  family(1, ROLES.web, 'zn-portal##'),
];

/** The families' next hosts, each family as often as its share says; names that are taken are left out. */
export function* nameHosts(
  families: readonly HostFamily[],
  taken: ReadonlySet<string>,
): Generator<{ identity: string; role: Role }> {
  const round = families.flatMap((one) => Array.from({ length: one.share }, () => one));
  const used = new Map<HostFamily, number>();
  for (;;) {
    for (const one of round) {
      const index = used.get(one) ?? 0;
      used.set(one, index + 1);
      const identity = one.name(index);
      if (!taken.has(identity)) yield { identity, role: one.role };
    }
  }
}
