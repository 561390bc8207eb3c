import type { JobCommand, JobPretence } from '../jobs.ts';

/** What a node's Puppet agent is doing, told from its files: no Puppet is started for it. */
export interface PuppetState {
  /**
   * `applying`: a run is on; `hung`: it is on for too long, or stuck where nothing ends it; `crashed`: a run left its lock
   * behind; `idling`: the daemon waits for its next run; `stopped`: no daemon, no run; `disabled`: an administrator wants
   * none (a run that is on goes on).
   */
  readonly state: 'applying' | 'hung' | 'crashed' | 'idling' | 'stopped' | 'disabled';
  readonly isEnabled: boolean;
  /** Why it is disabled; empty where it is not. */
  readonly disableMessage: string;
  readonly isApplying: boolean;
  readonly isDaemonRunning: boolean;
  /** Why it is stale, in words; empty where it is not: hung, crashed, or no report for too long. */
  readonly staleReason: string;
  /** The process of the run that is on. */
  readonly runPid?: number | undefined;
}

/** The last run, from its summary and report. Undefined figures are not known. */
export interface PuppetLastRun {
  /** When it ended, s since the epoch; undefined: there was none. */
  readonly at?: number | undefined;
  readonly result: 'changed' | 'unchanged' | 'failed' | 'never run' | 'unknown';
  readonly configVersion: string;
  /** The catalogue came from the cache because it could not be compiled or fetched. */
  readonly isFromCache: boolean;
  /** `total`, `changed`, `failed`, `out_of_sync`, `skipped`, `corrective_change`...: as Puppet names them. */
  readonly resources: Readonly<Record<string, number>>;
  readonly totalSeconds?: number | undefined;
  readonly retrievalSeconds?: number | undefined;
}

/** Reads what Puppet left on disk. Every method throws McoError `failed/*`; none of them hangs. */
export interface PuppetFiles {
  state(signal: AbortSignal): Promise<PuppetState>;
  lastRun(signal: AbortSignal): Promise<PuppetLastRun>;
  /** Titles of what Puppet manages, `file[/etc/motd]`, in lower case as resources.txt has them. */
  managed(signal: AbortSignal): Promise<ReadonlySet<string>>;
}

/** The last run with what its report says beside the figures. */
export interface PuppetReport extends PuppetLastRun {
  /** When it was written, ms since the epoch; 0: there is none. */
  readonly writtenAt: number;
  /** Whether the run came to its end: not so when it was stopped, or had no catalogue. */
  readonly isComplete: boolean;
  /** It was a dry run. */
  readonly isNoop: boolean;
  /** Resources that failed, `File[/etc/motd]`, with the first of what went wrong; the first few of them. */
  readonly failures: readonly { readonly resource: string; readonly message: string }[];
  /** What the run itself complained of, such as a catalogue that could not be compiled; the first few. */
  readonly errors: readonly string[];
}

/** How one run differs from the node's own settings. */
export interface PuppetRunOptions {
  readonly isNoop: boolean;
  /** Changes things although the node's settings say not to. */
  readonly isNoopRefused?: boolean | undefined;
  readonly tags?: string | undefined;
  readonly skipTags?: string | undefined;
  readonly environment?: string | undefined;
  /** `HOST` or `HOST:PORT` */
  readonly server?: string | undefined;
  readonly splay: boolean;
  readonly useCachedCatalog?: boolean | undefined;
  readonly ignoreSchedules?: boolean | undefined;
}

/** One resource of a node, as `puppet resource` tells it; secrets are left out. */
export interface PuppetResource {
  /** `service[sshd]` */
  readonly name: string;
  readonly properties: Readonly<Record<string, string | readonly string[]>>;
}

export interface PuppetResourceName {
  readonly type: string;
  readonly name: string;
}

/** What this node's owner allows beyond what the policy does. */
export interface PuppetPermits {
  /** Types that may be looked at. */
  readonly readableTypes: readonly string[];
  /** Types that may be changed. */
  readonly changeableTypes: readonly string[];
  /** Whether what Puppet manages may be changed behind its back. */
  readonly allowManaged: boolean;
  /** Whether a run may ask another server. */
  readonly allowServer: boolean;
}

/** The Puppet agent of a node. Every method throws McoError `failed/*`; none of them hangs. */
export interface PuppetBackend extends PuppetFiles {
  readonly permits: PuppetPermits;
  lastRun(signal: AbortSignal): Promise<PuppetReport>;
  enable(signal: AbortSignal): Promise<void>;
  /** Where it is disabled already, the earlier message stays. */
  disable(message: string | undefined, signal: AbortSignal): Promise<void>;
  /** What runs Puppet once. */
  planRun(options: PuppetRunOptions, signal: AbortSignal): Promise<JobCommand | JobPretence>;
  /** What ends when the run that is on does. */
  planWait(runPid: number): JobCommand | JobPretence;
  resource(wanted: PuppetResourceName, signal: AbortSignal): Promise<PuppetResource>;
  /** What changes a resource, and prints it in Puppet's language. @param properties `ensure=running`, each */
  planChange(
    wanted: PuppetResourceName,
    properties: readonly string[],
    options: { readonly isNoop: boolean; readonly signal: AbortSignal },
  ): Promise<JobCommand | JobPretence>;
}
