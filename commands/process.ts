import { type Command, requireAgent } from '../src/core/command.ts';
import { actionFirst, readCall } from '../src/core/read-call.ts';

/** Processes: both word orders that people know from `mco process`. */
export const processCommand: Command = {
  name: 'process',
  about: 'Processes on the nodes: what runs, and what is stuck',
  usage: ['process list', 'process list PATTERN', 'process stuck'],
  examples: ['process list nginx', 'process list user=www-data sort=cpu limit=5', 'process stuck -C nfs_client'],
  plan(line, world) {
    const agent = requireAgent(world, 'process');
    return readCall(agent, actionFirst(agent, line.words.slice(1)), { line, world });
  },
};
