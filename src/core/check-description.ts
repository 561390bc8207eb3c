import { type ActionDescription, type AgentDescription, type InputField, requireSound } from './agent-description.ts';
import { checkInput } from './check-input.ts';
import { McoError } from './errors.ts';
import { compilePattern } from './regex.ts';

/** `hello help` asks the bot for help. */
const TAKEN_ACTION = 'help';

/**
 * Refuses a description whose parts do not fit together: words and inputs, lines and outputs, patterns that do not
 * compile, defaults that the action would refuse itself.
 *
 * @throws McoError `usage/bad-description` with the place of the first mistake
 */
export function requireCoherent(description: AgentDescription): void {
  try {
    requireSound(description);
  } catch (thrown) {
    if (!(thrown instanceof McoError)) throw thrown;
    throw new McoError('usage/bad-description', thrown.message, { hint: thrown.hint, cause: thrown });
  }
  for (const [name, action] of Object.entries(description.actions)) {
    const at = `actions.${name}`;
    if (name === TAKEN_ACTION) throw wrong(at, 'an action can not be called `help`');
    for (const [input, field] of Object.entries(action.input)) checkField(`${at}.input.${input}`, input, field);
    for (const [output, { type, units }] of Object.entries(action.output)) {
      if (units !== undefined && type !== 'list') throw wrong(`${at}.output.${output}`, '`units` are for a `list`');
    }
    checkReferences(at, action);
    checkExamples(at, description.agent, action);
  }
}

function checkReferences(at: string, { input, output, words = [], line, aggregate = [] }: ActionDescription): void {
  for (const [index, word] of words.entries()) {
    if (!Object.hasOwn(input, word)) throw wrong(`${at}.words`, `there is no input \`${word}\``);
    if (words.indexOf(word) !== index) throw wrong(`${at}.words`, `\`${word}\` stands there twice`);
  }
  const inLine = [...(line ?? '').matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => ({ at: `${at}.line`, name }));
  const inAggregates = aggregate.map(({ output: name }) => ({ at: `${at}.aggregate`, name }));
  for (const reference of [...inLine, ...inAggregates]) {
    if (!Object.hasOwn(output, reference.name)) throw wrong(reference.at, `there is no output \`${reference.name}\``);
  }
}

function checkExamples(at: string, agent: string, { examples = [] }: ActionDescription): void {
  for (const example of examples) {
    const [first, second] = example.split(/\s+/);
    // People copy them: what a node tells of its own agent names no other.
    if (first === agent || (first === 'rpc' && second === agent)) continue;
    throw wrong(`${at}.examples`, `\`${example}\` does not begin with \`${agent}\``);
  }
}

function checkField(at: string, name: string, field: InputField): void {
  const { type, pattern, isPattern, isPath, maxLength, min, max, oneOf = [], default: value } = field;
  const isText = type === 'string';
  const isNumber = type === 'integer' || type === 'number';
  if (!isText && [pattern, isPattern, isPath, maxLength].some((key) => key !== undefined)) {
    throw wrong(at, '`pattern`, `isPattern`, `isPath` and `maxLength` are for text');
  }
  if (!isNumber && (min !== undefined || max !== undefined)) throw wrong(at, '`min` and `max` are for numbers');
  if (min !== undefined && max !== undefined && min > max) throw wrong(at, '`min` is more than `max`');
  if (pattern !== undefined) requirePattern(at, pattern);
  for (const choice of oneOf) requireAccepted(`${at}.oneOf`, name, { field, value: choice });
  if (value !== undefined) requireAccepted(`${at}.default`, name, { field, value });
}

/** As `checkInput` compiles it: linear in its input, so that a hostile pattern stalls nobody. */
function requirePattern(at: string, pattern: string): void {
  try {
    compilePattern({ pattern: `\\A(?:${pattern})\\z` });
  } catch (thrown) {
    if (!(thrown instanceof McoError)) throw thrown;
    throw new McoError('usage/bad-description', `\`${at}.pattern\`: ${thrown.message}`, { hint: thrown.hint });
  }
}

function requireAccepted(
  at: string,
  name: string,
  { field, value }: { readonly field: InputField; readonly value: string | number | boolean },
): void {
  const action = { about: '', effect: 'read', timeoutMs: 0, input: { [name]: field }, output: {} } as const;
  try {
    checkInput(action, { [name]: value });
  } catch (thrown) {
    if (!(thrown instanceof McoError)) throw thrown;
    throw wrong(at, `the input itself does not accept it: ${thrown.message}`);
  }
}

const wrong = (at: string, why: string): McoError => new McoError('usage/bad-description', `\`${at}\`: ${why}`);
