import type { Command } from '../src/core/command.ts';
import { McoError } from '../src/core/errors.ts';
import { readRun } from '../src/core/read-call.ts';

/** Says yes to a run that waits for approval. */
export const approveCommand: Command = {
  name: 'approve',
  about: 'Says yes to a run that waits for approval: never to one of your own',
  usage: ['approve RUN', 'approve RUN LIST'],
  examples: ['approve 7f3b', 'approve 7f3b 9c1e41'],
  plan(line) {
    const [, run, digest, ...stray] = line.words;
    if (run === undefined) {
      // The newest one may have come while somebody typed: what is approved is named.
      throw new McoError('usage/missing-word', 'which run is approved?', {
        hint: 'such as `approve 7f3b`; `runs` shows what waits',
      });
    }
    return { kind: 'control', verb: 'approve', run: readRun(line, [run, ...stray]), digest };
  },
};
