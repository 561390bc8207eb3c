import { McoError } from '../core/errors.ts';
import { suggest } from '../core/nearest.ts';
import { readProgramArgs, refuseStrayWord } from './program-args.ts';

export const DEFAULT_BOT_CONFIG = '/etc/mcobot/mcobot.yaml';

export const BOT_HELP = `mcobot takes commands from chat, asks the nodes, and shows what they answer.

  mcobot start --config mcobot.yaml            run the bot
  mcobot start --config mcobot.yaml --check    read everything, say what would be done, and exit

  --config FILE  default ${DEFAULT_BOT_CONFIG}; paths in it start at its directory
  --version
  --help
`;

const OPTIONS = {
  config: { type: 'string', default: DEFAULT_BOT_CONFIG },
  check: { type: 'boolean', default: false },
  version: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

export interface BotArgs {
  readonly command: 'start' | 'help' | 'version';
  readonly config: string;
  readonly check: boolean;
}

/** @throws McoError `usage/*`, `unknown/command` */
export function readBotArgs(args: readonly string[]): BotArgs {
  const { values, positionals } = readProgramArgs(args, OPTIONS, { program: 'mcobot', allowWords: true });
  const [command, ...rest] = positionals;
  if (values.help || (command === undefined && !values.version)) return { ...values, command: 'help' };
  if (values.version) return { ...values, command: 'version' };
  if (command !== 'start') {
    throw new McoError('unknown/command', `mcobot has no command \`${command}\``, {
      hint: suggest(command ?? '', ['start']),
    });
  }
  refuseStrayWord(rest, 'mcobot start --config FILE');
  return { ...values, command: 'start' };
}
