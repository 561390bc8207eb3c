/** Nodes where jobs outlived a run: what comes of them is still to be told. */
export interface AwaitedJobs {
  readonly run: string;
  readonly nodes: readonly string[];
  /** It is waited for until this moment, ms since the epoch. */
  readonly until: number;
}
