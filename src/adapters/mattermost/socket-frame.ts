import * as v from 'valibot';
import { type MattermostPost, postSchema } from './answer-schemas.ts';

/** What comes over the WebSocket, as far as it is used. */
export type SocketFrame =
  | { readonly kind: 'reply'; readonly to: number; readonly isGood: boolean }
  | { readonly kind: 'hello'; readonly seq: number; readonly connection: string }
  | { readonly kind: 'posted'; readonly seq: number; readonly post: MattermostPost; readonly channelType: string }
  | { readonly kind: 'other'; readonly seq: number };

const seq = v.pipe(v.number(), v.integer(), v.minValue(0));
const replyFrame = v.object({
  seq_reply: v.pipe(v.number(), v.integer(), v.minValue(1)),
  status: v.optional(v.string()),
});
const eventFrame = v.object({
  event: v.string(),
  seq,
  data: v.optional(v.nullable(v.record(v.string(), v.unknown()))),
});

/** @returns undefined for a frame that is no JSON or of no known shape */
export function readFrame(text: string): SocketFrame | undefined {
  const value = parseJson(text);
  const reply = v.safeParse(replyFrame, value);
  if (reply.success) {
    return { kind: 'reply', to: reply.output.seq_reply, isGood: reply.output.status === 'OK' };
  }
  const read = v.safeParse(eventFrame, value);
  if (!read.success) return undefined;
  const { event, seq: number, data } = read.output;
  if (event === 'hello' && typeof data?.connection_id === 'string') {
    return { kind: 'hello', seq: number, connection: data.connection_id };
  }
  // The post is JSON in a string within the JSON.
  const post = event === 'posted' ? v.safeParse(postSchema, parseJson(data?.post)) : undefined;
  if (post?.success !== true) return { kind: 'other', seq: number };
  const channelType = typeof data?.channel_type === 'string' ? data.channel_type : '';
  return { kind: 'posted', seq: number, post: post.output, channelType };
}

function parseJson(text: unknown): unknown {
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
