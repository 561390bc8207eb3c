import type { Command, Plan } from '../core/command.ts';

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

/** What stands in help for a chat, and what a terminal has instead. */
const NODES_OF_A_RUN = /^--nodes last\|RUN .*/;
const NODES_OF_A_FILE = '--nodes FILE      the nodes of a list, one a line';

/**
 * The commands of the terminal client, which keeps nothing for a later one: help does not tell what can't work there, and
 * shows commands as they are typed there. Whoever types one that can't work is still told why.
 */
export const createClientCommands = (commands: readonly Command[]): readonly Command[] =>
  commands.map((command) => {
    if (OF_THE_BOT.has(command.name)) return { ...command, examples: [], usage: [] };
    const examples = command.examples.filter((example) => !SHORT_RUN.test(example));
    return { ...command, examples, plan: (line, world) => forTerminal(command.plan(line, world)) };
  });

function forTerminal(plan: Plan): Plan {
  if (plan.kind !== 'tell') return plan;
  const write = (text: string): string =>
    text.replaceAll(/(?<=^|, )\/mco /g, 'mco ').replace(NODES_OF_A_RUN, NODES_OF_A_FILE);
  return { ...plan, sections: plan.sections.map((section) => ({ ...section, lines: section.lines.map(write) })) };
}
