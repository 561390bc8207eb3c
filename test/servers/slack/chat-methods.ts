import { needOwnChannel } from './channel-access.ts';
import { postAsBot, readContent, readThread, replaceContent, showMessage } from './message-content.ts';
import type { Method } from './method.ts';
import { MethodError } from './method-error.ts';
import { type Arguments, needText, readFlag } from './read-arguments.ts';
import { addEphemeral, type Channel, findMessage, openDirect, type Workspace } from './workspace.ts';

/** Of `chat.update`; its text is refused where that of a new message is cut. */
const MAX_UPDATED_TEXT = 4000;

const findScope = (): string => 'chat:write';

/** https://docs.slack.dev/reference/methods/chat.postMessage, chat.update and chat.postEphemeral */
export const CHAT_METHODS: Readonly<Record<string, Method>> = {
  'chat.postMessage': { token: 'bot', findScope, run: postMessage },
  'chat.update': { token: 'bot', findScope, run: updateMessage },
  'chat.postEphemeral': { token: 'bot', findScope, run: postEphemeral },
};

function postMessage(workspace: Workspace, args: Arguments): Record<string, unknown> {
  const channel = findTarget(workspace, needText(args, 'channel'));
  if (channel.isArchived) throw new MethodError('is_archived');
  const thread = readThread(args, channel);
  const isBroadcast = readFlag(args, 'reply_broadcast');
  const message = postAsBot(workspace, channel, { ...readContent(workspace, args), thread, isBroadcast });
  return { channel: channel.id, ts: message.ts, message: showMessage(workspace, message, { metadata: true }) };
}

/** A channel, or a person: then it is the direct message with them. */
function findTarget(workspace: Workspace, id: string): Channel {
  const user = workspace.users.get(id);
  if (user !== undefined && !user.isDeleted && !user.isBot) return openDirect(workspace, id).channel;
  return needOwnChannel(workspace, id);
}

function updateMessage(workspace: Workspace, args: Arguments): Record<string, unknown> {
  const channel = needOwnChannel(workspace, needText(args, 'channel'));
  const ts = needText(args, 'ts');
  const message = findMessage(channel, ts);
  if (message === undefined) throw new MethodError('message_not_found');
  if (message.user !== workspace.botUser) throw new MethodError('cant_update_message');
  if (channel.isArchived) throw new MethodError('is_inactive');
  const ageMs = workspace.clock.now() - Number(ts) * 1000;
  if (workspace.editWindowMs !== undefined && ageMs > workspace.editWindowMs)
    throw new MethodError('edit_window_closed');
  const content = readContent(workspace, args);
  if ((content.text ?? '').length > MAX_UPDATED_TEXT) throw new MethodError('msg_too_long');
  replaceContent(workspace, message, content);
  const shown = showMessage(workspace, message, { metadata: true });
  return { channel: channel.id, ts, text: message.text, message: shown };
}

function postEphemeral(workspace: Workspace, args: Arguments): Record<string, unknown> {
  const channel = needOwnChannel(workspace, needText(args, 'channel'));
  const user = needText(args, 'user');
  if (channel.isArchived) throw new MethodError('is_archived');
  if (!channel.members.has(user)) throw new MethodError('user_not_in_channel');
  const thread = readThread(args, channel);
  const { text, blocks, notified } = readContent(workspace, args);
  const ts = workspace.newTs();
  addEphemeral(workspace, user, {
    channel: channel.id,
    ts,
    text: text ?? '',
    ...(blocks === undefined ? {} : { blocks }),
    ...(thread === undefined ? {} : { thread_ts: thread }),
    via: 'postEphemeral',
    notified,
  });
  return { message_ts: ts };
}
