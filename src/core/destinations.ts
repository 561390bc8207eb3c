import { BOT_NAME } from './names.ts';

/**
 * Where messages go. Brokers grant rights by these names, so nothing else builds them.
 * A queue for each node keeps a request for a node that reconnects, and crosses a network of brokers.
 */

/** Requests for everybody in a collective. */
export const broadcastDestination = (collective: string): string => `/topic/mco.${collective}.request`;

/** Requests for one node. */
export const nodeDestination = (collective: string, identity: string): string =>
  `/queue/mco.${collective}.node.${identity}`;

/** Replies for one bot process. Named, not temporary: a late reply to a vanished queue would cost the node its connection. */
export const replyDestination = (collective: string, bot: string): string => `/queue/mco.${collective}.reply.${bot}`;

/** A bot's messages to itself, by which it learns whether the broker gives back what it was given. */
export const echoDestination = (collective: string, bot: string): string => `/queue/mco.${collective}.echo.${bot}`;

/** Signs of life. */
export const aliveDestination = (collective: string): string => `/topic/mco.${collective}.alive`;

/** What a request may name as `replyTo`: a bot's reply queue in the same collective, so that a node can't be made to write elsewhere. */
export function isReplyDestination(destination: string, collective: string): boolean {
  const prefix = `/queue/mco.${collective}.reply.`;
  return destination.startsWith(prefix) && BOT_NAME.test(destination.slice(prefix.length));
}
