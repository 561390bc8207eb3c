import { McoError } from '../../core/errors.ts';
import { WORD } from '../../core/names.ts';
import { suggest } from '../../core/nearest.ts';
import { readProgramArgs, refuseStrayWord } from '../program-args.ts';

export const LANGUAGES = ['python', 'sh'] as const;
export type Language = (typeof LANGUAGES)[number];

const OPTIONS = {
  dir: { type: 'string', default: '.' },
  language: { type: 'string', default: 'python' },
} as const;

export interface NewAgentArgs {
  readonly name: string;
  /** Where its directory is made. */
  readonly dir: string;
  readonly language: Language;
}

/**
 * Reads what follows `mco-agent new`.
 *
 * @param taken names that no agent may have
 * @throws McoError `usage/*`
 */
export function readNewAgentArgs(args: readonly string[], taken: readonly string[]): NewAgentArgs {
  const { values, positionals } = readProgramArgs(args, OPTIONS, { program: 'mco-agent', allowWords: true });
  const [name, ...rest] = positionals;
  if (name === undefined) {
    throw new McoError('usage/missing-name', 'what shall the agent be called?', { hint: 'mco-agent new NAME' });
  }
  refuseStrayWord(rest, 'mco-agent new NAME [--dir DIR] [--language python|sh]');
  if (!WORD.test(name)) {
    throw new McoError('usage/bad-name', `\`${name}\` can't be the name of an agent`, {
      hint: 'small letters, digits and `_`, with a letter first; 64 at most',
    });
  }
  if (taken.includes(name)) {
    throw new McoError('usage/bad-name', `\`${name}\` is taken`, { hint: 'every node would refuse it' });
  }
  const language = LANGUAGES.find((one) => one === values.language);
  if (language === undefined) {
    throw new McoError('usage/unknown-language', `there is no example in \`${values.language}\``, {
      hint: suggest(values.language, LANGUAGES),
    });
  }
  return { name, dir: values.dir, language };
}
