/** What agents ask of the machine they run on. Real back ends and the playground's simulated ones implement these. */

export interface PackageState {
  readonly name: string;
  /** The installed version; `absent` when only configuration files remain, `purged` when nothing does. */
  readonly ensure: string;
  /** Empty where it is not installed or has none. */
  readonly arch: string;
  /** The package manager's own word: `installed`, `half-configured`, `unpacked`, `not-installed`... */
  readonly status: string;
}

export interface PackageBackend {
  /** One row for each installed architecture of the package; one row with `purged` when it is unknown here. */
  status(name: string, signal: AbortSignal): Promise<readonly PackageState[]>;
  /** How many packages are installed. */
  count(signal: AbortSignal): Promise<number>;
  /** Brings an installed package to its newest version. Left out where packages can only be read. */
  update?(name: string, signal: AbortSignal): Promise<{ readonly before: string; readonly after: string }>;
}

export interface ServiceState {
  readonly name: string;
  /** `running`, `stopped`, `failed`, `unknown` (no such service). */
  readonly state: string;
  /** The service manager's own words, `active (running)`. */
  readonly detail: string;
}

export interface ServiceBackend {
  status(name: string, signal: AbortSignal): Promise<ServiceState>;
}
