import type { HostFiles } from '../../../src/core/host/host-files.ts';
import type { PuppetPermits } from '../../../src/core/host/puppet-backend.ts';
import type { Clock, ProcessRunner } from '../../../src/core/ports.ts';

/** What the node's configuration says about Puppet. */
export interface PuppetOptions {
  /** Default: Puppet's own. */
  readonly confdir?: string | undefined;
  /** Default: `puppet` in the system's path, else that of Puppet's own packages. */
  readonly command?: string | undefined;
  /** A run that is on for longer hangs. */
  readonly hungAfterMs: number;
  /** A node whose last run ended before that is stale. */
  readonly outdatedAfterMs: number;
  readonly permits: PuppetPermits;
}

/** The machine that a Puppet agent lives on. */
export interface PuppetHost {
  readonly runner: ProcessRunner;
  readonly files: HostFiles;
  readonly clock: Clock;
  readonly options: PuppetOptions;
}
