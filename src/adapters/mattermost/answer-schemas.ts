import * as v from 'valibot';
import { MATTERMOST_ID } from './addresses.ts';

/** Far over what any server allows in a message, which is 16,383 or 65,535. */
const MAX_MESSAGE = 200_000;

const id = v.pipe(v.string(), v.regex(MATTERMOST_ID));
const optionalId = v.optional(v.union([v.literal(''), id]), '');
const time = v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 0);

/** A post; its props are its author's to set and prove nothing. */
export const postSchema = v.object({
  id,
  channel_id: id,
  user_id: id,
  root_id: optionalId,
  original_id: optionalId,
  message: v.optional(v.pipe(v.string(), v.maxLength(MAX_MESSAGE)), ''),
  type: v.optional(v.string(), ''),
  create_at: time,
  edit_at: time,
  delete_at: time,
  props: v.optional(v.nullable(v.record(v.string(), v.unknown()))),
});

export type MattermostPost = v.InferOutput<typeof postSchema>;

export const postPageSchema = v.object({
  order: v.optional(v.nullable(v.array(v.string()))),
  posts: v.optional(v.nullable(v.record(v.string(), v.unknown()))),
});

export const userSchema = v.object({
  id,
  username: v.string(),
  is_bot: v.optional(v.boolean(), false),
  delete_at: time,
});

export type MattermostUser = v.InferOutput<typeof userSchema>;

export const idSchema = v.object({ id });

/** What the server answers to a new post; without the pending id when it gives back an older one. */
export const createdSchema = v.object({
  id,
  channel_id: id,
  root_id: optionalId,
  create_at: time,
  pending_post_id: v.optional(v.string(), ''),
});

export const teamSchema = v.object({ id, name: v.optional(v.string(), '') });

export const channelSchema = v.object({
  id,
  name: v.optional(v.string(), ''),
  type: v.optional(v.string(), ''),
  /** When something was last said there; left out by nobody, but not to be relied on. */
  last_post_at: v.optional(v.number()),
  delete_at: time,
});

export const membersSchema = v.array(v.object({ user_id: id, delete_at: time }));

export const groupMembersSchema = v.object({ members: v.optional(v.nullable(v.array(idSchema))) });

export const uploadSchema = v.object({ file_infos: v.pipe(v.array(idSchema), v.minLength(1)) });

export const commandSchema = v.looseObject({
  id,
  token: v.optional(v.string(), ''),
  trigger: v.string(),
  url: v.optional(v.string(), ''),
});
