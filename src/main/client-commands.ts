import type { Command } from '../core/command.ts';

/** They need runs, approvals, a policy or a trail that outlive a command. */
const OF_THE_BOT: ReadonlySet<string> = new Set([
  'runs',
  'show',
  'cancel',
  'retry',
  'approve',
  'reject',
  'withdraw',
  'audit',
  'policy',
]);

/** A run by the end of its id, or the last one. */
const SHORT_RUN = /^job (?:show|tail|watch|kill)\b/;

/**
 * The commands of the terminal client, which keeps nothing for a later one: help does not tell what can't work there.
 * Whoever types it is still told why.
 */
export const createClientCommands = (commands: readonly Command[]): readonly Command[] =>
  commands.map((command) => {
    if (OF_THE_BOT.has(command.name)) return { ...command, examples: [], usage: [] };
    return { ...command, examples: command.examples.filter((example) => !SHORT_RUN.test(example)) };
  });
