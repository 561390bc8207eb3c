import { ApiError, invalidBody, notFound } from './api-error.ts';
import { type ApiRequest, type ApiRoute, created, ok, pageOf } from './api-route.ts';
import { isMattermostId } from './new-id.ts';
import { requireAdmin, requireTeam, requireTeamMember, requireUser } from './permissions.ts';
import { isRecord } from './post-rules.ts';
import { viewChannel, viewTeam, viewTeamMember } from './views.ts';
import type { Team } from './world.ts';

const teamOf = ({ world, params }: ApiRequest): Team => requireTeam(world, params.id ?? '');

const noLicence = () => {
  throw new ApiError(501, 'api.ldap_groups.license_error', 'Your licence does not support groups.');
};

export const teamRoutes: readonly ApiRoute[] = [
  {
    method: 'GET',
    path: '/teams',
    // Teams are closed by default: to a user who is no administrator the list shows none of them.
    handle: ({ world, user, query }) => ok(pageOf(user.isAdmin ? [...world.teams.values()] : [], query).map(viewTeam)),
  },
  {
    method: 'GET',
    path: '/teams/:id',
    handle: (request) => {
      requireTeamMember(teamOf(request), request.user);
      return ok(viewTeam(teamOf(request)));
    },
  },
  {
    method: 'GET',
    path: '/teams/name/*name',
    handle: ({ world, user, params }) => {
      const team = [...world.teams.values()].find((one) => one.name === params.name);
      if (team === undefined) throw notFound('app.team.get_by_name.missing.app_error', 'existing team');
      requireTeamMember(team, user);
      return ok(viewTeam(team));
    },
  },
  {
    method: 'GET',
    path: '/teams/:id/channels',
    handle: (request) => {
      const team = teamOf(request);
      requireTeamMember(team, request.user);
      const open = [...request.world.channels.values()].filter(
        (channel) => channel.team === team.id && channel.type === 'O' && channel.deleteAt === 0,
      );
      return ok(pageOf(open, request.query).map(viewChannel));
    },
  },
  {
    method: 'GET',
    path: '/teams/:id/members',
    handle: (request) => {
      const team = teamOf(request);
      requireTeamMember(team, request.user);
      const members = [...team.members].map((id) => requireUser(request.world, id));
      return ok(pageOf(members, request.query).map((user) => viewTeamMember(team, user)));
    },
  },
  {
    method: 'GET',
    path: '/teams/:id/members/:member',
    handle: (request) => {
      const team = teamOf(request);
      requireTeamMember(team, request.user);
      const id = request.params.member === 'me' ? request.user.id : (request.params.member ?? '');
      if (!team.members.has(id)) throw notFound('app.team.get_member.missing.app_error', 'team member');
      return ok(viewTeamMember(team, requireUser(request.world, id)));
    },
  },
  {
    method: 'POST',
    path: '/teams/:id/members',
    handle: (request) => {
      const team = teamOf(request);
      const { body, user, world } = request;
      if (!isRecord(body) || body.team_id !== team.id) throw invalidBody('team_id');
      if (!isMattermostId(body.user_id)) throw invalidBody('user_id');
      const added = requireUser(world, body.user_id);
      if (!team.members.has(user.id)) requireAdmin(user);
      team.members.add(added.id);
      return created(viewTeamMember(team, added));
    },
  },
  { method: 'GET', path: '/groups', handle: noLicence },
  { method: 'GET', path: '/groups/:id', handle: noLicence },
  { method: 'GET', path: '/groups/:id/members', handle: noLicence },
  { method: 'GET', path: '/users/:id/groups', handle: noLicence },
];
