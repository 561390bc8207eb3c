import { ApiError, invalidBody, noPermission, notFound } from './api-error.ts';
import { type ApiRequest, type ApiRoute, created, ok, pageOf } from './api-route.ts';
import { isMattermostId } from './new-id.ts';
import { isMember, requireChannel, requireMembership, requireSight, requireUser } from './permissions.ts';
import { isRecord } from './post-rules.ts';
import { storePost } from './posts.ts';
import { viewChannel, viewChannelMember } from './views.ts';
import { type Channel, findDirectChannel, type Team } from './world.ts';

const channelOf = ({ world, params }: ApiRequest): Channel => requireChannel(world, params.id ?? '');

function showByName(request: ApiRequest, team: Team | undefined) {
  const { world, user, params, query } = request;
  const found = [...world.channels.values()].find(
    (channel) =>
      channel.name === params.name &&
      channel.team === team?.id &&
      (channel.deleteAt === 0 || query.get('include_deleted') === 'true'),
  );
  if (found === undefined) throw notFound('app.channel.get_by_name.missing.app_error', 'channel');
  requireSight(world, found, user);
  return ok(viewChannel(found));
}

/** Members may add others, and anybody in the team may join a public channel. */
function addMember(request: ApiRequest) {
  const { world, user, body } = request;
  const channel = channelOf(request);
  const id = isRecord(body) ? body.user_id : undefined;
  if (!isMattermostId(id)) throw invalidBody('user_id');
  const added = requireUser(world, id);
  const isJoining = added === user && channel.type === 'O';
  if (!isMember(channel, user) && !user.isAdmin && !isJoining) throw noPermission();
  if (channel.type === 'D')
    throw new ApiError(400, 'api.channel.add_user_to_channel.type.app_error', 'Nobody can be added to this channel.');
  if (channel.deleteAt !== 0)
    throw new ApiError(400, 'api.channel.add_user_to_channel.deleted.app_error', 'The channel is archived.');
  if (world.teams.get(channel.team)?.members.has(added.id) !== true)
    throw notFound('app.team.get_member.missing.app_error', 'team member');
  if (!isMember(channel, added)) {
    channel.members.add(added.id);
    world.publish({
      event: 'user_added',
      data: { team_id: channel.team, user_id: added.id },
      to: { channel: channel.id },
    });
    const [type, message] = isJoining
      ? ['system_join_channel', `${added.username} joined the channel.`]
      : ['system_add_to_channel', `${added.username} added to the channel by ${user.username}.`];
    storePost(world, user, { channelId: channel.id, message, type });
  }
  return created(viewChannelMember(channel, added.id));
}

function openDirect({ world, user, body }: ApiRequest) {
  if (!Array.isArray(body) || body.length !== 2 || !body.every(isMattermostId)) throw invalidBody('user_ids');
  const [first, second] = body as [string, string];
  if (first !== user.id && second !== user.id && !user.isAdmin) throw noPermission();
  return created(viewChannel(findDirectChannel(world, requireUser(world, first).id, requireUser(world, second).id)));
}

export const channelRoutes: readonly ApiRoute[] = [
  { method: 'POST', path: '/channels/direct', handle: openDirect },
  {
    method: 'GET',
    path: '/channels/:id',
    handle: (request) => {
      const channel = channelOf(request);
      requireSight(request.world, channel, request.user);
      return ok(viewChannel(channel));
    },
  },
  {
    method: 'GET',
    path: '/channels/:id/members',
    handle: (request) => {
      const channel = channelOf(request);
      requireMembership(channel, request.user);
      return ok(pageOf([...channel.members], request.query).map((id) => viewChannelMember(channel, id)));
    },
  },
  {
    method: 'GET',
    path: '/channels/:id/members/:member',
    handle: (request) => {
      const channel = channelOf(request);
      requireMembership(channel, request.user);
      const id = request.params.member === 'me' ? request.user.id : (request.params.member ?? '');
      if (!channel.members.has(id)) throw notFound('app.channel.get_member.missing.app_error', 'channel member');
      return ok(viewChannelMember(channel, id));
    },
  },
  { method: 'POST', path: '/channels/:id/members', handle: addMember },
  {
    method: 'GET',
    path: '/teams/:team/channels/name/*name',
    handle: (request) => showByName(request, request.world.teams.get(request.params.team ?? '')),
  },
  {
    method: 'GET',
    path: '/teams/name/*team/channels/name/*name',
    handle: (request) =>
      showByName(
        request,
        [...request.world.teams.values()].find((team) => team.name === request.params.team),
      ),
  },
];
