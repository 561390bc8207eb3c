import type { Command } from '../src/core/command.ts';
import { refuseWords } from '../src/core/read-call.ts';

/** Whether the bot's own parts work. */
export const healthCommand: Command = {
  name: 'health',
  about: 'Whether the bot reaches the chat, the broker and its store',
  usage: ['health'],
  examples: ['health'],
  plan(line) {
    refuseWords(line, 1);
    return { kind: 'control', verb: 'health' };
  },
};
