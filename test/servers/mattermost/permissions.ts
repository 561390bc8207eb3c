import { ApiError, noPermission, notFound } from './api-error.ts';
import type { Channel, Post, Team, User, World } from './world.ts';

/** Who may do what, with the default scheme of a real server. */

export function requireUser(world: World, id: string): User {
  const user = world.users.get(id);
  if (user === undefined) throw notFound('app.user.missing_account.const', 'user');
  return user;
}

export function requireChannel(world: World, id: string): Channel {
  const channel = world.channels.get(id);
  if (channel === undefined) throw notFound('app.channel.get.existing.app_error', 'existing channel');
  return channel;
}

export function requireTeam(world: World, id: string): Team {
  const team = world.teams.get(id);
  if (team === undefined) throw notFound('app.team.get.find.app_error', 'existing team');
  return team;
}

export function requirePost(world: World, id: string): Post {
  const post = world.posts.get(id);
  if (post === undefined || post.deleteAt !== 0) throw notFound('app.post.get.app_error', 'post');
  return post;
}

export const isMember = (channel: Channel, user: User): boolean => channel.members.has(user.id);

/** A channel's posts: its members. */
export function requireMembership(channel: Channel, user: User): void {
  if (!isMember(channel, user) && !user.isAdmin) throw noPermission();
}

/** A public channel's name and facts: everybody in the team. */
export function requireSight(world: World, channel: Channel, user: User): void {
  const isInTeam = world.teams.get(channel.team)?.members.has(user.id) === true;
  if (!(channel.type === 'O' && isInTeam)) requireMembership(channel, user);
}

export function requireTeamMember(team: Team, user: User): void {
  if (!team.members.has(user.id) && !user.isAdmin) throw noPermission();
}

/** Custom slash commands are managed by administrators. */
export function requireAdmin(user: User): void {
  if (!user.isAdmin) throw noPermission();
}

export function requireOpen(channel: Channel, errorId: string): void {
  if (channel.deleteAt !== 0) throw new ApiError(400, errorId, 'The channel is archived.');
}

/** Whom a token stands for; nobody once the account is deactivated. */
export function findUserByToken(world: World, token: string): User | undefined {
  const user = world.users.get(world.tokens.get(token) ?? '');
  return user?.deleteAt === 0 ? user : undefined;
}
