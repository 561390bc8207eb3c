import { McoError } from '../core/errors.ts';
import { suggest } from '../core/nearest.ts';
import { readProgramArgs, refuseStrayWord } from './program-args.ts';

export const DEFAULT_BOT_CONFIG = '/etc/mcobot/mcobot.yaml';

export const BOT_HELP = `mcobot takes commands from chat, asks the nodes, and shows what they answer.

  mcobot start --config mcobot.yaml            run the bot
  mcobot start --config mcobot.yaml --check    read everything, say what would be done, and exit
  mcobot setup mattermost --config mcobot.yaml --admin-token-file FILE --bot mco --team ops --channel ops/incidents
                                               register the slash command, join teams and channels; may be repeated
  mcobot policy explain --as ana --in console "package update libc6 -F environment=staging"
                                               what the policy says, and each rule that counts
  mcobot policy test                           run the policy's cases
  mcobot policy import DIR --out DIR           translate MCollective's ActionPolicy; more: mcobot policy --help
  mcobot audit --who ana --since 2h            who did what, and what became of it
  mcobot audit verify                          whether the audit trail is whole
  mcobot audit checkpoint --out FILE           sign where it ends; more: mcobot audit --help

  --config FILE  default ${DEFAULT_BOT_CONFIG}; paths in it start at its directory
  --version
  --help

setup mattermost:
  --admin-token-file FILE  the token of somebody who may manage slash commands; used here only
  --bot NAME               the bot account, by its user name
  --team NAME              as in the team's address; may be repeated
  --channel TEAM/CHANNEL   a channel to join; may be repeated
  --server URL             which of several servers in the configuration
`;

const OPTIONS = {
  config: { type: 'string', default: DEFAULT_BOT_CONFIG },
  check: { type: 'boolean', default: false },
  'admin-token-file': { type: 'string' },
  bot: { type: 'string' },
  team: { type: 'string', multiple: true, default: [] as string[] },
  channel: { type: 'string', multiple: true, default: [] as string[] },
  server: { type: 'string' },
  version: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** What `mcobot setup mattermost` is told. */
export interface SetupArgs {
  readonly adminTokenFile: string;
  readonly bot: string;
  readonly teams: readonly string[];
  readonly channels: readonly string[];
  /** Undefined: the only one. */
  readonly server: string | undefined;
}

export type BotArgs =
  /** Commands with options of their own. */
  | { readonly command: 'policy'; readonly rest: readonly string[] }
  | { readonly command: 'audit'; readonly rest: readonly string[] }
  | { readonly command: 'help' }
  | { readonly command: 'version' }
  | { readonly command: 'start'; readonly config: string; readonly check: boolean }
  | { readonly command: 'setup'; readonly config: string; readonly setup: SetupArgs };

/** @throws McoError `usage/*`, `unknown/command` */
export function readBotArgs(args: readonly string[]): BotArgs {
  const [first, ...others] = args;
  if (first === 'policy' || first === 'audit') return { command: first, rest: others };
  const { values, positionals } = readProgramArgs(args, OPTIONS, { program: 'mcobot', allowWords: true });
  const [command, ...rest] = positionals;
  if (values.help || (command === undefined && !values.version)) return { command: 'help' };
  if (values.version) return { command: 'version' };
  const { config, check, server, bot, team: teams, channel: channels } = values;
  if (command === 'start') {
    refuseStrayWord(rest, 'mcobot start --config FILE');
    return { command: 'start', config, check };
  }
  if (command !== 'setup') {
    throw new McoError('unknown/command', `mcobot has no command \`${command}\``, {
      hint: suggest(command ?? '', ['start', 'setup', 'policy', 'audit']),
    });
  }
  const [service, ...stray] = rest;
  if (service !== 'mattermost') {
    throw new McoError(
      'unknown/command',
      'only `mcobot setup mattermost` is there: Slack is set up with its manifest',
      {
        hint: 'docs/slack.md leads through it',
      },
    );
  }
  refuseStrayWord(stray, 'mcobot setup mattermost --config FILE --admin-token-file FILE --bot NAME --team NAME');
  const adminTokenFile = values['admin-token-file'];
  if (adminTokenFile === undefined || bot === undefined || teams.length === 0) {
    throw new McoError('usage/missing-value', '`--admin-token-file`, `--bot` and at least one `--team` are needed', {
      hint: 'see mcobot --help',
    });
  }
  return { command: 'setup', config, setup: { adminTokenFile, bot, teams, channels, server } };
}
