import type { CommandLine, Control, Tell } from '../core/command.ts';
import { dashed, OPTIONS, type OptionName } from './option-table.ts';
import { readOptions } from './read-options.ts';
import { failAt } from './source-word.ts';
import { splitWords } from './split-words.ts';

interface Taken {
  readonly names: readonly OptionName[];
  readonly hint: string;
}

const JSON_ONLY: Taken = { names: ['json'], hint: 'no node is asked, so it takes nothing but `--json`' };
const TAKEN: Readonly<Record<Control['verb'], Taken>> = {
  runs: JSON_ONLY,
  health: JSON_ONLY,
  whoami: JSON_ONLY,
  cancel: JSON_ONLY,
  show: {
    names: ['json', 'csv', 'display', 'verbose'],
    hint: 'it takes `--json`, `--csv`, `--display` and `-v`; `--nodes` asks the nodes of a run again',
  },
  retry: {
    names: [],
    hint: 'it asks just what that run asked; for something else give the command with `--nodes last`',
  },
};

/**
 * What asks no node has no use for filters and most options, and nothing that was typed is ever ignored.
 *
 * @throws McoError `usage/unexpected-option` for the first of them, at its value
 */
export function refuseOptions(line: CommandLine, plan: Tell | Control): void {
  const { names, hint } = plan.kind === 'control' ? TAKEN[plan.verb] : JSON_ONLY;
  const read = readOptions(splitWords(line.text));
  for (const { name, aliases } of OPTIONS) {
    const [word] = names.includes(name) ? [] : read.valuesOf(name);
    if (word === undefined) continue;
    const spelling = dashed(aliases.find((alias) => alias.length === 1) ?? name);
    const message = `\`${spelling}\` means nothing to \`${line.words[0]?.text ?? ''}\``;
    throw failAt(word, 'usage/unexpected-option', { message, hint });
  }
}
