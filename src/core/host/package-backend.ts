import type { VersionOrder } from '../data-functions.ts';
import type { McoError } from '../errors.ts';
import type { JobCommand, JobEnd, JobPretence } from '../jobs.ts';

export interface PackageState {
  readonly name: string;
  /** The installed version; `absent` when only configuration files remain, `purged` when nothing does. */
  readonly ensure: string;
  /** Empty where it is not installed or has none. */
  readonly arch: string;
  /** The package manager's own word: `installed`, `half-configured`, `unpacked`, `not-installed`... */
  readonly status: string;
}

export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly arch: string;
}

/** A newer version that could be had. */
export interface PackageUpdate {
  readonly package: string;
  readonly from: string;
  readonly to: string;
  readonly repository: string;
}

export type PackageVerb = 'install' | 'update' | 'uninstall' | 'purge';

export interface PackageChange {
  readonly verb: PackageVerb;
  /** With its architecture where wanted: `libc6:i386`. */
  readonly package: string;
  /** Left out: the newest. An older one than is installed is gone back to. */
  readonly version?: string | undefined;
  /** What `status` says of it now. */
  readonly before: readonly PackageState[];
}

/** What a change would do to one package. Empty versions: it is not installed then. */
export interface PackageStep {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/** What a node can tell of its packages. Every method throws McoError `failed/*`. */
export interface PackageBackend {
  readonly order: VersionOrder;
  /** One row for each installed architecture of the package; one row with `purged` when it is unknown here. */
  status(name: string, signal: AbortSignal): Promise<readonly PackageState[]>;
  /** How many packages are installed. */
  count(signal: AbortSignal): Promise<number>;
  /** All that are installed, in any order. */
  list(signal: AbortSignal): Promise<readonly InstalledPackage[]>;
  /** Left out where packages can only be read. */
  readonly manager?: PackageManager | undefined;
}

/** The program that changes packages. What it says of itself is not believed: who asks looks at `status` again. */
export interface PackageManager {
  /** As people know it: `apt-get`. */
  readonly name: string;
  updates(signal: AbortSignal): Promise<readonly PackageUpdate[]>;
  /** What `change` would do; nothing is changed. */
  rehearse(change: PackageChange, signal: AbortSignal): Promise<readonly PackageStep[]>;
  /**
   * What is to be run for it; nothing is run yet.
   *
   * @throws McoError `failed/unknown-package`, `failed/unknown-version`, `failed/locked`
   */
  change(change: PackageChange, signal: AbortSignal): Promise<JobCommand | JobPretence>;
  /** What is to be run to fetch the lists of what can be had. */
  refresh(signal: AbortSignal): Promise<JobCommand | JobPretence>;
  /** Why what was run failed, in its own words; undefined: it did not. */
  explain(end: PackageWorkEnd): Promise<McoError | undefined>;
}

export type PackageWorkEnd = Pick<JobEnd, 'exit' | 'output'>;
