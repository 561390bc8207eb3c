import type { McoError } from '../../core/errors.ts';
import type { Targets } from '../targets/find-targets.ts';
import type { Asking } from './ask-nodes.ts';
import type { Judge, Stop } from './judge-outcomes.ts';

/** What waves and windows work with. */
export interface Conducting {
  readonly asking: Asking;
  readonly targets: Targets;
  readonly judge: Judge;
  /** Nothing further is sent; the first reason counts. */
  stop(why: Stop): void;
  /** On the way: why nothing further may be sent. Left out: nobody's rights change meanwhile. */
  findDenial?: (() => Promise<McoError | undefined>) | undefined;
}
