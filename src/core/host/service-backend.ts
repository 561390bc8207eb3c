/** What can be done to a service. */
export type ServiceVerb = 'start' | 'stop' | 'restart' | 'reload' | 'enable' | 'disable';

export interface ServiceState {
  readonly name: string;
  /** `running`, `stopped`, `failed`, `unknown` (no such service, or it does not say). */
  readonly state: string;
  /** The service manager's own words, `active (running)`. */
  readonly detail: string;
  /** There is no such service. */
  readonly isMissing?: boolean | undefined;
  /** Whether it starts with the machine; undefined: that can't be told, or is not for it to say (static units). */
  readonly enabled?: boolean | undefined;
  /** Its work ends by itself: that it does not run afterwards is as it should be. */
  readonly endsByItself?: boolean | undefined;
  /** Why the service manager would refuse it or do nothing at all, by verb: `it is masked`. */
  readonly refuses?: Readonly<Partial<Record<ServiceVerb, string>>> | undefined;
  /** The last line it wrote itself, where it failed. */
  readonly lastWords?: string | undefined;
}

export interface ServiceBackend {
  /** @throws McoError `failed/not-installed`, `failed/timeout`, `failed/service` */
  status(name: string, signal: AbortSignal): Promise<ServiceState>;
  /**
   * Does it, and looks what came of it: some services say that all is well and die a moment later. Left out where
   * services can only be read.
   *
   * @throws McoError `failed/service` in the service manager's own words; `failed/timeout` when it goes on for too long:
   *   a service manager then goes on without us; `failed/not-installed`
   */
  change?(verb: ServiceVerb, name: string, signal: AbortSignal): Promise<ServiceState>;
}
