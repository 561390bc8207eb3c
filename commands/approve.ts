import type { Command } from '../src/core/command.ts';
import { readRun } from '../src/core/read-call.ts';

/** Says yes to a run that waits for approval. */
export const approveCommand: Command = {
  name: 'approve',
  about: 'Says yes to a run that waits for approval: never to one of your own',
  usage: ['approve RUN', 'approve RUN LIST'],
  examples: ['approve 7f3b', 'approve 7f3b 9c1e41'],
  plan(line) {
    const [, run, digest, ...stray] = line.words;
    return {
      kind: 'control',
      verb: 'approve',
      run: readRun(
        line,
        [run, ...stray].filter((word) => word !== undefined),
      ),
      digest,
    };
  },
};
