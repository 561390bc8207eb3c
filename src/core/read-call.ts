import type { ActionDescription, AgentDescription, Input, Scalar } from './agent-description.ts';
import { checkInput, readInputText } from './check-input.ts';
import type { Ask, CommandLine, Word } from './command.ts';
import { type ErrorCode, McoError } from './errors.ts';
import { suggest } from './nearest.ts';

const KEY_AND_VALUE = /^([a-z][a-z0-9_]*)=(.*)$/s;

/**
 * Reads `ACTION word... key=value...` as a question to one agent. Bare words fill the inputs that the action's
 * description lists under `words`, in that order.
 *
 * @param words the words after the agent's name
 * @throws McoError `usage/missing-action`, `unknown/action`, `usage/unknown-input`, `usage/missing-input`,
 *   `usage/invalid-input`, `usage/stray-word`, with the span of the wrong word
 */
export function readCall(agent: AgentDescription, words: readonly Word[], line: CommandLine): Ask {
  const names = Object.keys(agent.actions);
  const [actionWord, ...rest] = words;
  if (actionWord === undefined) {
    throw new McoError('usage/missing-action', `${agent.agent} needs an action`, {
      hint: `one of ${names.join(', ')}; for example \`${exampleOf(agent)}\``,
      at: { text: line.text, start: line.text.length, end: line.text.length + 1 },
    });
  }
  const action = Object.hasOwn(agent.actions, actionWord.text) ? agent.actions[actionWord.text] : undefined;
  if (action === undefined) {
    throw wordError('unknown/action', `unknown action \`${actionWord.text}\` for ${agent.agent}`, {
      word: actionWord,
      line,
      known: names,
    });
  }
  const input = readInput(action, rest, line);
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
    throw atWord(error, { word: actionWord, line }, `for example \`${action.examples?.[0] ?? exampleOf(agent)}\``);
  }
}

function readInput(action: ActionDescription, words: readonly Word[], line: CommandLine): Input {
  const input: Record<string, Scalar> = {};
  const open = [...(action.words ?? [])];
  for (const word of words) {
    const [, key, value] = KEY_AND_VALUE.exec(word.text) ?? [];
    const name = key ?? open.find((candidate) => !Object.hasOwn(input, candidate));
    if (name === undefined)
      throw wordError('usage/stray-word', `\`${word.text}\` is one word too many`, { word, line });
    const field = Object.hasOwn(action.input, name) ? action.input[name] : undefined;
    if (field === undefined) {
      throw wordError('usage/unknown-input', `there is no input \`${name}\``, {
        word,
        line,
        known: Object.keys(action.input),
      });
    }
    if (Object.hasOwn(input, name)) {
      throw wordError('usage/stray-word', `\`${name}\` is given twice`, { word, line });
    }
    try {
      input[name] = readInputText(name, field, value ?? word.text);
    } catch (error) {
      throw atWord(error, { word, line });
    }
  }
  return input;
}

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
    hint: known === undefined ? undefined : suggest(word.text.replace(/=.*$/s, ''), known),
  });
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

function exampleOf(agent: AgentDescription): string {
  const [name, action] = Object.entries(agent.actions)[0] ?? ['ACTION', undefined];
  const words = (action?.words ?? []).map((word) => word.toUpperCase());
  return [agent.agent, name, ...words].join(' ');
}

/**
 * Lets the object stand before the verb: `nginx restart` as well as `restart nginx`, for commands whose users know
 * both orders.
 */
export function actionFirst(agent: AgentDescription, words: readonly Word[]): readonly Word[] {
  const [first, second, ...rest] = words;
  if (first === undefined || second === undefined) return words;
  const isAction = (word: Word): boolean => Object.hasOwn(agent.actions, word.text);
  return !isAction(first) && isAction(second) ? [second, first, ...rest] : words;
}

/**
 * @param allowed how many words the command takes, its own name included
 * @throws McoError `usage/stray-word` for the first word over that
 */
export function refuseWords(line: CommandLine, allowed: number): void {
  const stray = line.words[allowed];
  if (stray !== undefined) {
    throw wordError('usage/stray-word', `\`${stray.text}\` is one word too many`, { word: stray, line });
  }
}
