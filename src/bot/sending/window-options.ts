import type { Ask, CommandLine, Options, Plan } from '../../core/command.ts';
import { dashed } from '../../language/option-table.ts';
import { readOptions } from '../../language/read-options.ts';
import { failAt } from '../../language/source-word.ts';
import { splitWords } from '../../language/split-words.ts';

const WAVES = ['batch', 'batch-sleep', 'canary'] as const;

/**
 * What says by itself how many are at work at any time goes in no waves, and says it once.
 *
 * @throws McoError `usage/conflicting-options` at the option's value
 */
export function refuseWaves(line: CommandLine, plan: Plan): void {
  if (plan.kind !== 'ask' || plan.atOnce === undefined) return;
  const read = readOptions(splitWords(line.text));
  const [twice] = read.valuesOf('at-once');
  if (twice !== undefined) {
    throw failAt(twice, 'usage/conflicting-options', {
      message: `\`${nameCommand(line)}\` says by itself how many are at work: \`--at-once\` says it twice`,
      hint: 'give one of them',
    });
  }
  for (const name of WAVES) {
    const [word] = read.valuesOf(name);
    if (word === undefined) continue;
    throw failAt(word, 'usage/conflicting-options', {
      message: `\`${nameCommand(line)}\` knows no waves: \`${dashed(name)}\` means nothing to it`,
      hint: '`--max-fail` and `--max-silent` stop it, too',
    });
  }
}

const nameCommand = ({ words }: CommandLine): string =>
  words
    .slice(0, 2)
    .map(({ text }) => text)
    .join(' ');

/** Without the waves that a threshold gets where nobody says how many are asked at a time. */
export function keepWindow({ options }: CommandLine, ask: Ask): Options {
  if (ask.atOnce === undefined || options.batch === undefined) return options;
  const { batch: _, ...rest } = options;
  return rest;
}
