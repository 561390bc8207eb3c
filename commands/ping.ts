import { askPing, type Command } from '../src/core/command.ts';
import { refuseWords } from '../src/core/read-call.ts';

/** Who answers, and how fast. */
export const pingCommand: Command = {
  name: 'ping',
  about: 'Which nodes answer, and how fast',
  usage: ['ping'],
  examples: ['ping', 'ping -F osfamily=Debian'],
  plan(line) {
    refuseWords(line, 1, 'nodes');
    return askPing('ping');
  },
};
