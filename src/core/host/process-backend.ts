/** One process, as ps(1) tells it. */
export interface ProcessState {
  readonly pid: number;
  readonly ppid: number;
  readonly user: string;
  /** `R`, `S`, `D`, `Z`, `T`, `I`. */
  readonly state: string;
  /** Resident memory, kB. */
  readonly memoryKb: number;
  /** Share of one processor over its life, %. */
  readonly cpuPercent: number;
  /** Since it started, s. */
  readonly ageSeconds: number;
  /** Where in the kernel it sleeps; empty or `-` where that is not told. */
  readonly wchan: string;
  /** Its name alone, or with its arguments where they were asked for. */
  readonly command: string;
}

/** What runs on a node. Every method throws McoError `failed/*`; none of them hangs. */
export interface ProcessBackend {
  /** @param withArgs names come with arguments; where those can't be read `hasArgs` is false, and they are left out */
  list(
    withArgs: boolean,
    signal: AbortSignal,
  ): Promise<{ readonly processes: readonly ProcessState[]; readonly hasArgs: boolean }>;
  /** Programs that the agent gave up and that are still there. */
  abandoned(): number;
}
