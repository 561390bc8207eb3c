import type { AuditTrail, Checkpoint } from '../../core/audit-trail.ts';
import { type McoError, toMcoError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';

/** Signs the end of a trail again and again, so that a trail that was cut shows. */
export interface Checkpoints {
  /** Ends that, with a last checkpoint over what came since. Never rejects. */
  close(): Promise<void>;
}

interface CheckpointOptions {
  readonly trail: AuditTrail;
  readonly everyMs: number;
  readonly clock: Clock;
  onProblem(problem: McoError): void;
}

/** A trail without anything new since the last checkpoint is left alone. One that fails is made at the next turn. */
export function checkpointRegularly({ trail, everyMs, clock, onProblem }: CheckpointOptions): Checkpoints {
  /** The end of the trail with the checkpoint in it. */
  let signedTo = 0;
  let work: Promise<void> = Promise.resolve();

  async function sign(): Promise<void> {
    try {
      if ((await trail.head()).seq <= signedTo) return;
      const { statement } = await trail.checkpoint();
      // The record of the checkpoint itself comes next. Another one in between is signed at the next turn.
      signedTo = (JSON.parse(statement) as Checkpoint).seq + 1;
    } catch (thrown) {
      onProblem(toMcoError(thrown));
    }
  }

  function turn(): void {
    work = work.then(sign);
    cancel = clock.after(everyMs, turn);
  }
  let cancel = clock.after(everyMs, turn);

  return {
    async close() {
      cancel();
      work = work.then(sign);
      await work;
    },
  };
}
