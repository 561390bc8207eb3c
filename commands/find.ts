import { askPing, type Command } from '../src/core/command.ts';
import { refuseWords } from '../src/core/read-call.ts';

/** The names of the nodes that a filter means. */
export const findCommand: Command = {
  name: 'find',
  about: 'The names of the nodes that match',
  usage: ['find'],
  examples: [
    'find -C webserver',
    'find -S "environment=staging and not customer=acme"',
    `find -S "package('libc6').version < '2.36-9+deb12u4'"`,
  ],
  plan(line) {
    refuseWords(line, 1, 'nodes');
    return askPing('names');
  },
};
