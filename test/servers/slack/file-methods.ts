import { needOwnChannel } from './channel-access.ts';
import { findTextMentions } from './find-mentions.ts';
import { postAsBot, readThread } from './message-content.ts';
import type { Method } from './method.ts';
import { MethodError, refuseWith } from './method-error.ts';
import { type Arguments, isRecord, needText, readJson, readText } from './read-arguments.ts';
import type { SlackFile } from './slack-types.ts';
import type { Channel, Workspace } from './workspace.ts';

const findScope = (): string => 'files:write';

/** https://docs.slack.dev/reference/methods/files.getUploadURLExternal and files.completeUploadExternal */
export const FILE_METHODS: Readonly<Record<string, Method>> = {
  'files.getUploadURLExternal': { token: 'bot', findScope, run: getUploadUrl },
  'files.completeUploadExternal': { token: 'bot', findScope, run: completeUpload },
};

function getUploadUrl(workspace: Workspace, args: Arguments): Record<string, unknown> {
  const name = needText(args, 'filename');
  const length = Number(needText(args, 'length'));
  if (length === 0) throw new MethodError('missing_argument');
  if (!Number.isInteger(length) || length < 0)
    throw refuseWith('invalid_arguments', ['must be an integer [json-pointer:/length]']);
  const id = workspace.newId('F');
  workspace.files.set(id, { id, name, length, content: undefined, isComplete: false });
  return { upload_url: `${workspace.origin}/upload/v1/${id}`, file_id: id };
}

/** What the upload URL does with the bytes: the size must be the announced one, and it can be used once. */
export function takeUpload(workspace: Workspace, id: string, content: Buffer): { status: number; text: string } {
  const file = workspace.files.get(id);
  if (file === undefined || file.content !== undefined) return { status: 404, text: 'not found' };
  if (content.length !== file.length) return { status: 400, text: 'the size is not the announced one' };
  file.content = content;
  return { status: 200, text: `OK - ${content.length}` };
}

function completeUpload(workspace: Workspace, args: Arguments): Record<string, unknown> {
  const wanted = readJson(args, 'files', 'invalid_arguments');
  if (!Array.isArray(wanted) || wanted.length === 0)
    throw refuseWith('invalid_arguments', ['missing required field: files']);
  const channelId = readText(args, 'channel_id');
  const channel = channelId === undefined ? undefined : needOwnChannel(workspace, channelId);
  if (channel?.isArchived) throw new MethodError('is_archived');
  const thread = channel === undefined ? undefined : readThread(args, channel);
  const files = wanted.map((item: unknown) => findUploaded(workspace, item, thread));
  for (const { id } of files) markComplete(workspace, id);
  if (channel !== undefined) shareFiles(workspace, channel, { args, files, thread });
  return { files: files.map(({ id, name, title }) => ({ id, name, title: title ?? name })) };
}

function findUploaded(workspace: Workspace, item: unknown, thread: string | undefined): SlackFile {
  const file = isRecord(item) ? workspace.files.get(String(item.id)) : undefined;
  if (!isRecord(item) || file?.content === undefined || file.isComplete) throw new MethodError('file_not_found');
  const title = item.title;
  const { id, name, content } = file;
  return {
    id,
    name,
    ...(typeof title === 'string' ? { title } : {}),
    content: content.toString('utf8'),
    ...(thread === undefined ? {} : { thread_ts: thread }),
  };
}

function markComplete(workspace: Workspace, id: string): void {
  const file = workspace.files.get(id);
  if (file !== undefined) file.isComplete = true;
}

function shareFiles(
  workspace: Workspace,
  channel: Channel,
  share: { args: Arguments; files: readonly SlackFile[]; thread: string | undefined },
): void {
  const text = readText(share.args, 'initial_comment') ?? '';
  postAsBot(workspace, channel, { text, files: share.files, thread: share.thread, notified: findTextMentions(text) });
}
