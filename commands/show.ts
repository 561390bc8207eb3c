import type { Command } from '../src/core/command.ts';
import { readRun } from '../src/core/read-call.ts';

/** A run again, with its details. */
export const showCommand: Command = {
  name: 'show',
  about: 'A run again, with all its details',
  usage: ['show', 'show RUN', 'show RUN --display all -v', 'show RUN --json', 'show RUN --csv'],
  examples: ['show 7f3a', 'show last --display all'],
  plan(line) {
    return { kind: 'control', verb: 'show', run: readRun(line, line.words.slice(1)) };
  },
};
