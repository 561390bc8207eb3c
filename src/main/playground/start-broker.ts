import { randomBytes } from 'node:crypto';
import { type EmbeddedBroker, startEmbeddedBroker } from '../../adapters/embedded-broker/embedded-broker.ts';
import { createStompBus, type StompBus } from '../../adapters/stomp/stomp-bus.ts';

export interface PlaygroundBroker {
  readonly broker: EmbeddedBroker;
  /** A new connection to it. */
  connect(): StompBus;
}

/** The embedded broker on loopback, with a password that only this process knows. */
export async function startBroker(): Promise<PlaygroundBroker> {
  const login = 'playground';
  const passcode = randomBytes(24).toString('base64url');
  const broker = await startEmbeddedBroker({ login, passcode });
  const servers = [{ host: broker.host, port: broker.port }];
  return { broker, connect: () => createStompBus({ servers, login, passcode }) };
}
