import type { ActionDescription, AgentDescription, InputField } from '../../../src/core/agent-description.ts';
import type { DataFunctionDescription } from '../../../src/core/data-functions.ts';

const INTRODUCTION = `# Agents and their actions

What every node can be asked, made from the descriptions that bot and nodes work with. Each is a command: \`/mco AGENT ACTION ...\`;
\`/mco help package\` shows in the chat what you may use of it there. Inputs in brackets may be left out; bare words fill those that are
marked with their place. A **read** changes nothing; a **write** goes to each node by itself, and needs the right to write.

What is called a *job* outlives the request and the agent: \`/mco job show 7f3a\`, \`tail\`, \`watch\` and \`kill\` look after it, for whoever
may do what it does. \`--noop\` asks for a dry run, where the table says what that is. An action that has not ended within its
time answers \`timeout\`; \`--timeout S\` allows it another.

This page is generated and checked by a test: \`UPDATE_GOLDEN=1 npm test -- docs\` writes it anew.
`;

/** docs/agents.md: every action with its input, output, effect and example, then the data functions of \`-S\`. */
export function drawAgentsPage(
  agents: readonly AgentDescription[],
  functions: readonly DataFunctionDescription[],
): string {
  const sorted = [...agents].sort((a, b) => (a.agent < b.agent ? -1 : 1));
  const contents = sorted.map(({ agent, about }) => `- [${agent}](#${agent}): ${about}`);
  const parts = [
    INTRODUCTION,
    [...contents, '- [data functions](#data-functions): what `-S` can ask a node before it is meant'].join('\n'),
    ...sorted.map(drawAgent),
    drawFunctions(functions),
  ];
  return `${parts.map((part) => part.trim()).join('\n\n')}\n`;
}

function drawAgent({ agent, version, about, actions }: AgentDescription): string {
  const drawn = Object.entries(actions).map(([name, action]) => drawAction(agent, name, action));
  return [`## ${agent}`, `${capitalise(about)}. Version ${version}.`, ...drawn].join('\n\n');
}

function drawAction(agent: string, name: string, action: ActionDescription): string {
  const traits = [
    `**${action.effect}**`,
    ...(action.isJob === true ? ['job'] : []),
    ...(action.dryRun === undefined ? [] : [`\`--noop\`: ${action.dryRun}`]),
    `${action.timeoutMs / 1000} s`,
  ];
  const inputs = Object.entries(action.input).map(([input, field]) => describeInput(input, field, action));
  const outputs = Object.entries(action.output).map(
    ([output, field]) => `| \`${output}\` | ${field.label} | ${cell(field.about)} |`,
  );
  return [
    `### ${agent} ${name}`,
    `${capitalise(action.about)}. ${traits.join(' · ')}`,
    ...(inputs.length === 0 ? [] : [['| input | type | |', '|---|---|---|', ...inputs].join('\n')]),
    ...(outputs.length === 0 ? [] : [['| output | shown as | |', '|---|---|---|', ...outputs].join('\n')]),
    ...drawExamples(action.examples ?? []),
  ].join('\n\n');
}

function describeInput(name: string, field: InputField, { words = [] }: ActionDescription): string {
  const place = words.indexOf(name);
  const shown = field.optional === true || field.default !== undefined ? `[\`${name}\`]` : `\`${name}\``;
  const plain = field.isPattern === true ? 'regular expression (RE2)' : field.type;
  const type = field.oneOf === undefined ? plain : field.oneOf.map((value) => `\`${value}\``).join(', ');
  const notes = [
    cell(field.about),
    ...(field.default === undefined ? [] : [`default \`${cell(String(field.default))}\``]),
    ...(field.min === undefined ? [] : [`from ${field.min}`]),
    ...(field.max === undefined ? [] : [`up to ${field.max}`]),
    ...(field.secret === true ? ['secret: never shown or recorded'] : []),
  ];
  return `| ${shown}${place === -1 ? '' : ` (word ${place + 1})`} | ${type} | ${notes.join('; ')} |`;
}

function drawFunctions(functions: readonly DataFunctionDescription[]): string {
  const drawn = functions.map(({ name, about, argument, fields, timeoutMs, example }) => {
    const rows = Object.entries(fields).map(
      ([field, { about: what, type }]) => `| \`${field}\` | ${type} | ${cell(what)} |`,
    );
    const call = argument === undefined ? `${name}()` : `${name}('...')`;
    const takes = argument === undefined ? '' : ` Takes ${cell(argument.about)}.`;
    return [
      `### ${call}`,
      `${capitalise(about)}.${takes} At most ${timeoutMs / 1000} s; in policies \`data.${name}\`.`,
      ['| field | type | |', '|---|---|---|', ...rows].join('\n'),
      ...drawExamples([`find -S "${example}"`]),
    ].join('\n\n');
  });
  return ['## data functions', DATA_INTRODUCTION, ...drawn].join('\n\n');
}

const DATA_INTRODUCTION = `A node is asked these before it is meant: \`/mco find -S "package('libc6').version < '2.19-0ubuntu6.5'"\`. What has no value
matches nothing; of several values any will do. Text takes \`=\`, \`!=\`, \`<\`, \`>\`, \`<=\`, \`>=\` and a \`/pattern/\`; numbers
all but the pattern; booleans \`=\` and \`!=\`; versions are ordered as the node's own package manager does it. A node that can't
find out says so. Asking is a read and subject to policy as such.`;

const drawExamples = (examples: readonly string[]): string[] =>
  examples.length === 0 ? [] : [['```', ...examples.map((text) => `/mco ${text}`), '```'].join('\n')];

/** Text in a cell of a table. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

const capitalise = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
