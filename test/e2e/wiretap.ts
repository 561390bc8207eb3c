import type { StompBus } from '../../src/adapters/stomp/stomp-bus.ts';
import { broadcastDestination, nodeDestination, replyDestination } from '../../src/core/destinations.ts';
import type { Reply } from '../../src/core/reply.ts';
import type { Request } from '../../src/core/request.ts';
import { waitFor } from '../contract/wait-for.ts';
import { readSigned, type Signed } from './signed-message.ts';
import type { Site } from './site.ts';
import { connectAs } from './site-broker.ts';

export const COLLECTIVE = 'mcollective';

/** Where the test's own requests are answered. */
export const PROBE = replyDestination(COLLECTIVE, 'probe');

/** Somebody who may read and write everything on the broker: an auditor, and an attacker. */
export interface Wiretap {
  /** Every broadcast, and the requests for the nodes that are only played. */
  readonly requests: readonly Signed[];
  /** Answers to the test's own requests. */
  readonly replies: readonly Signed[];
  send(destination: string, message: Signed): Promise<void>;
  /** The first request that is like this, once it was seen. */
  seesRequest(isWanted: (request: Request) => boolean): Promise<Signed>;
  /** The result for a request of the test's own, once it was seen. */
  seesReply(request: string): Promise<Signed>;
  repliesTo(request: string): Reply[];
  close(): Promise<void>;
}

/** @param played nodes that have no agent: their queues are read here */
export async function tapBroker(site: Site, played: readonly string[]): Promise<Wiretap> {
  const bus: StompBus = connectAs('admin', site.broker);
  const requests: Signed[] = [];
  const replies: Signed[] = [];
  const nodes = played.map((identity) => nodeDestination(COLLECTIVE, identity));
  for (const destination of [broadcastDestination(COLLECTIVE), ...nodes]) {
    bus.subscribe(destination, (message) => requests.push(readSigned(message)));
  }
  bus.subscribe(PROBE, (message) => replies.push(readSigned(message)));
  await bus.whenUp(30_000);

  async function find(list: readonly Signed[], isWanted: (value: unknown) => boolean): Promise<Signed> {
    const search = (): Signed | undefined => list.find(({ body }) => isWanted(JSON.parse(body)));
    await waitFor(() => search() !== undefined);
    return search() as Signed;
  }
  return {
    requests,
    replies,
    async send(destination, { body, signature }) {
      await bus.publish({ destination, body: Buffer.from(body), signature, expiresAt: Date.now() + 60_000 });
    },
    seesRequest: (isWanted) => find(requests, (value) => isWanted(value as Request)),
    seesReply: (request) =>
      find(replies, (value) => (value as Reply).request === request && (value as Reply).kind === 'result'),
    repliesTo: (request) =>
      replies.map(({ body }) => JSON.parse(body) as Reply).filter((reply) => reply.request === request),
    close: () => bus.close(),
  };
}
