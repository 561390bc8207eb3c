import { ApiError, noPermission, notFound } from './api-error.ts';
import { callIntegration, type IntegrationAnswer } from './call-integration.ts';
import { newMattermostId } from './new-id.ts';
import { isMember, requireChannel, requireUser } from './permissions.ts';
import { isRecord } from './post-rules.ts';
import { storePost } from './posts.ts';
import type { CommandResponse } from './types.ts';
import { type Channel, type Command, type CommandHook, sendEphemeral, type User, type World } from './world.ts';

const HOOK_LIFETIME_MS = 30 * 60_000;
const HOOK_MAX_USES = 5;

export interface ExecuteUse {
  readonly channelId: string;
  readonly rootId: string;
  /** As typed: `/mco ping`. */
  readonly line: string;
  readonly extra: number;
}

/** Runs a typed slash command. Throws what its author is refused. */
export async function executeCommand(world: World, user: User, use: ExecuteUse): Promise<CommandResponse> {
  const channel = requireChannel(world, use.channelId);
  if (!isMember(channel, user)) throw noPermission();
  if (channel.deleteAt !== 0)
    throw new ApiError(400, 'api.command.command_post.deleted_channel.app_error', 'The channel is archived.');
  const [, trigger = '', text = ''] = /^\/(\S*)(?:\s([\s\S]*))?$/.exec(use.line) ?? [];
  if (trigger === '')
    throw new ApiError(400, 'api.command.execute_command.start.app_error', 'No command trigger found.');
  const command = [...world.commands.values()].find(
    (one) => one.trigger === trigger.toLowerCase() && isOfChannel(world, one, { channel, user }),
  );
  if (command === undefined) throw notFound('api.command.execute_command.not_found.app_error', 'command');
  const hook = addHook(world, user, { channel, rootId: use.rootId, commandName: command.displayName });
  const answer = await sendCommand(world, { user, channel, command, text, hook, extra: use.extra });
  const response = readCommandAnswer(answer);
  deliverResponse(world, { response, hook, via: 'command' });
  return response;
}

/** In a direct channel the commands of any of the user's teams are taken. */
function isOfChannel(world: World, command: Command, use: { channel: Channel; user: User }): boolean {
  if (use.channel.team !== '') return command.teamId === use.channel.team;
  return world.teams.get(command.teamId)?.members.has(use.user.id) === true;
}

function addHook(
  world: World,
  user: User,
  use: { channel: Channel; rootId: string; commandName: string },
): CommandHook {
  const hook: CommandHook = {
    id: newMattermostId(),
    userId: user.id,
    channelId: use.channel.id,
    rootId: use.rootId,
    commandName: use.commandName,
    createAt: world.clock.now(),
    uses: 0,
  };
  world.hooks.set(hook.id, hook);
  return hook;
}

async function sendCommand(
  world: World,
  use: { user: User; channel: Channel; command: Command; text: string; hook: CommandHook; extra: number },
): Promise<IntegrationAnswer | undefined> {
  const { user, channel, command, text, hook } = use;
  const form = new URLSearchParams({
    token: command.token,
    team_id: command.teamId,
    team_domain: world.teams.get(command.teamId)?.name ?? '',
    channel_id: channel.id,
    channel_name: channel.name,
    user_id: user.id,
    user_name: user.username,
    command: `/${command.trigger}`,
    text,
    trigger_id: newMattermostId(),
    response_url: `${world.siteUrl}/hooks/commands/${hook.id}`,
    ...(world.sendsRootId ? { root_id: hook.rootId } : {}),
  });
  for (const other of mentionedUsers(world, text)) {
    form.append('user_mentions', other.username);
    form.append('user_mentions_ids', other.id);
  }
  const headers = { authorization: `Token ${command.token}`, 'accept-encoding': 'gzip' };
  const formHeaders = { ...headers, 'content-type': 'application/x-www-form-urlencoded' };
  const request =
    command.method === 'G'
      ? { url: `${command.url}?${form}`, headers }
      : { url: command.url, headers: formHeaders, body: form.toString() };
  const [first] = await Promise.all(Array.from({ length: 1 + use.extra }, () => callIntegration(world, request)));
  return first;
}

const mentionedUsers = (world: World, text: string): User[] =>
  [...text.matchAll(/\B@([a-z0-9.\-_]+)/gi)].flatMap(
    ([, name]) => [...world.users.values()].find((user) => user.username === name?.toLowerCase()) ?? [],
  );

/** Exactly 200, and JSON where JSON is said; other types are the text of an ephemeral answer. */
function readCommandAnswer(answer: IntegrationAnswer | undefined): CommandResponse {
  const failed = new ApiError(500, 'api.command.execute_command.failed.app_error', 'The command failed.');
  if (answer === undefined) throw failed;
  if (answer.status !== 200)
    throw new ApiError(500, 'api.command.execute_command.failed_resp.app_error', 'The command answered with an error.');
  if (answer.contentType.split(';')[0]?.trim() !== 'application/json') return { text: answer.body };
  const parsed = parseJson(answer.body);
  if (!isRecord(parsed)) throw failed;
  return parsed;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What comes to a `response_url`: at most five uses, within 30 minutes, by whoever knows it. */
export function useCommandHook(world: World, id: string, body: unknown): void {
  const hook = world.hooks.get(id);
  if (hook === undefined || world.clock.now() - hook.createAt > HOOK_LIFETIME_MS)
    throw notFound('app.command_webhook.get.missing', 'hook');
  if (hook.uses >= HOOK_MAX_USES)
    throw new ApiError(400, 'app.command_webhook.try_use.invalid', 'The hook was used too often.');
  hook.uses++;
  if (!isRecord(body)) throw new ApiError(400, 'web.command_webhook.parse.app_error', 'Unable to parse the data.');
  deliverResponse(world, { response: body, hook, via: 'response_url' });
}

/** `in_channel` becomes a post of the person who typed the command; the rest is seen by that person alone. */
function deliverResponse(
  world: World,
  use: { response: CommandResponse; hook: CommandHook; via: 'command' | 'response_url' },
): void {
  const { response, hook } = use;
  const text = typeof response.text === 'string' ? response.text : '';
  const attachments = Array.isArray(response.attachments) ? response.attachments : [];
  const user = requireUser(world, hook.userId);
  if (response.response_type === 'in_channel') {
    const own = isRecord(response.props) ? response.props : {};
    const props = {
      ...own,
      ...(attachments.length === 0 ? {} : { attachments }),
      from_webhook: 'true',
      override_username: hook.commandName,
    };
    storePost(world, user, { channelId: hook.channelId, rootId: hook.rootId, message: text, props });
  } else if (text !== '' || attachments.length > 0) {
    const to = user.id;
    sendEphemeral(world, { to, from: to, channel: hook.channelId, text, via: use.via, root: hook.rootId });
  }
}
