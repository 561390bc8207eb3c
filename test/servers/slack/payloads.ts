import { showMessage } from './message-content.ts';
import { isRecord } from './read-arguments.ts';
import type { Channel, StoredMessage, Workspace } from './workspace.ts';

const CHANNEL_TYPES = { channel: 'channel', group: 'group', im: 'im' } as const;

/** The wrapper of every event: https://docs.slack.dev/apis/events-api */
export function wrapEvent(workspace: Workspace, event: Record<string, unknown>): Record<string, unknown> {
  const { team, appId, botUser, clock } = workspace;
  return {
    token: 'verification',
    team_id: team,
    context_team_id: team,
    context_enterprise_id: null,
    api_app_id: appId,
    event,
    type: 'event_callback',
    event_id: workspace.newId('Ev'),
    event_time: Math.floor(clock.now() / 1000),
    authorizations: [
      { enterprise_id: null, team_id: team, user_id: botUser, is_bot: true, is_enterprise_install: false },
    ],
    is_ext_shared_channel: false,
    event_context: '4-event',
  };
}

export function writeMention(workspace: Workspace, message: StoredMessage, isEdited: boolean): Record<string, unknown> {
  const shown = writeOwnText(workspace, message);
  const edited = isEdited ? { edited: { user: message.user, ts: workspace.newTs() } } : {};
  return { ...shown, type: 'app_mention', channel: message.channel, event_ts: message.ts, ...edited };
}

export function writeMessageEvent(
  workspace: Workspace,
  channel: Channel,
  message: StoredMessage,
): Record<string, unknown> {
  return {
    ...writeOwnText(workspace, message),
    channel: channel.id,
    event_ts: message.ts,
    channel_type: CHANNEL_TYPES[channel.kind],
  };
}

export function writeChangeEvent(
  workspace: Workspace,
  channel: Channel,
  message: StoredMessage,
): Record<string, unknown> {
  const ts = workspace.newTs();
  return {
    type: 'message',
    subtype: 'message_changed',
    hidden: true,
    message: { ...writeOwnText(workspace, message), edited: { user: message.user, ts } },
    previous_message: { type: 'message', user: message.user, ts: message.ts },
    channel: channel.id,
    ts,
    event_ts: ts,
    channel_type: CHANNEL_TYPES[channel.kind],
  };
}

/** People's messages carry rich text as well, and the team of those who come from another one. */
function writeOwnText(workspace: Workspace, message: StoredMessage): Record<string, unknown> {
  const shown = showMessage(workspace, message, { metadata: true });
  if (message.bot_id !== undefined) return shown;
  const team = workspace.users.get(message.user)?.team ?? workspace.team;
  const elements = [{ type: 'rich_text_section', elements: [{ type: 'text', text: message.text }] }];
  const foreign = team === workspace.team ? {} : { user_team: team, source_team: team };
  return {
    ...shown,
    client_msg_id: `00000000-0000-4000-8000-${message.ts.replace('.', '').slice(-12).padStart(12, '0')}`,
    blocks: [{ type: 'rich_text', block_id: 'typed', elements }],
    ...foreign,
  };
}

/** https://docs.slack.dev/interactivity/implementing-slash-commands */
export function writeCommand(
  workspace: Workspace,
  use: { user: string; channel: Channel; text: string; responseUrl: string },
): Record<string, unknown> {
  const { user, channel } = use;
  const names = { channel: channel.name, group: 'privategroup', im: 'directmessage' };
  return {
    token: 'verification',
    team_id: workspace.users.get(user)?.team ?? workspace.team,
    team_domain: workspace.domain,
    channel_id: channel.id,
    channel_name: names[channel.kind],
    user_id: user,
    user_name: workspace.users.get(user)?.name ?? user,
    command: '/mco',
    text: use.text,
    api_app_id: workspace.appId,
    is_enterprise_install: 'false',
    response_url: use.responseUrl,
    trigger_id: writeTriggerId(workspace),
  };
}

/** https://docs.slack.dev/reference/interaction-payloads/block_actions-payload */
export function writePress(
  workspace: Workspace,
  use: {
    user: string;
    channel: Channel;
    ts: string;
    thread: string | undefined;
    message: StoredMessage | undefined;
    button: Record<string, unknown>;
    responseUrl: string;
  },
): Record<string, unknown> {
  const { channel, message, ts, thread } = use;
  const name = workspace.users.get(use.user)?.name ?? use.user;
  const team = workspace.users.get(use.user)?.team ?? workspace.team;
  return {
    type: 'block_actions',
    user: { id: use.user, username: name, name, team_id: team },
    api_app_id: workspace.appId,
    token: 'verification',
    container: {
      type: 'message',
      message_ts: ts,
      channel_id: channel.id,
      is_ephemeral: message === undefined,
      ...(thread === undefined ? {} : { thread_ts: thread }),
    },
    trigger_id: writeTriggerId(workspace),
    team: { id: workspace.team, domain: workspace.domain },
    enterprise: null,
    is_enterprise_install: false,
    channel: { id: channel.id, name: channel.kind === 'im' ? 'directmessage' : channel.name },
    ...(message === undefined ? {} : { message: showMessage(workspace, message, { metadata: true }) }),
    state: { values: {} },
    response_url: use.responseUrl,
    actions: [{ ...use.button, action_ts: workspace.newTs() }],
  };
}

function writeTriggerId(workspace: Workspace): string {
  return `${workspace.newTs().replace('.', '')}.${workspace.team}.${workspace.newId('')}`.toLowerCase();
}

/** A button of a message, with the block that it stands in. */
export function findButton(
  blocks: readonly Record<string, unknown>[] | undefined,
  actionId: string,
): Record<string, unknown> | undefined {
  for (const block of blocks ?? []) {
    const elements = Array.isArray(block.elements) ? (block.elements as unknown[]) : [block.accessory];
    for (const element of elements)
      if (isRecord(element) && element.type === 'button' && element.action_id === actionId)
        return { ...element, block_id: block.block_id };
  }
  return undefined;
}
