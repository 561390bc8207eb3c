import { type Command, requireAgent } from '../src/core/command.ts';
import { readCall, refuseWords } from '../src/core/read-call.ts';

/** Which collectives there are, and how many nodes are in each. */
export const collectivesCommand: Command = {
  name: 'collectives',
  about: 'Which collectives there are, and how many nodes are in each',
  usage: ['collectives'],
  examples: ['collectives', 'collectives -v'],
  plan(line, world) {
    refuseWords(line, 1, 'nodes');
    const [name = { start: 0, end: 0 }] = line.words;
    const action = { text: 'collective_info', start: name.start, end: name.end };
    return { ...readCall(requireAgent(world, 'rpcutil'), [action], { line, world }), view: 'collectives' };
  },
};
