import type { AgentDescription } from '../src/core/agent-description.ts';
import { type Ask, type Command, type CommandLine, requireAgent, type Share, type Word } from '../src/core/command.ts';
import { McoError } from '../src/core/errors.ts';
import { type CallContext, readCall, wordError } from '../src/core/read-call.ts';

const AGENT = 'puppet';

/** Other spellings of actions that people know from `mco puppet`. */
const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ['summary', 'last_run'],
  ['last_run_summary', 'last_run'],
  ['lastrun', 'last_run'],
  ['run', 'runonce'],
]);

/** `10` or `10%`. */
const SHARE = /^([1-9]\d{0,6})(%?)$/;

const KEY_AND_VALUE = /^([a-z][a-z0-9_]*)=(.*)$/s;

/** Puppet: its state on the nodes and its runs, with the word orders people know from `mco puppet`. */
export const puppetCommand: Command = {
  name: AGENT,
  about: 'Puppet on the nodes: its state, its runs, its resources',
  usage: [
    'puppet status',
    'puppet count',
    'puppet summary',
    'puppet stale',
    'puppet enable',
    'puppet disable',
    'puppet disable "MESSAGE"',
    'puppet runonce',
    'puppet runonce tags=TAG',
    'puppet runall 20',
    'puppet resource TYPE NAME',
    'puppet set_resource TYPE NAME ensure=VALUE',
  ],
  examples: [
    'puppet status -C webserver',
    'puppet count',
    'puppet stale',
    'puppet disable "kernel update until Friday" -C webserver',
    'puppet runonce --noop -I atlas01',
    'puppet runall 20 -F environment=production --max-fail 5',
    'puppet resource service sshd',
  ],
  topics: {
    runall: [
      'runs Puppet on every node that matches, so many at any time: when one is done the next begins',
      'Each node does what `puppet runonce` does, and it takes the same inputs, such as tags=TAG, and --noop.',
      'Disabled nodes count as `skipped`; a run that is on already is followed to its end; where one hangs, that is a failure.',
      'It takes --max-fail, --max-silent and --limit, but no --batch, --canary or --at-once. 20 or 20% says how many.',
      'Without a filter it means all nodes, where the policy allows that. It goes on after a restart of the bot.',
    ],
  },
  plan(line, world) {
    const agent = requireAgent(world, AGENT);
    const [action, ...words] = line.words.slice(1);
    const context = { line, world };
    if (action?.text === 'runall') return planRunAll(agent, { action, words }, context);
    if (action === undefined) return readCall(agent, [], context);
    const text = SPELLINGS.get(action.text) ?? action.text;
    return readCall(agent, arrange({ ...action, text }, words), context);
  },
};

interface Typed {
  readonly action: Word;
  readonly words: readonly Word[];
}

/**
 * Runs Puppet everywhere, so many nodes at a time.
 *
 * @throws McoError `usage/missing-input`, `usage/bad-number`
 */
function planRunAll(agent: AgentDescription, { action, words }: Typed, { line, world }: CallContext): Ask {
  const [count, ...rest] = words;
  if (count === undefined) {
    throw new McoError('usage/missing-input', 'how many nodes may run Puppet at any time?', {
      hint: 'such as `puppet runall 20`',
      at: endOf(line),
    });
  }
  const once = { ...action, text: 'runonce' };
  return { ...readCall(agent, [once, ...rest], { line, world }), atOnce: readShare(count, line) };
}

function readShare(word: Word, line: CommandLine): Share {
  const [, digits, percent] = SHARE.exec(word.text) ?? [];
  const number = Number(digits);
  if (digits === undefined || (percent === '%' && number > 100)) {
    const { code, message, at } = wordError('usage/bad-number', `\`${word.text}\` is no number of nodes`, {
      word,
      line,
    });
    throw new McoError(code, message, { hint: 'such as `puppet runall 20` or `puppet runall 5%`', at });
  }
  return percent === '%' ? { percent: number } : { count: number };
}

const RESOURCE_ACTIONS: readonly string[] = ['resource', 'set_resource'];

/** A message need not be quoted, and properties of a resource say that it is to be changed. */
function arrange(action: Word, words: readonly Word[]): readonly Word[] {
  const isPlain = words.every(({ text }) => !KEY_AND_VALUE.test(text));
  if (action.text === 'disable' && isPlain) return [action, ...join(words, (texts) => texts.join(' '))];
  if (!RESOURCE_ACTIONS.includes(action.text) || isPlain) return [action, ...words];
  const properties = words.filter(({ text }) => isProperty(text));
  const others = words.filter(({ text }) => !isProperty(text));
  if (properties.length === 0) return [action, ...words];
  const joined = join(properties, (texts) => `properties=${texts.map(quoteValue).join(' ')}`);
  return [{ ...action, text: 'set_resource' }, ...others, ...joined];
}

/** What names an input of the action itself is none. */
function isProperty(text: string): boolean {
  const [, key] = KEY_AND_VALUE.exec(text) ?? [];
  return key !== undefined && key !== 'type' && key !== 'name' && key !== 'properties';
}

function quoteValue(text: string): string {
  const [, key = '', value = ''] = KEY_AND_VALUE.exec(text) ?? [];
  return /\s/.test(value) ? `${key}="${value}"` : text;
}

/** Several words as one that stands where they stand. */
function join(words: readonly Word[], write: (texts: readonly string[]) => string): readonly Word[] {
  const [first] = words;
  const last = words.at(-1);
  if (first === undefined || last === undefined) return [];
  return [{ text: write(words.map(({ text }) => text)), start: first.start, end: last.end }];
}

const endOf = ({ text }: CommandLine) => ({ text, start: text.length, end: text.length + 1 });
