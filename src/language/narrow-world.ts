import type { AgentDescription } from '../core/agent-description.ts';
import type { Command, CommandLine, CommandWorld, Control, Plan } from '../core/command.ts';
import { McoError } from '../core/errors.ts';
import { usableActions, usableAgents } from '../core/read-call.ts';
import { parseCommandLine } from './parse-command-line.ts';
import { quoteWord } from './quote-word.ts';

/**
 * The world as this person may know it: the actions they may use here, and the commands, examples and usages that ask
 * for nothing else. Help and suggestions are made from it. Commands about runs and the bot are for everybody who may use
 * any action here; who one is, everybody may know.
 *
 * @param read what a command line comes to; undefined when its first word means nothing
 */
export function narrowWorld(world: CommandWorld, read: (line: CommandLine) => Plan | undefined): CommandWorld {
  const agents = usableAgents(world).map((agent) => narrowAgent(agent, usableActions(agent, world)));
  const isOpen = (text: string, unread: boolean): boolean => {
    const plan = readExample(text, read);
    if (plan === undefined) return unread;
    const explained = readExplained(text, plan);
    if (explained !== undefined) return agents.length > 0 && isOpen(explained, unread);
    if (plan.kind === 'control') return plan.verb === 'whoami' || (agents.length > 0 && mayTell(world, plan));
    return plan.kind === 'tell' || world.may(plan.agent, plan.action);
  };
  const commands = world.commands.map(
    (command): Command => ({
      ...command,
      examples: command.examples.filter((example) => isOpen(example, false)),
      // A usage that can't be read, `rpc AGENT ACTION`, stands for whatever this person may use.
      usage: command.usage.filter((usage) => isOpen(usage.toLowerCase(), true)),
    }),
  );
  const isUsable = ({ name, examples }: Command): boolean =>
    examples.length > 0 || agents.some(({ agent }) => agent === name);
  return { ...world, agents, commands: commands.filter(isUsable) };
}

/** What the bot tells of everybody's doings is not for everybody. */
function mayTell({ may }: CommandWorld, plan: Control): boolean {
  if (plan.verb === 'audit') return may('mcobot', 'audit');
  return plan.verb !== 'policy' || plan.what !== 'test' || may('mcobot', 'policy');
}

function narrowAgent(agent: AgentDescription, usable: readonly string[]): AgentDescription {
  const actions = Object.entries(agent.actions).filter(([name]) => usable.includes(name));
  return { ...agent, actions: Object.fromEntries(actions) };
}

/** The command that `policy explain` is about: nobody is shown one that they may not use. */
function readExplained(text: string, plan: Plan): string | undefined {
  if (plan.kind !== 'control' || plan.verb !== 'policy' || plan.what !== 'explain') return undefined;
  const [, , ...words] = parseCommandLine(text).words;
  return plan.command ?? words.map((word) => quoteWord(word.text)).join(' ');
}

function readExample(text: string, read: (line: CommandLine) => Plan | undefined): Plan | undefined {
  try {
    return read(parseCommandLine(text));
  } catch (error) {
    if (error instanceof McoError) return undefined;
    throw error;
  }
}
