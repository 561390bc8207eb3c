import type { Method } from './method.ts';
import { MethodError } from './method-error.ts';
import { type Arguments, needText } from './read-arguments.ts';
import type { Workspace } from './workspace.ts';

/** https://docs.slack.dev/reference/methods/auth.test, users.info and usergroups.users.list */
export const DIRECTORY_METHODS: Readonly<Record<string, Method>> = {
  'auth.test': { token: 'bot', findScope: () => undefined, run: testAuth },
  'users.info': { token: 'bot', findScope: () => 'users:read', run: describeUser },
  'usergroups.users.list': { token: 'bot', findScope: () => 'usergroups:read', run: listGroup },
};

function testAuth(workspace: Workspace): Record<string, unknown> {
  return {
    url: `https://${workspace.domain}.slack.com/`,
    team: 'Example',
    user: 'mco',
    team_id: workspace.team,
    user_id: workspace.botUser,
    bot_id: workspace.botId,
    is_enterprise_install: false,
  };
}

function describeUser(workspace: Workspace, args: Arguments): Record<string, unknown> {
  const user = workspace.users.get(needText(args, 'user'));
  if (user === undefined) throw new MethodError('user_not_found');
  const { id, name, team } = user;
  return {
    user: {
      id,
      team_id: team,
      name,
      deleted: user.isDeleted,
      is_bot: user.isBot,
      is_app_user: false,
      ...(user.isDeleted ? {} : { real_name: name, is_restricted: false, is_stranger: team !== workspace.team }),
      profile: { team, real_name: name, display_name: name },
    },
  };
}

function listGroup(workspace: Workspace, args: Arguments): Record<string, unknown> {
  if (workspace.plan === 'free') throw new MethodError('plan_upgrade_required');
  const users = workspace.groups.get(needText(args, 'usergroup'));
  if (users === undefined) throw new MethodError('no_such_subteam');
  return { users };
}
