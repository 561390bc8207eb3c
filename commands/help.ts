import type { ActionDescription, AgentDescription, InputField } from '../src/core/agent-description.ts';
import type { Command, CommandLine, CommandWorld, Tell, Word } from '../src/core/command.ts';
import { refuseWords, wordError } from '../src/core/read-call.ts';

const OPTIONS = [
  '-F fact=value     nodes by fact: = != < > <= >= =~, dotted paths, /regex/',
  '-C class          by class          -I node   by name     -A agent  by agent; all take /regex/',
  '-S "expression"   and, or, not, ( ) over facts, classes and what the node looks up:',
  `                  -S "webserver and package('libc6').version < '2.36-9+deb12u4'"`,
  '-T collective     another collective',
  '--nodes last|RUN  the nodes of a run     --nodes last:failed, :silent, :open, :ok  these of them',
  '--limit N|N%  -1  only some of them      --preview  only who would be asked',
  '--batch N|N%  in waves, the first with --canary N   --at-once N|N%  so many at work at any time',
  '--max-fail N|N%  --max-silent N|N%  nothing further is sent over that',
  '--noop  a dry run, where there is one    --group --sort node|time|value  how results are listed',
  '--timeout S --dt S --ttl S               --json --csv --display ok|failed|all',
];

/** What `help filters` tells. */
const FILTERS: Tell = {
  kind: 'tell',
  title: 'filters: which nodes are meant',
  sections: [
    {
      heading: 'Examples',
      lines: [
        '/mco find -F osfamily=Debian -C webserver',
        '/mco find -S "(webserver or /^role::db/) and cpus>=4"',
        `/mco find -S "package('openssl').version < '3.0.11' and environment=staging"`,
        '/mco ping -I web1 -I web2',
      ],
    },
    {
      heading: 'Each narrows it down further',
      lines: [
        "-F FACT=VALUE    a fact: = != < > <= >=, or =~ with a pattern; os.name for what is inside; quote < and >: -F 'cpus>=8'",
        '-C CLASS         a class of Puppet         -A AGENT   who has that agent',
        '-I NODE          a node by its name; several mean any of them',
        '-S "EXPRESSION"  and, or, not, ( ) over facts, classes and data functions',
        '-W "a=b class"   facts and classes in one word',
        '/regex/          in the place of a value or a name',
      ],
    },
    {
      heading: 'Data functions look at the node itself',
      lines: [
        'agent, collective, fact, fstat, package, process, puppet, resource and service: NAME(ARGUMENT).FIELD',
        "package('bash').version < '5.2'   service('nginx').running = true   fstat('/etc/hosts').size > 100",
      ],
    },
    {
      heading: 'Nodes of a list',
      lines: [
        '--nodes last|RUN  the nodes of a run     --nodes last:failed, :silent, :open, :ok  these of them',
        '--limit N|N%  -1  only some of them      --preview  only who would be asked',
      ],
    },
    { lines: ['A write without a filter means everybody: many policies refuse that'] },
  ],
};

/** Names that people give it. */
const FILTER_WORDS: readonly string[] = ['filters', 'filter', 'filtering'];

/** Help by example. It tells all of the world that it is given, which is what this person may use here. */
export const helpCommand: Command = {
  name: 'help',
  about: 'What you can ask, with examples',
  usage: ['help', 'help COMMAND', 'help AGENT ACTION', 'help filters'],
  examples: ['help', 'help whoami'],
  plan(line, world) {
    const [, topic, actionWord] = line.words;
    if (topic === undefined) return overview(world);
    if (FILTER_WORDS.includes(topic.text) && world.agents.length > 0) {
      refuseWords(line, 2);
      return FILTERS;
    }
    const command = world.commands.find(({ name }) => name === topic.text);
    const agent = world.agents.find(({ agent: name }) => name === topic.text);
    if (command === undefined && agent === undefined) {
      const known = [...world.commands.map(({ name }) => name), ...world.agents.map(({ agent: name }) => name)];
      throw wordError('unknown/command', `nothing that you may use here is called \`${topic.text}\``, {
        word: topic,
        line,
        known: [...new Set(known)],
      });
    }
    if (actionWord === undefined || agent === undefined) {
      refuseWords(line, 2);
      return about({ command, agent }, world);
    }
    refuseWords(line, 3);
    return about(narrowTo(actionWord, { command, agent, line }), world);
  },
};

function overview({ commands, agents }: CommandWorld): Tell {
  const others = agents.filter(({ agent }) => commands.every(({ name }) => name !== agent));
  const rows = [...commands, ...others.map(({ agent: name, about: text }) => ({ name, about: text }))];
  const forNodes =
    agents.length === 0
      ? { lines: ['You may use no action here; `whoami` shows your roles'] }
      : { heading: 'Which nodes, and how', lines: OPTIONS };
  return {
    kind: 'tell',
    title: 'ask the fleet',
    sections: [
      {
        heading: 'Examples',
        lines: commands.flatMap(({ examples }) => examples.slice(0, 1)).map((text) => `/mco ${text}`),
      },
      { heading: 'Commands', lines: rows.map(({ name, about: text }) => `${name.padEnd(12)}${text}`) },
      forNodes,
      { lines: ['/mco help COMMAND tells more, /mco help filters how nodes are picked'] },
    ],
  };
}

interface Subject {
  readonly command: Command | undefined;
  readonly agent: AgentDescription | undefined;
  /** What only the command knows of one of its words. */
  readonly details?: readonly string[] | undefined;
}

function about({ command, agent, details = [] }: Subject, world: CommandWorld): Tell {
  const actions = Object.entries(agent?.actions ?? {});
  const ofActions = actions.flatMap(([, action]) => action.examples ?? []);
  const examples = command === undefined || command.examples.length === 0 ? ofActions : command.examples;
  return {
    kind: 'tell',
    title: `${command?.name ?? agent?.agent}: ${command?.about ?? agent?.about}`,
    sections: [
      { heading: 'Examples', lines: examples.map((text) => `/mco ${text}`) },
      { heading: 'Usage', lines: command?.usage ?? actions.map(([name, action]) => tellUsage(agent, name, action)) },
      ...tellOrigin(agent, world),
      ...(details.length === 0 ? [] : [{ lines: details }]),
      ...actions.map(([name, action]) => ({
        heading: `${agent?.agent} ${name} (${action.effect})`,
        lines: [
          action.about,
          ...Object.entries(action.input).map(([input, field]) => `  ${input} (${tellType(field)}): ${field.about}`),
        ],
      })),
    ],
  };
}

interface Known {
  readonly command: Command | undefined;
  readonly agent: AgentDescription;
  readonly line: CommandLine;
}

/** Of an agent and its command only what is about one action. */
function narrowTo(word: Word, { command, agent, line }: Known): Subject {
  const action = Object.hasOwn(agent.actions, word.text) ? agent.actions[word.text] : undefined;
  const usage = (command?.usage ?? []).filter((text) => isAbout(text, word));
  // What only the command knows, such as `puppet runall`.
  if (action === undefined && command !== undefined && usage.length > 0) {
    const examples = command.examples.filter((text) => isAbout(text, word));
    const [summary = command.about, ...details] = command.topics?.[word.text] ?? [];
    const name = `${command.name} ${word.text}`;
    return {
      agent: { ...agent, actions: {} },
      command: { ...command, name, about: summary, usage, examples },
      details,
    };
  }
  if (action === undefined) {
    throw wordError('unknown/action', `\`${agent.agent}\` has no action \`${word.text}\` that you may use here`, {
      word,
      line,
      known: Object.keys(agent.actions),
    });
  }
  const narrowed = { ...agent, about: action.about, actions: { [word.text]: action } };
  if (command === undefined || usage.length === 0) return { agent: narrowed, command: undefined };
  return { agent: narrowed, command: { ...command, about: action.about, usage, examples: action.examples ?? [] } };
}

const isAbout = (text: string, word: Word): boolean => /^[a-z]/.test(word.text) && text.split(' ').includes(word.text);

/** `hello greet NAME [VERSION] [key=value ...]`: the words in their order, then what is needed by its name. */
function tellUsage(
  agent: AgentDescription | undefined,
  name: string,
  { input, words = [] }: ActionDescription,
): string {
  const inWords = words.map((word) => (canBeLeftOut(input[word]) ? `[${word.toUpperCase()}]` : word.toUpperCase()));
  const others = Object.entries(input).filter(([key]) => !words.includes(key));
  const needed = others.filter(([, field]) => !canBeLeftOut(field)).map(([key]) => `${key}=${key.toUpperCase()}`);
  const more = others.length > needed.length ? ['[key=value ...]'] : [];
  return [agent?.agent ?? '', name, ...inWords, ...needed, ...more].join(' ');
}

const canBeLeftOut = (field: InputField | undefined): boolean =>
  field?.optional === true || field?.default !== undefined;

/** `integer from 1 to 500; optional; default 30` */
function tellType(field: InputField): string {
  const type = field.isPattern === true ? 'regular expression' : field.type;
  const kind = field.oneOf === undefined ? type : `one of ${field.oneOf.join(', ')}`;
  const isShown = field.default !== undefined && field.secret !== true;
  return [
    `${kind}${tellRange(field)}`,
    ...(canBeLeftOut(field) ? ['optional'] : []),
    ...(isShown ? [`default ${field.default === '' ? '``' : String(field.default)}`] : []),
  ].join('; ');
}

function tellRange({ min, max }: InputField): string {
  if (min === undefined) return max === undefined ? '' : ` up to ${max}`;
  return max === undefined ? ` from ${min}` : ` from ${min} to ${max}`;
}

/** What the bot only has from nodes is said to be so. */
function tellOrigin(agent: AgentDescription | undefined, { origins }: CommandWorld): Tell['sections'] {
  const learned = agent === undefined ? undefined : origins?.get(agent.agent)?.learned;
  if (learned === undefined) return [];
  const nodes = learned.versions.reduce((sum, version) => sum + version.nodes, 0);
  return [{ lines: [`learned from ${nodes} ${nodes === 1 ? 'node' : 'nodes'}; this is version ${agent?.version}`] }];
}
