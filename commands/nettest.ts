import { type Command, requireAgent } from '../src/core/command.ts';
import { actionFirst, readCall } from '../src/core/read-call.ts';

/** The network as the nodes see it: both word orders that people know from `mco nettest`. */
export const nettestCommand: Command = {
  name: 'nettest',
  about: 'The network as the nodes see it: ping, connect, resolve',
  usage: ['nettest ping HOST', 'nettest connect HOST 443', 'nettest resolve HOST'],
  examples: [
    'nettest ping www.example.org -C webserver',
    'nettest connect ldap.example.org 636',
    'nettest resolve www.example.org',
  ],
  plan(line, world) {
    const agent = requireAgent(world, 'nettest');
    return readCall(agent, actionFirst(agent, line.words.slice(1)), { line, world });
  },
};
