import type { Outgoing } from '../../core/ports.ts';

/** The kind of broker; both speak STOMP 1.2 and mean different things by it. */
export type BrokerFlavour = 'activemq' | 'rabbitmq';

/** The headers of SEND. */
export function headersForSend(flavour: BrokerFlavour, message: Outgoing, nowMs: number) {
  const headers: Record<string, string | number> = {
    destination: message.destination,
    mco_sig: message.signature,
    expires: message.expiresAt,
    'content-type': 'application/json',
    'content-length': message.body.byteLength,
  };
  if (flavour === 'rabbitmq') {
    // RabbitMQ ignores `expires`, and creates a durable queue when one sends to /queue/ first.
    headers.expiration = Math.max(1, message.expiresAt - nowMs);
    headers.destination = message.destination.replace(/^\/queue\//, '/amq/queue/');
  }
  return headers;
}

/** The headers of SUBSCRIBE, without `id` and `receipt`. */
export function headersForSubscribe(flavour: BrokerFlavour, destination: string) {
  const headers: Record<string, string | number> = { destination, ack: 'auto' };
  if (flavour === 'rabbitmq' && destination.startsWith('/queue/')) {
    // Kept for an hour while the node is away, then gone.
    Object.assign(headers, { durable: 'false', 'auto-delete': 'false', 'x-expires': 3_600_000 });
  }
  return headers;
}

/** The headers of CONNECT beside login and passcode. RabbitMQ takes `host` for its virtual host. */
export function headersForConnect(flavour: BrokerFlavour): Record<string, string> {
  return flavour === 'rabbitmq' ? { 'accept-version': '1.2', host: '/' } : { 'accept-version': '1.2' };
}
