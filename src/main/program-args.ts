import { type ParseArgsConfig, parseArgs } from 'node:util';
import { McoError } from '../core/errors.ts';
import { suggest } from '../core/nearest.ts';

type OptionTable = NonNullable<ParseArgsConfig['options']>;

/**
 * Reads a program's own options: unknown ones are errors with the nearest match, and so is one that is given twice,
 * unless it takes several values.
 *
 * @param program whose `--help` the hint names
 * @param allowWords whether words that belong to no option are let through
 * @throws McoError `usage/unknown-option`, `usage/bad-option`, `usage/repeated-option`
 */
export function readProgramArgs<const T extends OptionTable>(
  args: readonly string[],
  options: T,
  { program, allowWords }: { readonly program: string; readonly allowWords: boolean },
) {
  const known = Object.keys(options);
  for (const arg of args) {
    const name = /^--([^=]+)/.exec(arg)?.[1];
    if (arg === '--') break;
    if (name === undefined || known.includes(name)) continue;
    const hint = suggest(
      `--${name}`,
      known.map((option) => `--${option}`),
    );
    throw new McoError('usage/unknown-option', `there is no option \`--${name}\``, { hint });
  }
  refuseRepeated(args, options);
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: allowWords });
  } catch (cause) {
    const message = (cause instanceof Error ? cause.message : String(cause)).split(/\.\s/)[0] ?? '';
    throw new McoError('usage/bad-option', message.charAt(0).toLowerCase() + message.slice(1), {
      hint: `see ${program} --help`,
      cause,
    });
  }
}

/** The last one would win without a word: two people named, and one explained. What is wrong otherwise is told later. */
function refuseRepeated(args: readonly string[], options: OptionTable): void {
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  const names = tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : []));
  const twice = names.find((name, index) => options[name]?.multiple !== true && names.indexOf(name) < index);
  if (twice === undefined) return;
  throw new McoError('usage/repeated-option', `\`--${twice}\` is given twice`, { hint: 'give it once' });
}

/** @throws McoError `usage/stray-word` for the first word that belongs to no option */
export function refuseStrayWord(words: readonly string[], hint: string): void {
  const [stray] = words;
  if (stray !== undefined) throw new McoError('usage/stray-word', `\`${stray}\` is one word too many`, { hint });
}
