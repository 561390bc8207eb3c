import * as v from 'valibot';
import { type Input, inputSchema } from './agent-description.ts';
import { McoError } from './errors.ts';
import type { Filter } from './filter.ts';
import { filterSchema } from './filter-schema.ts';
import { decodeJson, encodeJson } from './json.ts';
import { LIMITS } from './limits.ts';
import { callerSchema, collectiveSchema, identitySchema, uuidSchema, wordSchema } from './names.ts';

/** Who signed: what the key claims to stand for, and the key itself, as SSHSIG's signed bytes contain neither. */
export interface SignerClaim {
  readonly principal: string;
  readonly fingerprint: string;
}

/** Where a command was typed. For the audit on the node; it decides nothing. */
export interface Origin {
  readonly chat: string;
  readonly channel: string;
  readonly message?: string | undefined;
}

/** The frozen list that a request belongs to, as its signer claims it: a node sees nothing of the others. */
export interface TargetClaim {
  readonly count: number;
  /** SHA-256 over the frozen order, 64 hex digits; see `FrozenOrder`. */
  readonly digest: string;
  /** Whether a filter or a list of names chose the nodes; false: everybody was meant. */
  readonly isNarrowed: boolean;
}

/** Somebody's yes to a frozen order, as the signer claims it. */
export interface ApprovalClaim {
  /** `person:raj`. */
  readonly by: string;
  /** Ms since the epoch. */
  readonly at: number;
  /** Of the order that was approved. */
  readonly digest: string;
}

/** A request as it is signed. Times are ms since the epoch. */
export interface Request {
  readonly v: 1;
  readonly type: 'request';
  /** UUIDv7; a node answers it once. */
  readonly id: string;
  readonly run: string;
  readonly signer: SignerClaim;
  readonly caller: string;
  readonly origin: Origin;
  readonly collective: string;
  /** `*`: everybody in the collective who matches the filter; else one node's identity. */
  readonly audience: string;
  readonly agent: string;
  readonly action: string;
  readonly input: Input;
  /** Checked by the node whoever the audience is. */
  readonly filter: Filter;
  readonly issuedAt: number;
  readonly notAfter: number;
  readonly replyTo: string;
  /** Left out where nobody knows yet who is meant: discovery. */
  readonly targets?: TargetClaim | undefined;
  readonly approvals?: readonly ApprovalClaim[] | undefined;
  /** When the last yes made it run, ms since the epoch: its waves may be sent long after. */
  readonly approvedAt?: number | undefined;
  readonly options: {
    /** How long the action may take on the node, if shorter or longer than its description says. */
    readonly timeoutMs?: number | undefined;
    /** Somebody looks on: what there is so far is welcome. */
    readonly progress?: boolean | undefined;
    /** A dry run. */
    readonly noop?: boolean | undefined;
  };
}

export const signerSchema = v.strictObject({
  principal: v.pipe(v.string(), v.minLength(1), v.maxLength(255)),
  fingerprint: v.pipe(v.string(), v.regex(/^SHA256:[A-Za-z0-9+/]{43}$/)),
});

export const timestampSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const shortText = v.pipe(v.string(), v.maxLength(255));

const digestSchema = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'is not a SHA-256 in hex'));

const targetsSchema: v.GenericSchema<unknown, TargetClaim> = v.strictObject({
  count: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(1_000_000)),
  digest: digestSchema,
  isNarrowed: v.boolean(),
});

const approvalSchema: v.GenericSchema<unknown, ApprovalClaim> = v.strictObject({
  by: callerSchema,
  at: timestampSchema,
  digest: digestSchema,
});

const requestSchema: v.GenericSchema<unknown, Request> = v.strictObject({
  v: v.literal(1),
  type: v.literal('request'),
  id: uuidSchema,
  run: uuidSchema,
  signer: signerSchema,
  caller: callerSchema,
  origin: v.strictObject({ chat: shortText, channel: shortText, message: v.optional(shortText) }),
  collective: collectiveSchema,
  audience: v.union([v.literal('*'), identitySchema]),
  agent: wordSchema,
  action: wordSchema,
  input: inputSchema,
  filter: filterSchema,
  issuedAt: timestampSchema,
  notAfter: timestampSchema,
  replyTo: shortText,
  targets: v.optional(targetsSchema),
  approvals: v.optional(v.pipe(v.array(approvalSchema), v.maxLength(20))),
  approvedAt: v.optional(timestampSchema),
  options: v.strictObject({
    timeoutMs: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(86_400_000))),
    progress: v.optional(v.boolean()),
    noop: v.optional(v.boolean()),
  }),
});

/** @throws McoError `failed/too-large` */
export const encodeRequest = (request: Request): Uint8Array => encodeJson(request, LIMITS.requestBytes);

/** @throws McoError `untrusted/malformed`, or what `decodeJson` throws */
export const decodeRequest = (bytes: Uint8Array): Request => decodeMessage(requestSchema, bytes, LIMITS.requestBytes);

/** Parses a verified message against its schema: unknown fields are errors. */
export function decodeMessage<T>(schema: v.GenericSchema<unknown, T>, bytes: Uint8Array, maxBytes: number): T {
  const parsed = v.safeParse(schema, decodeJson(bytes, maxBytes), { abortEarly: true });
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const path = v.getDotPath(issue) ?? 'the message';
  throw new McoError(
    'untrusted/malformed',
    `\`${path.slice(0, 100)}\` is not as the protocol says: ${issue.message.slice(0, 200)}`,
  );
}
