import type { Command } from '../src/core/command.ts';
import { readRun } from '../src/core/read-call.ts';

/** Takes back a run of your own that waits for approval. */
export const withdrawCommand: Command = {
  name: 'withdraw',
  about: 'Takes back a run of your own that waits for approval',
  usage: ['withdraw RUN'],
  examples: ['withdraw 7f3b'],
  plan(line) {
    return { kind: 'control', verb: 'withdraw', run: readRun(line, line.words.slice(1)) };
  },
};
