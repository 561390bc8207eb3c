import type { ActionDescription, AgentDescription, Input, Scalar } from './agent-description.ts';
import { checkInput, readInputText } from './check-input.ts';
import type { Ask, CommandLine, CommandWorld, NodeShare, Word } from './command.ts';
import { type ErrorCode, McoError } from './errors.ts';
import { FOREIGN_ACTIONS } from './foreign-words.ts';
import { askWhetherMeant, nearest, suggest } from './nearest.ts';
import { hintForStray, nodesMeantBy } from './stray-word.ts';

const KEY_AND_VALUE = /^([a-z][a-z0-9_]*)=(.*)$/s;

/** The end of a run's id as people type it, in lower case; the whole id is one too. */
export const RUN_END = /^[0-9a-f][0-9a-f-]{2,34}[0-9a-f]$/;

export const NODE_SHARES = ['all', 'ok', 'failed', 'silent', 'open'] as const satisfies readonly NodeShare[];

/** Where a call was typed, and by whom. */
export type CallContext = { readonly line: CommandLine; readonly world: CommandWorld };

/**
 * Reads `ACTION word... key=value...` as a question to one agent. Bare words fill the inputs that the action's
 * description lists under `words`, in that order. What is suggested is what this person may use here.
 *
 * @param words the words after the agent's name
 * @throws McoError `usage/missing-action`, `unknown/action`, `usage/unknown-input`, `usage/missing-input`,
 *   `usage/invalid-input`, `usage/stray-word`, with the span of the wrong word
 */
export function readCall(agent: AgentDescription, words: readonly Word[], { line, world }: CallContext): Ask {
  const names = usableActions(agent, world);
  const [actionWord, ...rest] = words;
  if (actionWord === undefined) {
    throw new McoError('usage/missing-action', `${agent.agent} needs an action`, {
      hint:
        names.length === 0 ? SEE_WHOAMI : `one of ${names.join(', ')}; for example \`${exampleOf(agent, names[0])}\``,
      at: { text: line.text, start: line.text.length, end: line.text.length + 1 },
    });
  }
  const action = Object.hasOwn(agent.actions, actionWord.text) ? agent.actions[actionWord.text] : undefined;
  if (action === undefined) {
    const { code, message, at, hint } = wordError(
      'unknown/action',
      `unknown action \`${actionWord.text}\` for ${agent.agent}`,
      { word: actionWord, line, known: names },
    );
    throw new McoError(code, message, { hint: hintForForeign(agent.agent, actionWord, world) ?? hint, at });
  }
  const input = readInput(action, rest, { line, usage: `usage: \`${exampleOf(agent, actionWord.text)}\`` });
  try {
    const checked = checkInput(action, input);
    return {
      kind: 'ask',
      agent: agent.agent,
      action: actionWord.text,
      effect: action.effect,
      input: checked,
      view: 'results',
    };
  } catch (error) {
    const example = action.examples?.[0] ?? exampleOf(agent, actionWord.text);
    const hint = names.includes(actionWord.text) ? `for example \`${example}\`` : undefined;
    throw atWord(error, { word: actionWord, line }, hint);
  }
}

/** The actions of an agent that this person may use here. */
export function usableActions({ agent, actions }: AgentDescription, world: CommandWorld): readonly string[] {
  return Object.keys(actions).filter((action) => world.may(agent, action));
}

/** The agents of which this person may use something here. */
export function usableAgents(world: CommandWorld): readonly AgentDescription[] {
  return world.agents.filter((agent) => usableActions(agent, world).length > 0);
}

/** What other tools' word for an action is called here, as far as this person may use it. */
function hintForForeign(agent: string, { text }: Word, world: CommandWorld): string | undefined {
  const meant = (FOREIGN_ACTIONS.get(`${agent} ${text.toLowerCase()}`) ?? []).filter((target) => {
    const [name = '', action = ''] = target.split(' ');
    const known = world.agents.find((candidate) => candidate.agent === name);
    if (known === undefined) return false;
    // `job watch` is a word of the command alone.
    return Object.hasOwn(known.actions, action) ? world.may(name, action) : usableActions(known, world).length > 0;
  });
  return meant.length === 0 ? undefined : askWhetherMeant(meant);
}

/** Where somebody is sent who may use nothing of what could be suggested. */
const SEE_WHOAMI = '`whoami` shows what you may do here';

interface InputContext {
  readonly line: CommandLine;
  /** What the action takes, for people. */
  readonly usage: string;
}

function readInput(action: ActionDescription, words: readonly Word[], { line, usage }: InputContext): Input {
  const input: Record<string, Scalar> = {};
  const open = [...(action.words ?? [])];
  for (const word of words) {
    const [, key, value] = KEY_AND_VALUE.exec(word.text) ?? [];
    const name = key ?? open.find((candidate) => !Object.hasOwn(input, candidate));
    if (name === undefined) throw strayWord(word, line, hintForStray(word.text, usage));
    const field = Object.hasOwn(action.input, name) ? action.input[name] : undefined;
    if (field === undefined) {
      const hint = hintForInput(word.text, name, Object.keys(action.input));
      const { code, message, at } = wordError('usage/unknown-input', `there is no input \`${name}\``, { word, line });
      throw new McoError(code, message, { hint, at });
    }
    if (Object.hasOwn(input, name)) {
      throw new McoError('usage/stray-word', `\`${name}\` is given twice`, {
        hint: 'give it once',
        at: { text: line.text, start: word.start, end: word.end },
      });
    }
    try {
      input[name] = readInputText(name, field, value ?? word.text);
    } catch (error) {
      throw atWord(error, { word, line });
    }
  }
  return input;
}

/** What is no input, and like none, was meant for a fact. */
function hintForInput(word: string, name: string, known: readonly string[]): string {
  if (nearest(name, known) !== undefined) return suggest(name, known);
  const inputs = known.length === 0 ? 'it takes none' : suggest(name, known);
  const nodes = nodesMeantBy(word);
  return nodes === undefined ? inputs : `${inputs}; ${nodes}`;
}

const strayWord = (word: Word, { text }: CommandLine, hint: string): McoError =>
  new McoError('usage/stray-word', `\`${word.text}\` is one word too many`, {
    hint,
    at: { text, start: word.start, end: word.end },
  });

/** A word of a command, where a mistake is. */
export interface WrongWord {
  readonly word: Word;
  readonly line: CommandLine;
  /** The names that would have been right. */
  readonly known?: readonly string[] | undefined;
}

/** An error about one word, with its caret and the nearest of the known names. */
export function wordError(code: ErrorCode, message: string, { word, line, known }: WrongWord): McoError {
  return new McoError(code, message, {
    at: { text: line.text, start: word.start, end: word.end },
    hint: known === undefined ? undefined : suggestKnown(word.text.replace(/=.*$/s, ''), known),
  });
}

function suggestKnown(text: string, known: readonly string[]): string {
  return known.length === 0 ? SEE_WHOAMI : suggest(text, known);
}

/** The same error, pointing at a word. */
function atWord(error: unknown, { word, line }: WrongWord, hint?: string): unknown {
  if (!(error instanceof McoError)) return error;
  return new McoError(error.code, error.message, {
    hint: error.hint ?? hint,
    at: { text: line.text, start: word.start, end: word.end },
    cause: error,
  });
}

function exampleOf(agent: AgentDescription, name = 'ACTION'): string {
  const words = (agent.actions[name]?.words ?? []).map((word) => word.toUpperCase());
  return [agent.agent, name, ...words].join(' ');
}

/**
 * Lets the object stand before the verb: `nginx restart` as well as `restart nginx`, for commands whose users know
 * both orders.
 */
export function actionFirst(agent: AgentDescription, words: readonly Word[]): readonly Word[] {
  const [first, second, ...rest] = words;
  if (first === undefined || second === undefined) return words;
  const isAction = ({ text }: Word): boolean => Object.hasOwn(agent.actions, text);
  // Of two words that are none, the one that is nearly one was meant for it: `nginx rstart`.
  const isNearly = ({ text }: Word): boolean => nearest(text, Object.keys(agent.actions)) !== undefined;
  const isSecond = isAction(second) || (isNearly(second) && !isNearly(first));
  return !isAction(first) && isSecond ? [second, first, ...rest] : words;
}

/**
 * @param allowed how many words the command takes, its own name included
 * @param asks whom; nobody, unless it says so: then a word too many was meant to say which nodes
 * @throws McoError `usage/stray-word` for the first word over that
 */
export function refuseWords(line: CommandLine, allowed: number, asks?: 'nodes'): void {
  const stray = line.words[allowed];
  if (stray === undefined) return;
  const taken = line.words.slice(0, allowed).map(({ text }) => text);
  const usage = `\`${taken.join(' ')}\` takes no more words`;
  throw strayWord(stray, line, asks === 'nodes' ? hintForStray(stray.text, usage) : usage);
}

/** @throws McoError `usage/stray-word` for the second of some words of which there may be one */
export function refuseSecond(line: CommandLine, [, stray]: readonly Word[]): void {
  if (stray !== undefined) throw strayWord(stray, line, 'give one of them');
}

/**
 * The run that a command is about, in lower case; `last` where no word names one. `run` may stand before it.
 *
 * @param words those that may name it
 * @param others what else such a word may be, for suggestions
 * @throws McoError `usage/bad-run`, `usage/stray-word`
 */
export function readRun(line: CommandLine, words: readonly Word[], others: readonly string[] = []): Word {
  const named = words.filter(({ text }) => text !== 'run');
  const [word, second] = named;
  if (second !== undefined) {
    const stray = others.length === 0 ? second : (named.find(({ text }) => !isRun(text.toLowerCase())) ?? second);
    throw strayWord(stray, line, others.length === 0 ? 'it takes one run' : suggest(stray.text, others));
  }
  const name = line.words[0] ?? { start: 0, end: 0 };
  if (word === undefined) return { text: 'last', start: name.start, end: name.end };
  const text = word.text.toLowerCase();
  if (isRun(text)) return { ...word, text };
  const meant = nearest(text, ['last', ...others]);
  throw new McoError('usage/bad-run', `\`${word.text}\` is no run`, {
    hint: meant === undefined ? 'the last four or more characters of its id, or `last`' : `did you mean \`${meant}\`?`,
    at: { text: line.text, start: word.start, end: word.end },
  });
}

const isRun = (text: string): boolean => text === 'last' || RUN_END.test(text);
