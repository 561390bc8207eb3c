import { type Command, requireAgent } from '../src/core/command.ts';
import { actionFirst, readCall } from '../src/core/read-call.ts';

/** Services: both word orders that people know from `mco service`. */
export const serviceCommand: Command = {
  name: 'service',
  about: 'Whether services run; starts, stops, restarts and enables them',
  usage: [
    'service status NAME',
    'service NAME status',
    'service start NAME',
    'service stop NAME',
    'service restart NAME',
    'service NAME restart',
    'service reload NAME',
    'service enable NAME',
    'service disable NAME',
  ],
  examples: [
    'service status nginx -C webserver',
    'service sshd status',
    'service nginx restart -C webserver --canary 1 --batch 10 --max-fail 1',
    'service restart nginx -C webserver --noop',
    'service disable puppet -I atlas05',
  ],
  plan(line, world) {
    const agent = requireAgent(world, 'service');
    return readCall(agent, actionFirst(agent, line.words.slice(1)), { line, world });
  },
};
