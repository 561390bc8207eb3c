import type { Command } from '../src/core/command.ts';
import { refuseWords } from '../src/core/read-call.ts';

/** Who the bot takes somebody for, and what they may do here. */
export const whoamiCommand: Command = {
  name: 'whoami',
  about: 'Who you are to the bot, and what you may do here',
  usage: ['whoami'],
  examples: ['whoami'],
  plan(line) {
    refuseWords(line, 1);
    return { kind: 'control', verb: 'whoami' };
  },
};
