import { effectOf } from '../core/agent-description.ts';
import type { Ask, Command, CommandLine, CommandWorld, Plan } from '../core/command.ts';
import { McoError } from '../core/errors.ts';
import { readCall, wordError } from '../core/read-call.ts';
import { narrowWorld } from '../language/narrow-world.ts';
import { refuseOptions } from '../language/refuse-options.ts';
import { refuseWaves } from './sending/window-options.ts';
import { hintForAgent, hintForForeign } from './suggest-command.ts';

/**
 * What a command line asks for. The first word names a command, or an agent: every agent is a command itself. What
 * asks no node takes none of the options that are for nodes.
 *
 * @throws McoError `usage/*` or `unknown/*`; what it suggests is what this person may use here
 */
export function planCommand(line: CommandLine, commands: readonly Command[], world: CommandWorld): Plan {
  const all = { ...world, commands };
  const plan = planHelp(line, all) ?? readPlan(line, all);
  if (plan === undefined) throw unknownCommand(line, all);
  refuseOptions(line, plan);
  refuseWaves(line, plan);
  return line.options.noop === true && plan.kind === 'ask' ? asDryRun(plan, world) : plan;
}

/** @throws McoError `usage/no-dry-run` */
function asDryRun(ask: Ask, { agents }: CommandWorld): Ask {
  const action = agents.find(({ agent }) => agent === ask.agent)?.actions[ask.action];
  return action === undefined ? ask : { ...ask, effect: effectOf(action, true) };
}

/** `help`, `help COMMAND` and `COMMAND help`, which tell this person nothing but what they may use. */
function planHelp(line: CommandLine, world: CommandWorld): Plan | undefined {
  const help = world.commands.find((candidate) => candidate.name === 'help');
  const [first, second, third] = line.words;
  if (help === undefined || first === undefined) return undefined;
  const isTurned = first.text !== 'help' && second?.text === 'help' && third === undefined;
  if (first.text !== 'help' && !isTurned) return undefined;
  const words = isTurned ? [second, first] : line.words;
  return help.plan({ ...line, words }, narrow(world));
}

function readPlan(line: CommandLine, world: CommandWorld): Plan | undefined {
  const [name, ...words] = line.words;
  if (name === undefined) {
    throw new McoError('usage/no-command', 'what shall be done?', { hint: '`help` shows what you can ask' });
  }
  const command = world.commands.find((candidate) => candidate.name === name.text);
  if (command !== undefined) return command.plan(line, world);
  const agent = world.agents.find((candidate) => candidate.agent === name.text);
  return agent === undefined ? undefined : readCall(agent, words, { line, world });
}

const narrow = (world: CommandWorld): CommandWorld => narrowWorld(world, (line) => readPlan(line, world));

function unknownCommand(line: CommandLine, world: CommandWorld): McoError {
  const [word = { text: '', start: 0, end: 0 }] = line.words;
  const usable = narrow(world);
  const known = [...usable.commands.map(({ name }) => name), ...usable.agents.map(({ agent }) => agent)];
  const { code, message, at, hint } = wordError('unknown/command', `unknown command \`${word.text}\``, {
    word,
    line,
    known: [...new Set(known)],
  });
  const hints = [hintForForeign(line.words, usable) ?? hint, hintForAgent(line.words, { usable, world })];
  return new McoError(code, message, { hint: hints.filter((one) => one !== undefined).join('; '), at });
}
