import type { CommandLine, Control, Plan } from '../core/command.ts';
import { dashed, OPTIONS, type OptionName, SEARCH_OPTIONS } from './option-table.ts';
import { readOptions } from './read-options.ts';
import { failAt } from './source-word.ts';
import { splitWords } from './split-words.ts';

interface Taken {
  readonly names: readonly OptionName[];
  readonly hint: string;
}

const ALL = OPTIONS.map(({ name }) => name);
const JSON_ONLY: Taken = { names: ['json'], hint: 'no node is asked, so it takes nothing but `--json`' };
const SHOWING: Taken = {
  names: ['json', 'csv', 'display', 'sort', 'group', 'verbose'],
  hint: 'it takes `--json`, `--csv`, `--display`, `--sort`, `--group` and `-v`; `--nodes` asks the nodes of a run again',
};
const RETRYING: Taken = {
  names: [],
  hint: 'it asks just what that run asked; for something else give the command with `--nodes last`',
};
const SEARCHING: Taken = {
  names: [...SEARCH_OPTIONS, 'json'],
  hint: `it takes ${SEARCH_OPTIONS.map((name) => `\`${dashed(name)}\``).join(', ')} and \`--json\``,
};
/** What stands beside a command in quotes would belong to neither of the two. */
const EXPLAINING_QUOTED: Taken = {
  names: ['as', 'in', 'json'],
  hint: "the command's own options belong inside the quotes; outside stand `--as`, `--in` and `--json`",
};
const EXPLAINING: Taken = {
  names: ALL.filter((name) => !isOneOf(SEARCH_OPTIONS, name)),
  hint: 'it takes `--as`, `--in` and the options of the command that it explains',
};

const NODE_HINT = 'one node by its name is `-I NODE`; a list of nodes is `--nodes`';
const SEARCH_HINT = 'it belongs to `audit`, such as `audit --who ana --since 2h`';
const EXPLAIN_HINT = 'it belongs to `policy explain`, such as `policy explain --as ana package status bash`';

/**
 * What asks no node has no use for filters and most options, and a question to nodes none for what `audit` looks for;
 * nothing that was typed is ever ignored.
 *
 * @throws McoError `usage/unexpected-option` for the first of them, at its value
 */
export function refuseOptions(line: CommandLine, plan: Plan): void {
  const read = readOptions(splitWords(line.text));
  for (const { name, aliases } of OPTIONS) {
    const hint = hintFor(plan, name);
    const [word] = hint === undefined ? [] : read.valuesOf(name);
    if (word === undefined) continue;
    const spelling = dashed(aliases.find((alias) => alias.length === 1) ?? name);
    const message = `\`${spelling}\` means nothing to \`${line.words[0]?.text ?? ''}\``;
    throw failAt(word, 'usage/unexpected-option', { message, hint });
  }
}

/** What to do instead where an option is not for this plan; undefined where it is. */
function hintFor(plan: Plan, name: OptionName): string | undefined {
  if (plan.kind === 'ask') {
    if (name === 'node') return NODE_HINT;
    if (name === 'as' || name === 'in') return EXPLAIN_HINT;
    return isOneOf(SEARCH_OPTIONS, name) ? SEARCH_HINT : undefined;
  }
  const { names, hint } = plan.kind === 'tell' ? JSON_ONLY : takenBy(plan);
  return names.includes(name) ? undefined : hint;
}

function takenBy(control: Control): Taken {
  switch (control.verb) {
    case 'show':
      return SHOWING;
    case 'retry':
      return RETRYING;
    case 'audit':
      return control.what === 'find' ? SEARCHING : JSON_ONLY;
    case 'policy':
      if (control.what === 'test') return JSON_ONLY;
      return control.command === undefined ? EXPLAINING : EXPLAINING_QUOTED;
    default:
      return JSON_ONLY;
  }
}

function isOneOf(names: readonly OptionName[], name: OptionName): boolean {
  return names.includes(name);
}
