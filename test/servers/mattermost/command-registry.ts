import { ApiError, invalidBody, noPermission, notFound } from './api-error.ts';
import { newMattermostId } from './new-id.ts';
import { requireAdmin, requireTeam } from './permissions.ts';
import type { Command, User, World } from './world.ts';

export type CommandFields = Readonly<Record<string, unknown>>;

const textOf = (fields: CommandFields, name: string): string => {
  const value = fields[name];
  return typeof value === 'string' ? value : '';
};

/** Adds a custom slash command; its trigger is free in the team. */
export function addCommand(world: World, creator: User | undefined, fields: CommandFields): Command {
  const team = requireTeam(world, textOf(fields, 'team_id'));
  if (creator !== undefined) requireAdmin(creator);
  const now = world.clock.now();
  const command: Command = {
    id: newMattermostId(),
    token: newMattermostId(),
    creatorId: creator?.id ?? '',
    teamId: team.id,
    createAt: now,
    updateAt: now,
    ...readFields(fields),
  };
  checkCommand(world, command);
  world.commands.set(command.id, command);
  return command;
}

function readFields(fields: CommandFields) {
  return {
    trigger: textOf(fields, 'trigger').toLowerCase(),
    method: textOf(fields, 'method'),
    url: textOf(fields, 'url'),
    username: textOf(fields, 'username'),
    displayName: textOf(fields, 'display_name'),
    description: textOf(fields, 'description'),
    autoComplete: fields.auto_complete === true,
    autoCompleteHint: textOf(fields, 'auto_complete_hint'),
    autoCompleteDesc: textOf(fields, 'auto_complete_desc'),
  };
}

function checkCommand(world: World, command: Omit<Command, 'token'>): void {
  const refuse = (field: string) => new ApiError(400, `model.command.is_valid.${field}.app_error`, `Invalid ${field}.`);
  if (command.trigger === '' || command.trigger.length > 128 || /^\/|\s/.test(command.trigger)) throw refuse('trigger');
  if (command.method !== 'P' && command.method !== 'G') throw refuse('method');
  if (!/^https?:\/\/[^\s/]+/.test(command.url) || command.url.length > 1024) throw refuse('url');
  const isTaken = [...world.commands.values()].some(
    (other) => other.teamId === command.teamId && other.trigger === command.trigger && other.id !== command.id,
  );
  if (isTaken)
    throw new ApiError(400, 'api.command.duplicate_trigger.app_error', 'This trigger word is already in use.');
}

/** What a user may not manage looks as if it did not exist. */
export function requireCommand(world: World, user: User, id: string): Command {
  const command = world.commands.get(id);
  if (command === undefined || !user.isAdmin) throw notFound('store.sql_command.get.missing.app_error', 'command');
  return command;
}

/** The whole command is sent, its id and team as they are; the token stays. */
export function changeCommand(world: World, command: Command, fields: CommandFields): void {
  if (textOf(fields, 'id') !== command.id) throw invalidBody('id');
  if (textOf(fields, 'team_id') !== command.teamId)
    throw new ApiError(400, 'api.command.team_mismatch.app_error', 'Commands can not be moved between teams.');
  const changed = { ...command, ...readFields(fields) };
  checkCommand(world, changed);
  Object.assign(command, readFields(fields), { updateAt: world.clock.now() });
}

/** A team's custom commands, tokens included. */
export function listCommands(world: World, user: User, use: { team: string; customOnly: boolean }): Command[] {
  const team = requireTeam(world, use.team);
  if (!user.isAdmin && (use.customOnly || !team.members.has(user.id))) throw noPermission();
  if (!user.isAdmin) return [];
  return [...world.commands.values()].filter((command) => command.teamId === team.id);
}
