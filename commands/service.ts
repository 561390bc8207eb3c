import { type Command, requireAgent } from '../src/core/command.ts';
import { actionFirst, readCall } from '../src/core/read-call.ts';

/** Services: both word orders that people know from `mco service`. */
export const serviceCommand: Command = {
  name: 'service',
  about: 'Whether services run',
  usage: ['service status NAME', 'service NAME status'],
  examples: ['service status nginx -C webserver', 'service sshd status'],
  plan(line, world) {
    const agent = requireAgent(world, 'service');
    return readCall(agent, actionFirst(agent, line.words.slice(1)), { line, world });
  },
};
