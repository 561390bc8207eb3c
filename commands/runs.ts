import type { Command } from '../src/core/command.ts';
import { refuseWords } from '../src/core/read-call.ts';

/** What was asked here lately. */
export const runsCommand: Command = {
  name: 'runs',
  about: 'What was asked here lately, and what became of it',
  usage: ['runs'],
  examples: ['runs'],
  plan(line) {
    refuseWords(line, 1);
    return { kind: 'control', verb: 'runs' };
  },
};
