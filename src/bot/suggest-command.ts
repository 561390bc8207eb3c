import type { CommandWorld, Word } from '../core/command.ts';
import { FOREIGN_COMMANDS } from '../core/foreign-words.ts';
import { WORD } from '../core/names.ts';
import { askWhetherMeant } from '../core/nearest.ts';
import { isSlipOf } from '../core/slip.ts';

/** What can be repeated in a hint as it is. */
const PLAIN = /^[A-Za-z0-9_.,:@%+/-]+$/;
const LONGEST_REPEATED = 80;

/** As many agents as one hint names. */
const MAX_AGENTS = 4;

/**
 * What other tools' word for a command is called here; and where an action was typed without its agent, which agents have
 * one of that name. Nothing is carried out for it.
 *
 * @param usable what this person may use here
 */
export function hintForForeign(words: readonly Word[], usable: CommandWorld): string | undefined {
  const [first, ...others] = words.map(({ text }) => text);
  if (first === undefined) return undefined;
  const name = first.toLowerCase();
  const two = FOREIGN_COMMANDS.get(`${name} ${others[0]?.toLowerCase()}`);
  const foreign = (two ?? FOREIGN_COMMANDS.get(name) ?? []).filter((target) => isUsable(target, usable));
  if (foreign.length > 0) return ask(foreign, two === undefined ? others : others.slice(1));
  const agents = usable.agents.filter(({ actions }) => Object.hasOwn(actions, name)).map(({ agent }) => agent);
  if (agents.length === 0 || agents.length > MAX_AGENTS) return undefined;
  return ask(
    agents.map((agent) => `${agent} ${name}`),
    others,
  );
}

/** Of one meaning the whole command is shown, of several only how it begins. */
function ask(meanings: readonly string[], rest: readonly string[]): string {
  const [only = ''] = meanings;
  const whole = [only, ...rest].join(' ');
  const isRepeated =
    meanings.length === 1 && rest.every((word) => PLAIN.test(word)) && whole.length <= LONGEST_REPEATED;
  return askWhetherMeant(isRepeated ? [whole] : meanings);
}

/** `package update`, or a command by its name alone. */
function isUsable(target: string, { commands, agents }: CommandWorld): boolean {
  const [name, action] = target.split(' ');
  if (action === undefined) return commands.some((command) => command.name === name);
  return agents.some(({ agent, actions }) => agent === name && Object.hasOwn(actions, action));
}

/**
 * Nodes may have an agent that is called almost like a command: as a slip of the fingers it is not asked for, and after
 * `rpc` it is.
 *
 * @param world all that this bot knows, which is what a slip is one from
 */
export function hintForAgent(
  [first, second]: readonly Word[],
  { usable, world }: { readonly usable: CommandWorld; readonly world: CommandWorld },
): string | undefined {
  if (first === undefined || second === undefined || world.origins === undefined) return undefined;
  if (usable.agents.length === 0 || ![first.text, second.text].every((text) => WORD.test(text))) return undefined;
  const isCommand = isSlipOf(
    first.text,
    world.commands.map(({ name }) => name),
  );
  const isAgent = isSlipOf(
    first.text,
    world.agents.map(({ agent }) => agent),
  );
  return isCommand && !isAgent ? `an agent of that name is \`rpc ${first.text} ${second.text}\`` : undefined;
}
