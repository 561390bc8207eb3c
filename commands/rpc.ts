import type { Command } from '../src/core/command.ts';
import { McoError } from '../src/core/errors.ts';
import { readCall, usableAgents, wordError } from '../src/core/read-call.ts';

/** Any agent's action, with its input as `key=value`. */
export const rpcCommand: Command = {
  name: 'rpc',
  about: 'Any action of any agent',
  usage: ['rpc AGENT ACTION [key=value ...]', 'AGENT ACTION [key=value ...]'],
  examples: [
    'rpc rpcutil get_fact fact=kernelrelease -W "osfamily=Debian webserver"',
    'rpcutil ping -I atlas01',
    'rpc package status package=bash',
    'rpc package update package=bash',
    'rpc service status service=nginx',
  ],
  plan(line, world) {
    const [, agentWord, ...words] = line.words;
    const names = usableAgents(world).map(({ agent }) => agent);
    if (agentWord === undefined) {
      throw new McoError('usage/missing-agent', 'rpc needs an agent and an action', {
        hint: names.length === 0 ? '`whoami` shows what you may do here' : `agents: ${names.join(', ')}`,
      });
    }
    const agent = world.agents.find(({ agent: name }) => name === agentWord.text);
    if (agent === undefined) {
      throw wordError('unknown/agent', `unknown agent \`${agentWord.text}\``, { word: agentWord, line, known: names });
    }
    return readCall(agent, words, { line, world });
  },
};
