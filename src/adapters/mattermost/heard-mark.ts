import { type McoError, toMcoError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';

const NOTE_EVERY_MS = 10_000;

/** Up to when a server was heard, as it outlives the process. All times in ms since the epoch. */
export interface Heard {
  /** What was said from then on is fetched at the start, with a small overlap: what comes twice is known by its id. */
  readonly from: number;
  /** Nothing that was said before is ever fetched: whether it was heard is not known any more. */
  readonly notBefore: number;
  /** Everything that was said until then is safe. Resolves when that is on disk. @throws McoError `failed/store` */
  note(until: number): Promise<void>;
}

export interface HeardMarkOptions {
  readonly heard: Heard | undefined;
  /** Whether everything that came in, or has to be fetched, has been handed over. */
  readonly isIdle: () => boolean;
  readonly clock: Clock;
  onProblem(problem: McoError): void;
}

/** Moves the mark on while nothing is owed, each 10 s at most. */
export function createHeardMark({ heard, isIdle, clock, onProblem }: HeardMarkOptions): (until: number) => void {
  let notedAt: number | undefined;
  return (until) => {
    const now = clock.now();
    const isSoon = notedAt !== undefined && now >= notedAt && now - notedAt < NOTE_EVERY_MS;
    if (heard === undefined || isSoon || !isIdle()) return;
    notedAt = now;
    heard.note(until).catch((error: unknown) => onProblem(toMcoError(error)));
  };
}
