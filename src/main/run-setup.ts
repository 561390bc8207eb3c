import { randomBytes } from 'node:crypto';
import { access, readFile, writeFile } from 'node:fs/promises';
import { systemClock } from '../adapters/clock/system-clock.ts';
import { type SetupReport, setUpMattermost } from '../adapters/mattermost/set-up-mattermost.ts';
import { McoError } from '../core/errors.ts';
import { escapeText } from '../core/escape-text.ts';
import type { SetupArgs } from './bot-args.ts';
import type { BotConfig } from './bot-config.ts';
import type { MattermostConfig } from './chat-config.ts';
import { type Config, readSecretFile } from './load-config.ts';

const ACTION_KEY_BYTES = 32;
const OURS_ALONE = 0o600;

const WORDS = { created: 'made', moved: 'pointed at this bot', kept: 'there already' } as const;

/**
 * `mcobot setup mattermost`: makes the server ready and writes the secrets that the configuration names. It may be run
 * again. Resolves with the exit code.
 *
 * @throws McoError what the server says, `usage/*`
 */
export async function runSetup({ value, resolvePath }: Config<BotConfig>, args: SetupArgs): Promise<number> {
  const config = chooseServer(value.chat.mattermost ?? [], args.server);
  const adminToken = await readSecretFile(args.adminTokenFile, 'the administrator’s token');
  const report = await setUpMattermost({
    url: config.url,
    adminToken,
    botUser: args.bot,
    teams: args.teams,
    channels: args.channels,
    callbackUrl: config.callback_url,
    clock: systemClock,
  });
  const tokensFile = resolvePath(config.command_tokens_file);
  await writeTokens(tokensFile, report.teams);
  const keyFile = resolvePath(config.action_key_file);
  const isNew = await makeActionKey(keyFile);
  print([
    ...report.teams.map(({ name, outcome, oldUrl }) => {
      const before = oldUrl === undefined ? '' : ` (before: ${oldUrl})`;
      return `/mco in ${name}: ${WORDS[outcome]}${before}`;
    }),
    ...report.channels.map((channel) => `@${args.bot} is in ${channel}`),
    `command tokens: ${tokensFile}`,
    `key for buttons: ${keyFile}${isNew ? '' : ' (there already)'}`,
    'next: start the bot, and type `/mco help` in a channel',
  ]);
  return 0;
}

function chooseServer(servers: readonly MattermostConfig[], url: string | undefined): MattermostConfig {
  const known = servers.map((server) => server.url);
  const [first, second] = url === undefined ? servers : servers.filter((server) => server.url === url);
  if (first !== undefined && second === undefined) return first;
  if (servers.length === 0) {
    throw new McoError('usage/bad-file', 'the configuration has no `chat.mattermost`', {
      hint: 'docs/mattermost.md shows one',
    });
  }
  throw new McoError('usage/missing-value', '`--server` must name one server of the configuration', {
    hint: `known: ${known.join(', ')}`,
  });
}

/** One line for each team, `TOKEN # TEAM`. The lines of other teams stay; an old token of these does not. */
async function writeTokens(file: string, teams: SetupReport['teams']): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const renewed = new Set(teams.map(({ name }) => name));
  const kept = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !renewed.has(teamOf(line)));
  const lines = [...kept, ...teams.map(({ name, token }) => `${token} # ${name}`)];
  await writeFile(file, `${lines.join('\n')}\n`, { mode: OURS_ALONE });
}

const teamOf = (line: string): string => line.split('#', 2)[1]?.trim() ?? '';

/** A key that is there stays: with another one, buttons that people see would stop working. */
async function makeActionKey(file: string): Promise<boolean> {
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (!isThere) await writeFile(file, `${randomBytes(ACTION_KEY_BYTES).toString('base64')}\n`, { mode: OURS_ALONE });
  return !isThere;
}

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.map((line) => escapeText(line, 500)).join('\n')}\n`);
}
