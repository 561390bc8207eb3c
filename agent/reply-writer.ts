import { type McoError, toMcoError } from '../src/core/errors.ts';
import { encodeReply, type Reply, type ReplyData, type Status, statusOf } from '../src/core/reply.ts';
import type { Request } from '../src/core/request.ts';
import { describeRequest } from './audit-request.ts';
import type { NodeRuntime } from './node-runtime.ts';

/** How long the broker keeps a reply. The run it belongs to closes earlier; clocks may differ by half a minute. */
const REPLY_TTL_MS = 120_000;
/** Replies leave in order: what is only of use now must not hold up the result while no broker is there. */
const PROGRESS_TTL_MS = 5000;

/** Writes a node's replies to one request: numbered, signed, in order. */
export interface ReplyWriter {
  /** Resolves when the broker has it, or when that failed and is recorded. Never rejects. */
  send(kind: Reply['kind'], status: Status, data?: ReplyData): Promise<void>;
}

/** Where a node goes on that may have answered before it was started again. */
export interface ReplyStart {
  /** Of the first reply; those before have lower ones. */
  readonly seq: number;
  /** When the action began, ms since the epoch. */
  readonly startedAt: number;
}

const writers = new WeakMap<Request, ReplyWriter>();

/**
 * The writer of a request's replies. There is one, whoever asks for it, so that they are numbered through.
 *
 * @param request one whose signature held and whose `replyTo` was checked
 */
export function createReplyWriter(request: Request, node: NodeRuntime, start?: ReplyStart): ReplyWriter {
  const known = writers.get(request);
  if (known !== undefined) return known;
  const writer = openReplyWriter(request, node, start);
  writers.set(request, writer);
  return writer;
}

function openReplyWriter(request: Request, node: NodeRuntime, start?: ReplyStart): ReplyWriter {
  const { clock, signer } = node;
  const startedAt = start?.startedAt ?? clock.now();
  let seq = start?.seq ?? 0;
  let last: Promise<void> = Promise.resolve();

  function build(kind: Reply['kind'], status: Status, data: ReplyData): Reply {
    return {
      v: 1,
      type: 'reply',
      id: node.newId(),
      request: request.id,
      run: request.run,
      sender: node.identity,
      seq: seq++,
      kind,
      status,
      data,
      startedAt,
      finishedAt: clock.now(),
      signer: { principal: signer.principal, fingerprint: signer.fingerprint },
    };
  }

  async function publish(reply: Reply): Promise<void> {
    try {
      const body = encodeReply(reply);
      const signature = await signer.sign('mco-reply@v1', body);
      const expiresAt = clock.now() + (reply.kind === 'progress' ? PROGRESS_TTL_MS : REPLY_TTL_MS);
      node.counters.replies += 1;
      await node.bus.publish({ destination: request.replyTo, body, signature, expiresAt });
    } catch (thrown) {
      await recordUnsent(toMcoError(thrown));
    }
  }

  async function recordUnsent(error: McoError): Promise<void> {
    const reason = `the reply was not sent: ${error.message}`;
    const record = { ...describeRequest(request, node), event: 'outcome', code: error.code, reason } as const;
    await node.audit.append(record).catch((thrown: unknown) => node.onProblem?.(toMcoError(thrown)));
  }

  return {
    send(kind, status, data = {}) {
      const reply = build(kind, status, data);
      last = last.then(() => publish(reply));
      return last;
    },
  };
}

/** Tells that an action started and will take a while. */
export const ACK = statusOf('ok', 'started');
