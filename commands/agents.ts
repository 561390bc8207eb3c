import type { AgentDescription } from '../src/core/agent-description.ts';
import type { Command, CommandWorld } from '../src/core/command.ts';
import { McoError } from '../src/core/errors.ts';
import type { AgentOrigin, LearnedAgent } from '../src/core/learned-agent.ts';
import { refuseWords, usableAgents } from '../src/core/read-call.ts';

const HEADINGS: readonly (readonly [AgentOrigin['from'], string])[] = [
  ['built in', 'They come with mcobot'],
  ['configured', "From the bot's configuration"],
  ['learned', 'Learned from nodes'],
];

/** Which agents the bot knows, and from where; as everything, only those that this person may use here. */
export const agentsCommand: Command = {
  name: 'agents',
  about: 'Agents that can be asked, and where they are known from',
  usage: ['agents'],
  examples: ['agents'],
  plan(line, world) {
    refuseWords(line, 1);
    const agents = usableAgents(world);
    if (agents.length === 0) {
      throw new McoError('denied/no-agents', 'you may use no agent here', { hint: '`whoami` shows your roles' });
    }
    const sections = HEADINGS.map(([from, heading]) => ({
      heading,
      lines: agents.filter((agent) => fromWhere(agent, world) === from).map((agent) => describeAgent(agent, world)),
    }));
    return {
      kind: 'tell',
      title: 'agents',
      sections: [
        ...sections.filter(({ lines }) => lines.length > 0),
        { lines: ['/mco help AGENT shows what one can do; `rpc rpcutil agent_inventory` asks nodes what they have'] },
      ],
    };
  },
};

const fromWhere = ({ agent }: AgentDescription, { origins }: CommandWorld): AgentOrigin['from'] =>
  origins?.get(agent)?.from ?? 'built in';

function describeAgent({ agent, version, about }: AgentDescription, { origins }: CommandWorld): string {
  const learned = origins?.get(agent)?.learned;
  const versions = learned === undefined ? version : describeVersions(learned);
  return `${agent.padEnd(12)}${versions.padEnd(10)}${versions.length >= 10 ? '  ' : ''}${about}`;
}

/** `1.1.0 on 12 nodes, 1.0.0 on 3, 2026-11-22 17:10 UTC`: of the same version there may be two that differ. */
function describeVersions({ versions, learnedAt }: LearnedAgent): string {
  const counts = versions.map(({ version, nodes }, index) =>
    index === 0 ? `${version} on ${nodes} ${nodes === 1 ? 'node' : 'nodes'}` : `${version} on ${nodes}`,
  );
  return `${counts.join(', ')}, ${new Date(learnedAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
