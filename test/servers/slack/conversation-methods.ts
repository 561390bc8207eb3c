import { needOwnChannel, needVisibleChannel } from './channel-access.ts';
import { showMessage } from './message-content.ts';
import { findChannelScope, type Method } from './method.ts';
import { MethodError } from './method-error.ts';
import { type Arguments, needText, readFlag, readNumber, readText } from './read-arguments.ts';
import { type Channel, findMessage, openDirect, type StoredMessage, type Workspace } from './workspace.ts';

const TS = /^\d{1,10}(\.\d{1,6})?$/;

/** https://docs.slack.dev/reference/methods/conversations.history, .replies, .info and .open */
export const CONVERSATION_METHODS: Readonly<Record<string, Method>> = {
  'conversations.history': { token: 'bot', findScope: findChannelScope('history'), run: listHistory },
  'conversations.replies': { token: 'bot', findScope: findChannelScope('history'), run: listReplies },
  'conversations.info': { token: 'bot', findScope: findChannelScope('read'), run: describeChannel },
  'conversations.open': { token: 'bot', findScope: () => 'im:write', run: openConversation },
};

function listHistory(workspace: Workspace, args: Arguments): Record<string, unknown> {
  const channel = needOwnChannel(workspace, needText(args, 'channel'));
  const roots = channel.messages.filter(
    ({ ts, thread_ts: thread, reply_broadcast: isBroadcast }) => thread === undefined || thread === ts || isBroadcast,
  );
  const messages = [...pickRange(roots, args)].reverse();
  return showPage(workspace, { channel, messages }, { args, byDefault: 100 });
}

/** The root comes first, whatever the range. */
function listReplies(workspace: Workspace, args: Arguments): Record<string, unknown> {
  const channel = needOwnChannel(workspace, needText(args, 'channel'));
  const asked = findMessage(channel, needText(args, 'ts'));
  const root = asked === undefined ? undefined : findMessage(channel, asked.thread_ts ?? asked.ts);
  if (root === undefined) throw new MethodError('thread_not_found');
  const replies = channel.messages.filter((message) => message !== root && message.thread_ts === root.ts);
  const messages = [root, ...pickRange(replies, args)];
  return showPage(workspace, { channel, messages }, { args, byDefault: 1000 });
}

function pickRange(messages: readonly StoredMessage[], args: Arguments): readonly StoredMessage[] {
  const oldest = readTs(args, 'oldest');
  const latest = readTs(args, 'latest');
  const isInclusive = readFlag(args, 'inclusive');
  return messages.filter(({ ts }) => {
    const at = toMicros(ts);
    if (isInclusive && (at === oldest || at === latest)) return true;
    return (oldest === undefined || at > oldest) && (latest === undefined || at < latest);
  });
}

function readTs(args: Arguments, name: string): number | undefined {
  const text = readText(args, name);
  if (text === undefined || text === '') return undefined;
  if (!TS.test(text)) throw new MethodError(`invalid_ts_${name}`);
  return toMicros(text);
}

function toMicros(ts: string): number {
  const [seconds = '', micros = ''] = ts.split('.');
  return Number(seconds) * 1_000_000 + Number(micros.padEnd(6, '0'));
}

function showPage(
  workspace: Workspace,
  list: { channel: Channel; messages: readonly StoredMessage[] },
  page: { args: Arguments; byDefault: number },
): Record<string, unknown> {
  const limit = readNumber(page.args, 'limit', { from: 1, to: 999, byDefault: page.byDefault });
  const from = readCursor(page.args, list.messages.length);
  const metadata = readFlag(page.args, 'include_all_metadata');
  const shown = list.messages.slice(from, from + limit).map((message) => {
    const replies = list.channel.messages.filter(({ ts, thread_ts: thread }) => thread === message.ts && ts !== thread);
    return showMessage(workspace, message, { metadata, replies: replies.length });
  });
  const hasMore = from + limit < list.messages.length;
  const cursor = hasMore ? Buffer.from(`next:${from + limit}`).toString('base64') : '';
  return { messages: shown, has_more: hasMore, response_metadata: { next_cursor: cursor } };
}

function readCursor(args: Arguments, length: number): number {
  const cursor = readText(args, 'cursor');
  if (cursor === undefined || cursor === '') return 0;
  const from = Number(/^next:(\d+)$/.exec(Buffer.from(cursor, 'base64').toString())?.[1]);
  if (!Number.isInteger(from) || from > length) throw new MethodError('invalid_cursor');
  return from;
}

function describeChannel(workspace: Workspace, args: Arguments): Record<string, unknown> {
  const channel = needVisibleChannel(workspace, needText(args, 'channel'));
  return { channel: showChannel(workspace, channel) };
}

function showChannel(workspace: Workspace, channel: Channel): Record<string, unknown> {
  const { id, name, kind } = channel;
  const others = [...channel.members].filter((user) => user !== workspace.botUser);
  const common = { id, is_archived: channel.isArchived, is_im: kind === 'im', is_private: kind !== 'channel' };
  if (kind === 'im') return { ...common, user: others[0], context_team_id: workspace.team };
  return {
    ...common,
    name,
    is_channel: kind === 'channel',
    is_group: kind === 'group',
    is_member: channel.members.has(workspace.botUser),
    context_team_id: workspace.team,
  };
}

function openConversation(workspace: Workspace, args: Arguments): Record<string, unknown> {
  const id = readText(args, 'channel');
  if (id !== undefined) {
    const channel = needOwnChannel(workspace, id);
    if (channel.kind !== 'im') throw new MethodError('method_not_supported_for_channel_type');
    return { no_op: true, already_open: true, channel: { id: channel.id } };
  }
  const users = readText(args, 'users');
  if (users === undefined || users === '') throw new MethodError('users_list_not_supplied');
  if (users.includes(',')) throw new MethodError('missing_scope', { needed: 'mpim:write' });
  const user = workspace.users.get(users);
  if (user === undefined) throw new MethodError('user_not_found');
  if (user.isDeleted) throw new MethodError('user_disabled');
  if (user.isBot) throw new MethodError('cannot_dm_bot');
  const { channel, isNew } = openDirect(workspace, user.id);
  return { no_op: !isNew, already_open: !isNew, channel: { id: channel.id } };
}
