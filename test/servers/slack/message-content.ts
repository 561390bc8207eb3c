import { checkBlocks } from './check-blocks.ts';
import { findBlockMentions, findTextMentions } from './find-mentions.ts';
import { MethodError, refuseWith } from './method-error.ts';
import { type Arguments, isRecord, readFlag, readJson, readText } from './read-arguments.ts';
import { type Channel, findMessage, type StoredMessage, type Workspace } from './workspace.ts';

/** Longer texts are cut, not refused, where a message is new. */
const MAX_NEW_TEXT = 40_000;
/** Of metadata as JSON; Slack gives no number. */
const MAX_METADATA_BYTES = 8000;

export interface Content {
  readonly text: string | undefined;
  readonly blocks: readonly Record<string, unknown>[] | undefined;
  readonly metadata: Record<string, unknown> | undefined;
  readonly notified: readonly string[];
}

/** What a message shall say, from the arguments of the chat methods, all of it checked. */
export function readContent(workspace: Workspace, args: Arguments): Content {
  for (const name of ['attachments', 'markdown_text'])
    if (args[name] !== undefined) throw refuseWith('invalid_arguments', [`${name} is not known to this server`]);
  const text = readText(args, 'text');
  const blocks = readJson(args, 'blocks', 'invalid_blocks_format');
  const checked = blocks === undefined ? undefined : checkBlocks(blocks);
  if (!text?.trim() && (checked === undefined || checked.length === 0)) throw new MethodError('no_text');
  const parsesNames = readFlag(args, 'link_names') || readText(args, 'parse') === 'full';
  return {
    text,
    blocks: checked?.map((block) => ({ ...block, block_id: block.block_id ?? workspace.newId('b') })),
    metadata: readMetadata(args),
    notified: [...findTextMentions(text ?? '', parsesNames), ...findBlockMentions(checked ?? [])],
  };
}

function readMetadata(args: Arguments): Record<string, unknown> | undefined {
  const metadata = readJson(args, 'metadata', 'invalid_metadata_format');
  if (metadata === undefined) return undefined;
  if (!isRecord(metadata)) throw new MethodError('invalid_metadata_format');
  const { event_type: type, event_payload: payload, ...rest } = metadata;
  if (typeof type !== 'string' || type === '' || !isRecord(payload) || Object.keys(rest).length > 0)
    throw new MethodError('invalid_metadata_schema');
  if (Buffer.byteLength(JSON.stringify(metadata)) > MAX_METADATA_BYTES) throw new MethodError('metadata_too_large');
  return metadata;
}

/** The root to answer under. @throws MethodError when there is none, or when it is itself an answer */
export function readThread(args: Arguments, channel: Channel): string | undefined {
  const thread = readText(args, 'thread_ts');
  if (thread === undefined) return undefined;
  if (!/^\d{10}\.\d{6}$/.test(thread)) throw new MethodError('invalid_thread_ts');
  const root = findMessage(channel, thread);
  if (root === undefined || (root.thread_ts ?? root.ts) !== root.ts) throw new MethodError('cannot_reply_to_message');
  return thread;
}

/** The bot's new message, stored and told to whoever listens. */
export function postAsBot(
  workspace: Workspace,
  channel: Channel,
  content: Partial<Content> & { thread?: string | undefined; files?: StoredMessage['files']; isBroadcast?: boolean },
): StoredMessage {
  const { thread, files, isBroadcast } = content;
  const message: StoredMessage = {
    channel: channel.id,
    ts: workspace.newTs(),
    ...(thread === undefined ? {} : { thread_ts: thread }),
    user: workspace.botUser,
    bot_id: workspace.botId,
    text: (content.text ?? '').slice(0, MAX_NEW_TEXT),
    ...(content.blocks === undefined ? {} : { blocks: content.blocks }),
    ...(content.metadata === undefined ? {} : { metadata: content.metadata }),
    ...(files === undefined ? {} : { files }),
    ...(isBroadcast ? { reply_broadcast: true } : {}),
    edits: 0,
    notified: content.notified ?? [],
  };
  channel.messages.push(message);
  workspace.onPosted(message, 'new');
  return message;
}

/** Puts other content into a message. Without blocks the old ones go; without text they are all there is. */
export function replaceContent(workspace: Workspace, message: StoredMessage, content: Content): void {
  message.text = content.text ?? '';
  if (content.blocks !== undefined) message.blocks = content.blocks;
  else delete message.blocks;
  if (content.metadata !== undefined) message.metadata = content.metadata;
  message.notified = [...message.notified, ...content.notified];
  message.edits += 1;
  workspace.onPosted(message, 'edited');
}

/** A message as the API and events show it. */
export function showMessage(
  workspace: Workspace,
  message: StoredMessage,
  show: { metadata: boolean; replies?: number },
): Record<string, unknown> {
  const { files, edits } = message;
  return {
    type: 'message',
    user: message.user,
    ...(message.bot_id === undefined ? {} : { bot_id: message.bot_id, app_id: workspace.appId }),
    text: message.text,
    ts: message.ts,
    team: workspace.users.get(message.user)?.team ?? workspace.team,
    ...(message.thread_ts === undefined ? {} : { thread_ts: message.thread_ts }),
    ...(show.replies ? { thread_ts: message.ts, reply_count: show.replies } : {}),
    ...(message.blocks === undefined ? {} : { blocks: message.blocks }),
    ...(edits > 0 && message.blocks === undefined ? { edited: { user: message.user, ts: message.ts } } : {}),
    ...(show.metadata && message.metadata !== undefined ? { metadata: message.metadata } : {}),
    ...(files === undefined ? {} : { files: files.map(({ id, name, title }) => ({ id, name, title: title ?? name })) }),
  };
}
