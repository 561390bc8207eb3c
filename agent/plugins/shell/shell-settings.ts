import type { JobLimits } from '../../../src/core/jobs.ts';

/** What a node's configuration says under `shell`. */
export interface ShellSettings {
  /** The account that programs run as; left out: that of the agent. */
  readonly user?: string | undefined;
  readonly directory?: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly limits: JobLimits;
  /** Shells by the name people give: `sh` is `/bin/sh`. */
  readonly shells: Readonly<Record<string, string>>;
  /** Globs over the paths of programs; left out: any program. */
  readonly commands?: readonly string[] | undefined;
}
