import type { AgentDescription } from '../src/core/agent-description.ts';
import type { Command, CommandWorld, Tell } from '../src/core/command.ts';
import { refuseWords, wordError } from '../src/core/read-call.ts';

const OPTIONS = [
  '-F fact=value     nodes by fact: = != < > <= >= =~, dotted paths, /regex/',
  '-C class          by class          -I node   by name     -A agent  by agent; all take /regex/',
  '-S "expression"   and, or, not, ( ) over facts and classes',
  '-T collective     another collective',
  '--limit N|N%  -1  only some of them      --batch N|N%  in waves',
  '--timeout S --dt S --ttl S               --json --csv --display ok|failed|all',
];

/** Help by example: only what this person may use here. */
export const helpCommand: Command = {
  name: 'help',
  about: 'What you can ask, with examples',
  usage: ['help', 'help COMMAND'],
  examples: ['help', 'help package'],
  plan(line, world) {
    refuseWords(line, 2);
    const [, topic] = line.words;
    if (topic === undefined) return overview(world);
    const command = world.commands.find(({ name }) => name === topic.text);
    const agent = world.agents.find(({ agent: name }) => name === topic.text);
    if (command === undefined && agent === undefined) {
      const known = [...world.commands.map(({ name }) => name), ...world.agents.map(({ agent: name }) => name)];
      throw wordError('unknown/command', `there is no help on \`${topic.text}\``, { word: topic, line, known });
    }
    return about(command, agent, world);
  },
};

function overview(world: CommandWorld): Tell {
  const usable = world.commands.filter(({ name }) => isUsable(name, world));
  return {
    kind: 'tell',
    title: 'ask the fleet',
    sections: [
      {
        heading: 'Examples',
        lines: usable.flatMap(({ examples }) => examples.slice(0, 1)).map((text) => `/mco ${text}`),
      },
      { heading: 'Commands', lines: usable.map(({ name, about: text }) => `${name.padEnd(12)}${text}`) },
      { heading: 'Which nodes, and how', lines: OPTIONS },
      { lines: ['/mco help COMMAND tells more'] },
    ],
  };
}

/** A command named like an agent is usable when any of the agent's actions is. */
function isUsable(name: string, world: CommandWorld): boolean {
  const agent = world.agents.find((candidate) => candidate.agent === name);
  return agent === undefined || Object.keys(agent.actions).some((action) => world.may(agent.agent, action));
}

function about(command: Command | undefined, agent: AgentDescription | undefined, world: CommandWorld): Tell {
  const examples = command?.examples ?? Object.values(agent?.actions ?? {}).flatMap((action) => action.examples ?? []);
  const actions = Object.entries(agent?.actions ?? {}).filter(([name]) => world.may(agent?.agent ?? '', name));
  return {
    kind: 'tell',
    title: `${command?.name ?? agent?.agent}: ${command?.about ?? agent?.about}`,
    sections: [
      { heading: 'Examples', lines: examples.map((text) => `/mco ${text}`) },
      { heading: 'Usage', lines: command?.usage ?? [`${agent?.agent} ACTION [key=value ...]`] },
      ...actions.map(([name, action]) => ({
        heading: `${agent?.agent} ${name} (${action.effect})`,
        lines: [
          action.about,
          ...Object.entries(action.input).map(
            ([input, field]) => `  ${input}${field.optional === true ? ' (optional)' : ''}: ${field.about}`,
          ),
        ],
      })),
    ],
  };
}
