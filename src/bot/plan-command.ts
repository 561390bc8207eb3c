import type { Ask, Command, CommandLine, CommandWorld, Tell } from '../core/command.ts';
import { McoError } from '../core/errors.ts';
import { readCall, wordError } from '../core/read-call.ts';

/**
 * What a command line asks for. The first word names a command, or an agent: every agent is a command itself.
 *
 * @throws McoError `usage/*` or `unknown/*`
 */
export function planCommand(line: CommandLine, commands: readonly Command[], world: CommandWorld): Ask | Tell {
  const [name, ...words] = line.words;
  if (name === undefined) {
    throw new McoError('usage/no-command', 'what shall be done?', { hint: '`help` shows what you can ask' });
  }
  const help = commands.find((candidate) => candidate.name === 'help');
  if (help !== undefined && words.length === 1 && words[0]?.text === 'help' && name.text !== 'help') {
    return help.plan({ ...line, words: [words[0], name] }, world);
  }
  const command = commands.find((candidate) => candidate.name === name.text);
  if (command !== undefined) return command.plan(line, world);
  const agent = world.agents.find((candidate) => candidate.agent === name.text);
  if (agent !== undefined) return readCall(agent, words, line);
  const known = [...commands.map((candidate) => candidate.name), ...world.agents.map((candidate) => candidate.agent)];
  throw wordError('unknown/command', `unknown command \`${name.text}\``, {
    word: name,
    line,
    known: [...new Set(known)],
  });
}
