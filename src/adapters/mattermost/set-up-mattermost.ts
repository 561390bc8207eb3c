import * as v from 'valibot';
import { McoError } from '../../core/errors.ts';
import { suggest } from '../../core/nearest.ts';
import type { Clock } from '../../core/ports.ts';
import { readBaseUrl, writeBaseUrl } from './addresses.ts';
import { channelSchema, teamSchema, userSchema } from './answer-schemas.ts';
import { serverStatus } from './chat-error.ts';
import { COMMAND_PATH } from './command-route.ts';
import { RestClient, readAnswer } from './rest-client.ts';
import { type CommandResult, setUpCommand } from './set-up-command.ts';

export interface SetUpOptions {
  /** Of the server. */
  readonly url: string;
  /** Of somebody who may manage slash commands, teams and channels; used here only. */
  readonly adminToken: string;
  /** The bot account's name, with or without `@`. */
  readonly botUser: string;
  /** The names of the teams, as they stand in addresses. */
  readonly teams: readonly string[];
  /** `TEAM/CHANNEL`, or `CHANNEL` where there is one team. */
  readonly channels: readonly string[];
  /** Where the server reaches the bot. */
  readonly callbackUrl: string;
  /** Default `mco`. */
  readonly trigger?: string | undefined;
  readonly clock: Clock;
}

export interface SetupReport {
  readonly botId: string;
  readonly teams: readonly (CommandResult & { readonly name: string })[];
  /** `TEAM/CHANNEL`, all joined. */
  readonly channels: readonly string[];
}

const NAME_PAGE = 200;

/**
 * Makes a server ready for the bot: one slash command for each team, and the bot in its teams and channels. It can be
 * run again: what is there already stays.
 *
 * @throws McoError `usage/bad-url`, `usage/missing-value`, `unknown/account`, `unknown/team`, `unknown/channel`,
 *   `failed/chat-refused` for lack of a right, `unreachable/chat`, `unreachable/chat-busy`
 */
export async function setUpMattermost(options: SetUpOptions): Promise<SetupReport> {
  const { clock, adminToken: token, trigger = 'mco' } = options;
  const client = new RestClient({ url: writeBaseUrl(readBaseUrl(options.url)), token, clock });
  const url = `${writeBaseUrl(readBaseUrl(options.callbackUrl))}${COMMAND_PATH}`;
  const places = options.channels.map((channel) => splitChannel(channel, options.teams));
  try {
    const bot = await findBot(client, options.botUser.replace(/^@/, ''));
    const teams: { readonly name: string; readonly team: string; readonly command: CommandResult }[] = [];
    for (const name of options.teams) {
      const id = await findTeam(client, name);
      await client.addToTeam(id, bot.id);
      const command = await setUpCommand(client, { team: id, trigger, url, username: bot.username });
      teams.push({ name, team: id, command });
    }
    for (const { team, channel } of places) {
      const id = teams.find(({ name }) => name === team)?.team as string;
      await client.addToChannel(bot.id, await findChannel(client, id, channel));
    }
    return {
      botId: bot.id,
      teams: teams.map(({ name, command }) => ({ name, ...command })),
      channels: places.map(({ team, channel }) => `${team}/${channel}`),
    };
  } catch (error) {
    throw explainRights(error);
  }
}

function splitChannel(text: string, teams: readonly string[]): { team: string; channel: string } {
  const [first = '', second] = text.replace(/^~/, '').split('/');
  const only = teams.length === 1 ? teams[0] : undefined;
  const team = second === undefined ? only : first;
  if (team === undefined) {
    throw new McoError('usage/missing-value', `\`${text}\` does not say in which team it is`, {
      hint: `write it TEAM/CHANNEL, such as \`${teams[0] ?? 'ops'}/${text}\``,
    });
  }
  if (!teams.includes(team)) {
    throw new McoError('unknown/team', `\`${text}\` is in a team that is not set up`, { hint: suggest(team, teams) });
  }
  return { team, channel: second ?? first };
}

async function findBot(client: RestClient, name: string) {
  const answer = await orMissing(client.getUserByUsername(encodeURIComponent(name)));
  if (answer === undefined) {
    throw new McoError('unknown/account', `there is no account \`${name}\``, {
      hint: 'make a bot account first: Integrations > Bot Accounts > Add Bot Account',
    });
  }
  const user = readAnswer(userSchema, answer);
  if (!user.is_bot) {
    throw new McoError('failed/chat-refused', `\`${name}\` is a person's account, not a bot's`, {
      hint: 'make a bot account: Integrations > Bot Accounts > Add Bot Account',
    });
  }
  return user;
}

async function findTeam(client: RestClient, name: string): Promise<string> {
  const answer = await orMissing(client.getTeamByName(encodeURIComponent(name)));
  if (answer !== undefined) return readAnswer(teamSchema, answer).id;
  const known = readAnswer(v.array(teamSchema), await client.getTeams(0, NAME_PAGE));
  throw new McoError('unknown/team', `there is no team \`${name}\``, {
    hint: suggest(name, known.map((team) => team.name).sort(compareText)),
  });
}

async function findChannel(client: RestClient, team: string, name: string): Promise<string> {
  const answer = await orMissing(client.getChannelByName(team, encodeURIComponent(name)));
  if (answer !== undefined) return readAnswer(channelSchema, answer).id;
  const known = readAnswer(v.array(channelSchema), await client.getChannels(team, 0, NAME_PAGE));
  throw new McoError('unknown/channel', `there is no channel \`${name}\` that this account can see`, {
    hint: suggest(name, known.map((channel) => channel.name).sort(compareText)),
  });
}

const compareText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

async function orMissing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (serverStatus(error) === 404) return undefined;
    throw error;
  }
}

/** Here it is the administrator's token that lacks something, not the bot's. */
function explainRights(thrown: unknown): unknown {
  const status = serverStatus(thrown);
  if (!(thrown instanceof McoError) || (status !== 401 && status !== 403)) return thrown;
  const hint = 'use the personal access token of a system administrator, or of a team administrator of these teams';
  return status === 401
    ? new McoError('failed/chat-refused', 'Mattermost does not take the token of the administrator', { hint })
    : new McoError('failed/chat-refused', 'the account of this token may not do that', { hint, cause: thrown.cause });
}
