import { type Ask, type Command, type CommandLine, requireAgent, type Word } from '../src/core/command.ts';
import { McoError } from '../src/core/errors.ts';
import { readCall } from '../src/core/read-call.ts';
import { splitCommand } from '../src/core/split-command.ts';

const INPUT = /^[a-z][a-z0-9_]*=/;
/** `|`, `&&`, `>`, `2>&1`: nothing but what a shell gives a meaning. */
const SHELL_WORD = /^\d*[|&;<>]+\d*$/;
const PLAIN = /^[A-Za-z0-9_.,:@%+=/-]+$/;

/** Programs on the nodes. What they started is looked after with `job`. */
export const shellCommand: Command = {
  name: 'shell',
  about: 'Runs programs on the nodes, where node and policy allow it',
  usage: ['shell run "COMMAND"', 'shell run PROGRAM WORD WORD', 'shell start "COMMAND"'],
  examples: [
    'shell run "uname -a" -C webserver',
    'shell run ls /tmp -I atlas01',
    'shell run "df -h | tail -n +2" shell=sh -I atlas01',
    'shell start "/usr/local/sbin/rebuild-index --all" -C search',
  ],
  plan(line, world) {
    const [action, ...words] = line.words.slice(1);
    refuseShellWords(line, words);
    const agent = requireAgent(world, 'shell');
    const ask = readCall(agent, action === undefined ? [] : [action, ...joinCommand(words)], { line, world });
    refuseUnreadable(line, words, ask);
    return ask;
  },
};

/**
 * Every node would refuse it: what a shell alone understands, where none is named.
 *
 * @throws McoError `usage/needs-shell` at the command
 */
function refuseUnreadable({ text: typed }: CommandLine, words: readonly Word[], { input }: Ask): void {
  if (typeof input.command !== 'string' || input.shell !== undefined) return;
  try {
    splitCommand(input.command);
  } catch (thrown) {
    if (!(thrown instanceof McoError)) throw thrown;
    const word = words.find(({ text }) => text.startsWith('command=')) ?? words.find(({ text }) => !INPUT.test(text));
    throw new McoError('usage/needs-shell', thrown.message, {
      hint: 'name a shell of the nodes beside it, `shell=sh`, or put it in single quotes within the command',
      at: word && { text: typed, start: word.start, end: word.end },
    });
  }
}

/** One bare word is the whole command as it is; several are its words, each of which arrives as it was typed. */
function joinCommand(words: readonly Word[]): readonly Word[] {
  const bare = words.filter(({ text }) => !INPUT.test(text));
  const [first, second] = bare;
  const last = bare.at(-1);
  if (first === undefined || second === undefined || last === undefined) return words;
  const text = `command=${bare.map((word) => quote(word.text)).join(' ')}`;
  return [{ text, start: first.start, end: last.end }, ...words.filter((word) => !bare.includes(word))];
}

/**
 * To a program `|` is a word like any other: whoever leaves it bare means a shell.
 *
 * @throws McoError `usage/needs-shell` at the word
 */
function refuseShellWords({ text: typed }: CommandLine, words: readonly Word[]): void {
  const word = words.find(({ text, start, end }) => SHELL_WORD.test(text) && typed.slice(start, end) === text);
  if (word === undefined) return;
  throw new McoError('usage/needs-shell', `\`${word.text}\` means something to a shell only`, {
    hint: 'put the command in quotes and name a shell of the nodes: `shell run "ls | wc -l" shell=sh`',
    at: { text: typed, start: word.start, end: word.end },
  });
}

/** As a POSIX shell reads it back. */
const quote = (text: string): string => (PLAIN.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
