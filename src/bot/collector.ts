import { McoError, toMcoError } from '../core/errors.ts';
import { LIMITS } from '../core/limits.ts';
import type { BusMessage, Verifier } from '../core/ports.ts';
import { decodeReply, type Reply } from '../core/reply.ts';

/** How many signatures are checked at once: enough to keep the thread pool busy, few enough to stay fair. */
const CONCURRENT_CHECKS = 32;

/** Replies that wait for their check. Twice the largest fleet; more is a flood. */
const MAX_WAITING = 50_000;

/** A request whose replies are wanted. */
export interface OpenRequest {
  /** Whether a reply of this node is waited for. */
  expects(node: string): boolean;
  onReply(reply: Reply): void;
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
  const openRequests = new Map<string, { handler: OpenRequest; seen: Set<string> }>();
  const waiting: BusMessage[] = [];
  let checking = 0;
  let refused = 0;

  function startChecks(): void {
    while (checking < CONCURRENT_CHECKS) {
      const message = waiting.shift();
      if (message === undefined) return;
      checking++;
      void accept(message).finally(() => {
        checking--;
        startChecks();
      });
    }
  }

  async function accept(message: BusMessage): Promise<void> {
    try {
      const reply = await verifyReply(verifier, message);
      deliver(reply);
    } catch (error) {
      refuse(toMcoError(error));
    }
  }

  function refuse(error: McoError): void {
    refused++;
    onRefused({ error });
  }

  function deliver(reply: Reply): void {
    const { sender, request } = reply;
    const open = openRequests.get(request);
    if (open === undefined) {
      onRefused({ error: new McoError('untrusted/closed-request', 'nobody waits for this reply'), sender, request });
      return;
    }
    const key = `${sender} ${reply.kind === 'result' ? 'result' : reply.seq}`;
    const isRepeated = open.seen.has(key);
    if (isRepeated || !open.handler.expects(sender)) {
      const error = isRepeated
        ? new McoError('untrusted/repeated-reply', `${sender} answered before`)
        : new McoError('untrusted/unexpected-host', `${sender} was not asked`);
      onRefused({ error, sender, request });
      open.handler.onUnexpected(sender);
      return;
    }
    open.seen.add(key);
    open.handler.onReply(reply);
  }

  return {
    open(request, handler) {
      openRequests.set(request, { handler, seen: new Set() });
      return () => openRequests.delete(request);
    },
    receive(message) {
      if (waiting.length >= MAX_WAITING) {
        refuse(new McoError('untrusted/flood', 'too many replies are waiting to be checked'));
        return;
      }
      waiting.push(message);
      startChecks();
    },
    refused: () => refused,
  };
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
