import { McoError, toMcoError } from '../../core/errors.ts';
import { LIMITS } from '../../core/limits.ts';
import type { BusMessage, Verifier } from '../../core/ports.ts';
import { decodeReply, type Reply } from '../../core/reply.ts';
import { createInbox } from './inbox.ts';

/** How many signatures are checked at once: enough to keep the thread pool busy, few enough to stay fair. */
const CONCURRENT_CHECKS = 32;

/** What may wait for its check; more is a flood. Twice the replies of the largest fleet, and what they may weigh. */
const MAX_WAITING = 50_000;
const MAX_WAITING_BYTES = 64 * 1024 * 1024;

/** How often a node may say that it is still at it, in one request. */
const MAX_NOTES = 100;

/** A request whose replies are wanted. */
export interface OpenRequest {
  /** Whether a reply of this node is waited for. */
  expects(node: string): boolean;
  /** @param bytes the size of the message */
  onReply(reply: Reply, bytes: number): void;
  /** A verified node answered that was not asked, or answered twice. */
  onUnexpected(node: string): void;
}

/** A message on the reply queue that was not accepted. `sender` is only set when the signature held. */
export interface RefusedReply {
  readonly error: McoError;
  readonly sender?: string | undefined;
  readonly request?: string | undefined;
}

export interface Collector {
  /** Takes replies to a request from now on; the returned function ends that. */
  open(request: string, handler: OpenRequest): () => void;
  receive(message: BusMessage): void;
  /** How many messages could not be believed since the start. */
  refused(): number;
}

/**
 * Receives everything that arrives on the reply queue. A reply counts only when its signature holds, its key is listed
 * for exactly that host, its request is open, the host is expected, and it is the first of its kind from there.
 */
export function createCollector(verifier: Verifier, onRefused: (refused: RefusedReply) => void): Collector {
  const openRequests = new Map<string, OpenEntry>();
  const waiting = createInbox({ maxMessages: MAX_WAITING, maxBytes: MAX_WAITING_BYTES });
  let checking = 0;
  let lastTurn: Promise<void> = Promise.resolve();
  let refused = 0;

  function startChecks(): void {
    while (checking < CONCURRENT_CHECKS) {
      const message = waiting.take();
      if (message === undefined) return;
      checking++;
      void accept(message).finally(() => {
        checking--;
        startChecks();
      });
    }
  }

  /** Checks run side by side, but replies count in the order of their arrival: of two from one node, the first. */
  function accept(message: BusMessage): Promise<void> {
    const checked = verifyReply(verifier, message).then(
      (reply) => () => deliver(reply, message.body.length),
      (error: unknown) => () => refuse(toMcoError(error)),
    );
    lastTurn = lastTurn.then(async () => {
      const act = await checked;
      try {
        act();
      } catch (thrown) {
        refuse(toMcoError(thrown));
      }
    });
    return lastTurn;
  }

  function refuse(error: McoError): void {
    refused++;
    onRefused({ error });
  }

  function deliver(reply: Reply, bytes: number): void {
    const { sender, request } = reply;
    const open = openRequests.get(request);
    if (open === undefined) {
      onRefused({ error: new McoError('untrusted/closed-request', 'nobody waits for this reply'), sender, request });
      return;
    }
    const error = objectionTo(reply, open);
    if (error === undefined) return open.handler.onReply(reply, bytes);
    onRefused({ error, sender, request });
    open.handler.onUnexpected(sender);
  }

  return {
    open(request, handler) {
      openRequests.set(request, { handler, answered: new Set(), notes: new Map() });
      return () => openRequests.delete(request);
    },
    receive(message) {
      if (waiting.add(message)) startChecks();
      else refuse(new McoError('untrusted/flood', 'too many replies are waiting to be checked'));
    },
    refused: () => refused,
  };
}

interface OpenEntry {
  readonly handler: OpenRequest;
  /** Nodes whose result is here. */
  readonly answered: Set<string>;
  /** Of the others: the last number and the count of what they said on the way. */
  readonly notes: Map<string, { last: number; count: number }>;
}

/** Takes note of a reply, or says why it does not count: not asked, or said before. */
function objectionTo({ sender, kind, seq }: Reply, { handler, answered, notes }: OpenEntry): McoError | undefined {
  if (!handler.expects(sender)) return new McoError('untrusted/unexpected-host', `${sender} was not asked`);
  if (answered.has(sender)) return new McoError('untrusted/repeated-reply', `${sender} answered before`);
  if (kind === 'result') {
    answered.add(sender);
    notes.delete(sender);
    return undefined;
  }
  const { last, count } = notes.get(sender) ?? { last: -1, count: 0 };
  if (seq <= last) return new McoError('untrusted/repeated-reply', `${sender} repeats itself`);
  if (count >= MAX_NOTES) return new McoError('untrusted/flood', `${sender} sends more than ${MAX_NOTES} notes`);
  notes.set(sender, { last: seq, count: count + 1 });
  return undefined;
}

/** INVARIANT: the bytes that were verified are the bytes that are parsed; the key must belong to the host that they name. */
async function verifyReply(verifier: Verifier, { body, signature }: BusMessage): Promise<Reply> {
  if (body.length > LIMITS.replyBytes) {
    throw new McoError('untrusted/too-large', `a reply of ${body.length} bytes is over the limit`);
  }
  const key = await verifier.verify('mco-reply@v1', body, signature);
  const reply = decodeReply(body);
  if (reply.signer.fingerprint !== key.fingerprint || reply.signer.principal !== reply.sender) {
    throw new McoError(
      'untrusted/other-signer',
      'the reply names another signer than the one whose signature it bears',
    );
  }
  if (!key.speaksFor(reply.sender)) {
    throw new McoError('untrusted/other-host', `the key that signed is not a host key of \`${reply.sender}\``);
  }
  return reply;
}
