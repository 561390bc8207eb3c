import { McoError } from '../../core/errors.ts';
import { WORD } from '../../core/names.ts';
import { suggest } from '../../core/nearest.ts';
import { readProgramArgs, refuseStrayWord } from '../program-args.ts';

export const LANGUAGES = ['python', 'sh'] as const;
export type Language = (typeof LANGUAGES)[number];

export const NEW_AGENT_HELP = `mco-agent new NAME makes an agent of your own, which works at once: change it into what is wanted.

  mco-agent new disk_probe                   in this directory
  --dir DIR                                  in another one
  --language python|sh                       the language of its program; python
  --help
`;

const OPTIONS = {
  dir: { type: 'string', default: '.' },
  language: { type: 'string', default: 'python' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

export interface NewAgentArgs {
  readonly name: string;
  /** Where its directory is made. */
  readonly dir: string;
  readonly language: Language;
}

/**
 * Reads what follows `mco-agent new`; undefined where somebody asks for help.
 *
 * @param taken names that no agent may have
 * @throws McoError `usage/*`
 */
export function readNewAgentArgs(args: readonly string[], taken: readonly string[]): NewAgentArgs | undefined {
  const { values, positionals } = readProgramArgs(args, OPTIONS, { program: 'mco-agent', allowWords: true });
  if (values.help) return undefined;
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
    throw new McoError('usage/bad-name', `\`${name}\` is taken`, {
      hint: `an agent or a command of mcobot is called so, and every node would refuse it: such as \`my_${name}\``,
    });
  }
  const language = LANGUAGES.find((one) => one === values.language);
  if (language === undefined) {
    throw new McoError('usage/unknown-language', `there is no example in \`${values.language}\``, {
      hint: suggest(values.language, LANGUAGES),
    });
  }
  return { name, dir: values.dir, language };
}
