import * as v from 'valibot';
import { encodeJson, type JsonValue } from './json.ts';
import { LIMITS } from './limits.ts';
import { identitySchema, uuidSchema } from './names.ts';
import { decodeMessage, type SignerClaim, signerSchema, timestampSchema } from './request.ts';

/** What a status code means; 0 to 5 are MCollective's. */
export const STATUS_NAMES = [
  'ok',
  'aborted',
  'unknown action',
  'missing input',
  'invalid input',
  'unknown error',
  'denied',
  'expired',
  'timeout',
  'filtered',
  'busy',
] as const;

export type StatusName = (typeof STATUS_NAMES)[number];

export interface Status {
  readonly code: number;
  readonly name: StatusName;
  /** For people; empty when there is nothing to say. 4,000 characters at most. */
  readonly message: string;
}

/** @param message is cut to what a reply may hold */
export function statusOf(name: StatusName, message = ''): Status {
  return { code: STATUS_NAMES.indexOf(name), name, message: message.slice(0, 4000) };
}

/** The outputs of an action, by name. */
export type ReplyData = Readonly<Record<string, JsonValue>>;

/** A node's answer as it is signed. Times are the node's clock, ms since the epoch. */
export interface Reply {
  readonly v: 1;
  readonly type: 'reply';
  readonly id: string;
  /** The request it answers. */
  readonly request: string;
  readonly run: string;
  /** The node's identity. */
  readonly sender: string;
  /** Counts a node's replies to one request from 0. */
  readonly seq: number;
  /** `ack`: it started and will take a while; `result`: the last one. */
  readonly kind: 'ack' | 'progress' | 'result';
  readonly status: Status;
  readonly data: ReplyData;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly signer: SignerClaim;
}

const replySchema: v.GenericSchema<unknown, Reply> = v.strictObject({
  v: v.literal(1),
  type: v.literal('reply'),
  id: uuidSchema,
  request: uuidSchema,
  run: uuidSchema,
  sender: identitySchema,
  seq: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(1_000_000)),
  kind: v.picklist(['ack', 'progress', 'result']),
  status: v.pipe(
    v.strictObject({
      code: v.pipe(v.number(), v.safeInteger()),
      name: v.picklist(STATUS_NAMES),
      message: v.pipe(v.string(), v.maxLength(4000)),
    }),
    v.check(({ code, name }) => STATUS_NAMES[code] === name, 'code and name differ'),
  ),
  data: v.record(v.pipe(v.string(), v.maxLength(255)), v.any()),
  startedAt: timestampSchema,
  finishedAt: timestampSchema,
  signer: signerSchema,
});

/** @throws McoError `failed/too-large` */
export const encodeReply = (reply: Reply): Uint8Array => encodeJson(reply, LIMITS.replyBytes);

/** @throws McoError `untrusted/malformed`, or what `decodeJson` throws */
export const decodeReply = (bytes: Uint8Array): Reply => decodeMessage(replySchema, bytes, LIMITS.replyBytes);
