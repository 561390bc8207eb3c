import { ApiError, invalidBody, noPermission, notFound } from './api-error.ts';
import { type ApiRequest, type ApiRoute, done, ok, pageOf } from './api-route.ts';
import { requireChannel, requireMembership, requireTeam, requireTeamMember, requireUser } from './permissions.ts';
import { isRecord } from './post-rules.ts';
import { viewChannel, viewTeam, viewTeamMember, viewUser } from './views.ts';
import type { Channel, Team, User } from './world.ts';

const userOf = ({ world, user, params }: ApiRequest): User =>
  params.id === 'me' ? user : requireUser(world, params.id ?? '');

/** Only oneself, unless one is an administrator. */
function selfOf(request: ApiRequest): User {
  const subject = userOf(request);
  if (subject !== request.user && !request.user.isAdmin) throw noPermission();
  return subject;
}

const teamsOf = (request: ApiRequest): Team[] => {
  const subject = selfOf(request);
  return [...request.world.teams.values()].filter((team) => team.members.has(subject.id));
};

const channelsOf = (request: ApiRequest): Channel[] => {
  const subject = selfOf(request);
  return [...request.world.channels.values()].filter(
    (channel) => channel.members.has(subject.id) && channel.deleteAt === 0,
  );
};

function readStrings(body: unknown, name: string): string[] {
  if (!Array.isArray(body) || body.length === 0 || !body.every((one) => typeof one === 'string'))
    throw invalidBody(name);
  return body;
}

function listUsers({ world, user, query }: ApiRequest) {
  const channel = query.get('in_channel');
  const team = query.get('in_team');
  const members = () => {
    if (channel !== null) {
      const found = requireChannel(world, channel);
      requireMembership(found, user);
      return found.members;
    }
    if (team === null) return new Set(world.users.keys());
    const found = requireTeam(world, team);
    requireTeamMember(found, user);
    return found.members;
  };
  const users = [...members()].map((id) => requireUser(world, id));
  users.sort((a, b) => (a.username < b.username ? -1 : 1));
  return ok(pageOf(users, query).map(viewUser));
}

function renameUser(request: ApiRequest) {
  const subject = selfOf(request);
  const name = isRecord(request.body) ? request.body.username : undefined;
  if (name === undefined) return ok(viewUser(subject));
  if (typeof name !== 'string' || !/^[a-z][a-z0-9.\-_]{2,21}$/.test(name))
    throw new ApiError(400, 'model.user.is_valid.username.app_error', 'Invalid username.');
  const isTaken = [...request.world.users.values()].some((other) => other.username === name && other !== subject);
  if (isTaken) throw new ApiError(400, 'app.user.save.username_exists.app_error', 'The username is taken.');
  subject.username = name;
  subject.updateAt = request.world.clock.now();
  return ok(viewUser(subject));
}

export const userRoutes: readonly ApiRoute[] = [
  { method: 'GET', path: '/users', handle: listUsers },
  { method: 'GET', path: '/users/:id', handle: (request) => ok(viewUser(userOf(request))) },
  { method: 'PUT', path: '/users/:id/patch', handle: renameUser },
  {
    method: 'GET',
    path: '/users/username/*name',
    handle: ({ world, params }) => {
      const found = [...world.users.values()].find((user) => user.username === params.name?.toLowerCase());
      if (found === undefined) throw notFound('app.user.missing_account.const', 'user');
      return ok(viewUser(found));
    },
  },
  {
    method: 'POST',
    path: '/users/ids',
    handle: ({ world, body }) =>
      ok(
        readStrings(body, 'user_ids')
          .flatMap((id) => [...world.users.values()].filter((user) => user.id === id))
          .map(viewUser),
      ),
  },
  {
    method: 'POST',
    path: '/users/usernames',
    handle: ({ world, body }) => {
      const names = readStrings(body, 'usernames');
      return ok([...world.users.values()].filter((user) => names.includes(user.username)).map(viewUser));
    },
  },
  {
    method: 'GET',
    path: '/bots/:id',
    handle: ({ world, user, params }) => {
      const bot = world.users.get(params.id ?? '');
      if (bot?.isBot !== true || !user.isAdmin) throw notFound('store.sql_bot.get.missing.app_error', 'bot');
      return ok({ user_id: bot.id, username: bot.username, delete_at: bot.deleteAt, create_at: bot.createAt });
    },
  },
  { method: 'POST', path: '/users/logout', handle: done },
  { method: 'GET', path: '/users/:id/teams', handle: (request) => ok(teamsOf(request).map(viewTeam)) },
  {
    method: 'GET',
    path: '/users/:id/teams/members',
    handle: (request) => ok(teamsOf(request).map((team) => viewTeamMember(team, selfOf(request)))),
  },
  { method: 'GET', path: '/users/:id/channels', handle: (request) => ok(channelsOf(request).map(viewChannel)) },
  {
    method: 'GET',
    path: '/users/:id/teams/:team/channels',
    handle: (request) => {
      const team = requireTeam(request.world, request.params.team ?? '');
      requireTeamMember(team, request.user);
      // Direct channels belong to every team.
      return ok(
        channelsOf(request)
          .filter((one) => one.team === team.id || one.team === '')
          .map(viewChannel),
      );
    },
  },
];
