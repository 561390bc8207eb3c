import type { Channel, Command, FileInfo, Post, Team, User, World } from './world.ts';

/** What the API says of each thing. Email addresses and the like are left out, as for strangers. */

export function viewUser(user: User): Record<string, unknown> {
  return {
    id: user.id,
    create_at: user.createAt,
    update_at: user.updateAt,
    delete_at: user.deleteAt,
    username: user.username,
    auth_data: '',
    auth_service: '',
    email: '',
    nickname: '',
    first_name: '',
    last_name: '',
    position: '',
    roles: user.isAdmin ? 'system_user system_admin' : 'system_user',
    locale: 'en',
    ...(user.isBot ? { is_bot: true, bot_description: '' } : {}),
  };
}

export function viewTeam(team: Team): Record<string, unknown> {
  return {
    id: team.id,
    create_at: team.createAt,
    update_at: team.createAt,
    delete_at: 0,
    display_name: team.name,
    name: team.name,
    type: 'O',
    allow_open_invite: false,
  };
}

export function viewTeamMember(team: Team, user: User): Record<string, unknown> {
  return { team_id: team.id, user_id: user.id, roles: 'team_user', delete_at: 0, scheme_user: true };
}

export function viewChannel(channel: Channel): Record<string, unknown> {
  return {
    id: channel.id,
    create_at: channel.createAt,
    update_at: channel.createAt,
    delete_at: channel.deleteAt,
    team_id: channel.team,
    type: channel.type,
    display_name: channel.type === 'D' ? '' : channel.name,
    name: channel.name,
    header: '',
    purpose: '',
  };
}

export function viewChannelMember(channel: Channel, userId: string): Record<string, unknown> {
  return {
    channel_id: channel.id,
    user_id: userId,
    roles: 'channel_user',
    last_viewed_at: 0,
    msg_count: 0,
    mention_count: 0,
    notify_props: {},
    scheme_user: true,
  };
}

export function viewCommand(command: Command): Record<string, unknown> {
  return {
    id: command.id,
    token: command.token,
    create_at: command.createAt,
    update_at: command.updateAt,
    delete_at: 0,
    creator_id: command.creatorId,
    team_id: command.teamId,
    trigger: command.trigger,
    method: command.method,
    username: command.username,
    icon_url: '',
    auto_complete: command.autoComplete,
    auto_complete_desc: command.autoCompleteDesc,
    auto_complete_hint: command.autoCompleteHint,
    display_name: command.displayName,
    description: command.description,
    url: command.url,
  };
}

export function viewFile(file: FileInfo): Record<string, unknown> {
  return {
    id: file.id,
    user_id: file.userId,
    post_id: file.postId,
    channel_id: file.channelId,
    create_at: file.createAt,
    update_at: file.createAt,
    delete_at: 0,
    name: file.name,
    extension: file.name.includes('.') ? file.name.slice(file.name.lastIndexOf('.') + 1) : '',
    size: file.content.length,
    mime_type: 'application/octet-stream',
  };
}

/** `integration` of every action is for the server alone. */
export function viewProps(props: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const attachments = props.attachments;
  if (!Array.isArray(attachments)) return { ...props };
  return { ...props, attachments: attachments.map(viewAttachment) };
}

function viewAttachment(attachment: unknown): unknown {
  if (typeof attachment !== 'object' || attachment === null) return attachment;
  const actions = Reflect.get(attachment, 'actions');
  if (!Array.isArray(actions)) return attachment;
  return { ...attachment, actions: actions.map(viewAction) };
}

function viewAction(action: unknown): unknown {
  if (typeof action !== 'object' || action === null) return action;
  return Object.fromEntries(Object.entries(action).filter(([key]) => key !== 'integration'));
}

export function viewPost(world: World, post: Post, pendingPostId = ''): Record<string, unknown> {
  const thread = post.rootId === '' ? post.id : post.rootId;
  const replies = [...world.posts.values()].filter((other) => other.rootId === thread && other.deleteAt === 0);
  return {
    id: post.id,
    create_at: post.createAt,
    update_at: post.updateAt,
    edit_at: post.editAt,
    delete_at: post.deleteAt,
    is_pinned: false,
    user_id: post.userId,
    channel_id: post.channelId,
    root_id: post.rootId,
    parent_id: post.rootId,
    original_id: '',
    message: post.message,
    type: post.type,
    props: viewProps(post.props),
    hashtags: '',
    pending_post_id: pendingPostId,
    reply_count: replies.length,
    last_reply_at: 0,
    participants: null,
    ...(post.fileIds.length === 0 ? {} : { file_ids: post.fileIds }),
    metadata: post.fileIds.length === 0 ? {} : { files: post.fileIds.flatMap((id) => viewKnownFile(world, id)) },
  };
}

function viewKnownFile(world: World, id: string): Record<string, unknown>[] {
  const file = world.files.get(id);
  return file === undefined ? [] : [viewFile(file)];
}
