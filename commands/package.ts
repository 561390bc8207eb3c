import { type Command, requireAgent } from '../src/core/command.ts';
import { actionFirst, readCall } from '../src/core/read-call.ts';

/** Packages: both word orders that people know from `mco package`. */
export const packageCommand: Command = {
  name: 'package',
  about: 'Installed packages and their versions',
  usage: ['package status NAME', 'package NAME status', 'package count', 'package update NAME'],
  examples: [
    'package -F lsbmajdistrelease=14.04 status openafs-modules-dkms',
    'package status bash',
    'package count -C webserver',
    'package update bash -C webserver --batch 10%',
  ],
  plan(line, world) {
    const agent = requireAgent(world, 'package');
    return readCall(agent, actionFirst(agent, line.words.slice(1)), { line, world });
  },
};
