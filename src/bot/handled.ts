import type { Tell } from '../core/command.ts';
import type { McoError } from '../core/errors.ts';
import { EXIT, exitCodeOf, type RunReport } from '../core/report.ts';
import type { IncomingMessage, Refusal, Surface } from '../core/surface.ts';
import type { Asker } from './asker.ts';
import type { Trail } from './records/trail.ts';

/** What became of a command; exactly one of these is set. */
export interface Handled {
  readonly exitCode: number;
  readonly report?: RunReport;
  readonly refusal?: Refusal;
  readonly answer?: Tell;
  /** The command is over, the run waits for approval. */
  readonly awaiting?: { readonly run: string; readonly digest: string };
}

/** What every step of a command needs: who asked, where it is answered and recorded, and what cancels it. */
export interface Scene {
  readonly message: IncomingMessage;
  readonly asker: Asker;
  readonly surface: Surface;
  readonly trail: Trail;
  readonly signal: AbortSignal;
}

export const answered = (answer: Tell, exitCode: number = EXIT.ok): Handled => ({ exitCode, answer });

export const reported = (report: RunReport): Handled => ({ exitCode: exitCodeOf(report), report });

/**
 * Shows why nothing was done. A denial is on record already; everything else is recorded here. Never throws: a
 * requester who can't be reached is no reason to leave the record out.
 */
export async function refuse(reason: McoError, surface: Surface, trail: Trail): Promise<Handled> {
  const error = trail.hideSecrets(reason);
  const outcome = error.family === 'denied' ? 'DENIED' : 'NOT SENT';
  const refusal: Refusal = { outcome, error, rules: error.rules };
  if (outcome !== 'DENIED' && error.code !== 'failed/audit') {
    // Nothing was done, so a record that can't be written holds nothing up; the requester still gets the reason.
    await trail.record('refused', { code: error.code, reason: error.message }).catch(() => undefined);
  }
  await surface.refuse(refusal).catch(() => undefined);
  const isOurs = error.family === 'unreachable' || error.family === 'failed' || error.family === 'bug';
  return { exitCode: isOurs ? EXIT.notSent : EXIT.refused, refusal };
}
