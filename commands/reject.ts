import type { Command } from '../src/core/command.ts';
import { readRun } from '../src/core/read-call.ts';

/** Says no to a run that waits for approval. */
export const rejectCommand: Command = {
  name: 'reject',
  about: 'Says no to a run that waits for approval',
  usage: ['reject RUN'],
  examples: ['reject 7f3b'],
  plan(line) {
    return { kind: 'control', verb: 'reject', run: readRun(line, line.words.slice(1)) };
  },
};
