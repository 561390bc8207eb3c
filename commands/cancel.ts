import type { Command } from '../src/core/command.ts';
import { readRun } from '../src/core/read-call.ts';

/** Stops a run: nothing further is sent, and nothing is waited for. */
export const cancelCommand: Command = {
  name: 'cancel',
  about: 'Stops a run; nodes that were reached may still finish',
  usage: ['cancel', 'cancel RUN'],
  examples: ['cancel 7f3a', 'cancel last'],
  plan(line) {
    return { kind: 'control', verb: 'cancel', run: readRun(line, line.words.slice(1)) };
  },
};
