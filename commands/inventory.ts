import { type Command, requireAgent } from '../src/core/command.ts';
import { McoError } from '../src/core/errors.ts';
import { IDENTITY } from '../src/core/names.ts';
import { readCall, refuseWords, wordError } from '../src/core/read-call.ts';

/** Everything about one node. */
export const inventoryCommand: Command = {
  name: 'inventory',
  about: 'Everything about one node',
  usage: ['inventory NODE'],
  examples: ['inventory atlas01'],
  plan(line, world) {
    const [, node] = line.words;
    if (node === undefined) {
      throw new McoError('usage/missing-input', 'inventory needs the name of a node', { hint: '`inventory atlas01`' });
    }
    refuseWords(line, 2);
    if (!IDENTITY.test(node.text)) {
      throw wordError('usage/invalid-input', `\`${node.text}\` is not a node's name`, { word: node, line });
    }
    const action = { text: 'inventory', start: node.start, end: node.end };
    const ask = readCall(requireAgent(world, 'rpcutil'), [action], { line, world });
    return { ...ask, view: 'inventory', identities: [node.text] };
  },
};
