/** One line of a table: what was measured, and its figures by column; the unit is part of the column's name. */
export type Row = Readonly<Record<string, string | number>>;

export interface Table {
  readonly title: string;
  /** What has to be known to read the figures. */
  readonly notes?: readonly string[];
  readonly rows: readonly Row[];
}

export interface BenchOptions {
  /** Fewer rounds and smaller fleets: to see that it works, not for figures to keep. */
  readonly quick: boolean;
  /** Says on standard error what is being done. */
  tell(what: string): void;
  /** Runs when the bench is over, also when it failed; the last one first. */
  onEnd(undo: () => Promise<void> | void): void;
}

/** One file, one bench: `index.ts` lists them. */
export interface Bench {
  readonly name: string;
  /** One line. */
  readonly about: string;
  run(options: BenchOptions): Promise<Table[]>;
}
