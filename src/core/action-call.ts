import type { Input } from './agent-description.ts';
import type { ReplyData } from './reply.ts';

/** What an action gets to work with. */
export interface ActionCall {
  /** Checked against the description, defaults filled in. */
  readonly input: Input;
  /** Aborts when the action's time is up or the agent stops. */
  readonly signal: AbortSignal;
  /** Change nothing, and tell what would be done. Only ever set where the description has `dryRun`. */
  readonly isDryRun: boolean;
  /**
   * For an input that turned out to mean this other one, such as a path over a link: this node decides again, and has it on
   * record. INVARIANT: asked before anything is done or told that was not decided.
   *
   * @throws McoError `denied/policy`, `failed/audit`
   */
  permit(meant: Input): Promise<void>;
  /** Who asks, and in which run: for actions that pass it on. */
  readonly caller: string;
  readonly run: string;
  /** Tells what there is so far to whoever looks on. Too much or too often is left out; it is no part of the result. */
  report(data: ReplyData): void;
}
