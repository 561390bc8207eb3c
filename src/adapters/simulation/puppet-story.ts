import { between, createRandom, pick } from './seeded-random.ts';
import type { VirtualHost } from './virtual-host.ts';

/** What is made up about a host's Puppet, the same every time. */
export interface PuppetStory {
  readonly trouble: 'none' | 'disabled' | 'hung' | 'crashed' | 'outdated';
  readonly disableMessage: string;
  /** Where in its half hour the daemon's runs begin, ms. */
  readonly offsetMs: number;
  /** How long a run of the daemon takes, and one that somebody asks for, ms. */
  readonly daemonRunMs: number;
  readonly runMs: number;
  readonly totalResources: number;
  /** Resources that a run finds out of sync, each time in turn. */
  readonly changes: readonly [number, ...number[]];
  /** A resource that fails in every run. */
  readonly failure: Failure | undefined;
}

interface Failure {
  readonly resource: string;
  readonly message: string;
}

const REASONS = [
  'kernel tests until Friday, see ticket 4711',
  'data taking: do not touch before Monday',
  'debugging the NFS mounts',
  'disabled by hand during the incident',
] as const;

const FAILURES: readonly [Failure, ...Failure[]] = [
  {
    resource: 'Package[condor]',
    message: "change from 'absent' to 'present' failed: Could not find a suitable provider for package",
  },
  {
    resource: 'Exec[refresh-afs-cache]',
    message: "change from 'notrun' to ['0'] failed: /usr/bin/fs flushall returned 1 instead of one of [0]",
  },
  {
    resource: 'File[/etc/grid-security/hostkey.pem]',
    message: 'Could not evaluate: Could not retrieve information from source puppet:///modules/grid/hostkey.pem',
  },
];

/** The run that hangs on some hosts, and its child that nothing ends. */
export const HUNG_RUN = { pid: 4242, child: 4250, command: 'df', wchan: 'rpc_wait_bit_killable' } as const;

export function tellPuppetStory({ identity, facts }: VirtualHost): PuppetStory {
  const random = createRandom(`${identity} puppet`);
  const luck = random();
  const trouble =
    luck < 0.04 ? 'disabled' : luck < 0.05 ? 'hung' : luck < 0.06 ? 'crashed' : luck < 0.08 ? 'outdated' : 'none';
  const isBroken = random() < 0.04;
  // What was tried on some comes to all of them: one version of the configuration changes much the same everywhere.
  const often = facts.environment === 'production' ? 0.3 : 0.6;
  const count = () => (random() < often ? between(random, 1, 9) : 0);
  return {
    trouble,
    disableMessage: trouble === 'disabled' ? pick(random, REASONS) : '',
    offsetMs: between(random, 0, 1_800_000),
    daemonRunMs: between(random, 8000, 40_000),
    runMs: between(random, 2000, 9000),
    totalResources: between(random, 120, 900),
    changes: [count(), 0, count(), 0, 0],
    failure: isBroken ? pick(random, FAILURES) : undefined,
  };
}
