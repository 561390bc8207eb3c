import { ApiError } from './api-error.ts';
import { newMattermostId } from './new-id.ts';
import type { World } from './world.ts';

/** Unicode code points, not UTF-16 units nor bytes. */
const MAX_MESSAGE_LENGTH = 16_383;
/** Code points of the JSON. */
const MAX_PROPS_LENGTH = 8000;
export const MAX_FILES = 10;

const countCodePoints = (text: string): number => [...text].length;

export function checkPostSize(message: string, props: Readonly<Record<string, unknown>>): void {
  if (countCodePoints(message) > MAX_MESSAGE_LENGTH)
    throw new ApiError(400, 'model.post.is_valid.msg.app_error', 'The message is too long.');
  if (countCodePoints(JSON.stringify(props)) > MAX_PROPS_LENGTH)
    throw new ApiError(400, 'model.post.is_valid.props.app_error', 'The props are too long.');
}

/** A root must be live, a root itself and in the same channel. */
export function checkRoot(world: World, rootId: string, channelId: string): void {
  if (rootId === '') return;
  const root = world.posts.get(rootId);
  if (root === undefined || root.deleteAt !== 0 || root.rootId !== '')
    throw new ApiError(400, 'api.post.create_post.root_id.app_error', 'Invalid RootId parameter.');
  if (root.channelId !== channelId)
    throw new ApiError(
      400,
      'api.post.create_post.channel_root_id.app_error',
      'Invalid ChannelId for RootId parameter.',
    );
}

/** Gives actions without an id one, when they have an integration. */
export function addActionIds(props: Record<string, unknown>): Record<string, unknown> {
  const copy: Record<string, unknown> = structuredClone(props);
  for (const action of readActions(copy))
    if ((action.id ?? '') === '' && typeof action.integration === 'object') action.id = newMattermostId();
  return copy;
}

/** The actions of a post's attachments, in order; what is no object is left out. */
export function readActions(props: Readonly<Record<string, unknown>>): Record<string, unknown>[] {
  const attachments = props.attachments;
  if (!Array.isArray(attachments)) return [];
  return attachments.flatMap((attachment: unknown) => {
    const actions: unknown = isRecord(attachment) ? attachment.actions : undefined;
    return Array.isArray(actions) ? actions.filter(isRecord) : [];
  });
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
