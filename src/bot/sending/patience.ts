/** On top of the action's own time: the way there and back, and the node's queue. */
export const GRACE_MS = 1500;

/** How long answers to a run's requests are waited for. */
export interface Patience {
  readonly actionTimeoutMs: number;
  /** How long a request is valid. */
  readonly ttlMs: number;
}
