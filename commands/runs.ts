import type { Command } from '../src/core/command.ts';

/** What was asked here lately. What the words mean the bot knows: those who asked are known by their runs. */
export const runsCommand: Command = {
  name: 'runs',
  about: 'What was asked here lately, and what became of it',
  usage: ['runs', 'runs PERSON', 'runs AGENT', 'runs OUTCOME'],
  examples: ['runs', 'runs failed', 'runs me package', 'runs partial failed'],
  plan(line) {
    return { kind: 'control', verb: 'runs', words: line.words.slice(1) };
  },
};
