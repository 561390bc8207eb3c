import { type Command, requireAgent } from '../src/core/command.ts';
import { McoError } from '../src/core/errors.ts';
import { readCall, refuseWords } from '../src/core/read-call.ts';

/** How often each value of a fact occurs. */
export const factsCommand: Command = {
  name: 'facts',
  about: 'How often each value of a fact occurs',
  usage: ['facts NAME'],
  examples: ['facts lsbmajdistrelease', 'facts os.family -C webserver'],
  plan(line, world) {
    const [, name] = line.words;
    if (name === undefined) {
      throw new McoError('usage/missing-input', 'facts needs the name of a fact', {
        hint: '`facts lsbmajdistrelease`',
      });
    }
    refuseWords(line, 2, 'nodes');
    const action = { text: 'get_fact', start: name.start, end: name.end };
    return { ...readCall(requireAgent(world, 'rpcutil'), [action, name], { line, world }), view: 'facts' };
  },
};
