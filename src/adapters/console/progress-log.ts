import type { Clock } from '../../core/ports.ts';
import type { TextOutput } from './screen.ts';

const EVERY_MS = 2000;

/** Progress where nothing can be redrawn: a log file, a pipe. */
export interface ProgressLog {
  /** Writes the last line of the text, unless there was one a moment ago. */
  add(draw: () => string): void;
}

/** One line every 2 s at most. What comes in between is dropped; it is not drawn at all. */
export function createProgressLog({ output, clock }: { output: TextOutput; clock: Clock }): ProgressLog {
  let writtenAt = clock.now();
  return {
    add(draw) {
      if (clock.now() - writtenAt < EVERY_MS) return;
      writtenAt = clock.now();
      output.write(`${draw().trimEnd().split('\n').at(-1) ?? ''}\n`);
    },
  };
}
