import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { startEmbeddedBroker } from '../../src/adapters/embedded-broker/embedded-broker.ts';
import { createStompBus, type StompBus } from '../../src/adapters/stomp/stomp-bus.ts';
import { type Activemq, findFreePort, startActivemq } from '../contract/activemq.ts';

/** The users of the configuration that we ship. `admin` may read and write everywhere: an attacker on the broker. */
export const PASSCODES = { bot: 'for-the-bot', agent: 'for-the-agents', admin: 'for-the-admin' } as const;

export type Login = keyof typeof PASSCODES;

export interface SiteBroker extends Pick<Activemq, 'kill' | 'restart' | 'stop'> {
  readonly plainPort: number;
  readonly tlsPort: number;
  /** PEM. */
  readonly ca: string;
}

/** ActiveMQ with the configuration that we ship, and a second connector without TLS. */
export async function startSiteBroker(dir: string): Promise<SiteBroker> {
  const plainPort = await findFreePort();
  const shipped = readFileSync(resolve('deploy/activemq/activemq.xml'), 'utf8');
  const limits = 'wireFormat.maxDataLength=1114112&amp;transport.hbGracePeriodMultiplier=1.5';
  const connector = `<transportConnector name="plain" uri="stomp://127.0.0.1:${plainPort}?${limits}"/>`;
  const configFile = join(dir, 'activemq.xml');
  writeFileSync(
    configFile,
    shipped.replace('<transportConnectors>', (tag) => tag + connector),
  );
  const passcodes = Object.entries(PASSCODES).map(([login, passcode]) => [`mco.${login}.passcode`, passcode]);
  const properties = { ...Object.fromEntries(passcodes), 'mco.keystore.password': 'changeit' };
  const broker = await startActivemq({ configFile, tls: true, properties });
  const { tlsPort = 0, ca = '' } = broker;
  return { plainPort, tlsPort, ca, kill: broker.kill, restart: broker.restart, stop: broker.stop };
}

/** The embedded broker in its place: it is there at once, lets everybody in, and has no TLS. */
export async function startQuickBroker(): Promise<SiteBroker> {
  const broker = await startEmbeddedBroker();
  const refuse = () => Promise.reject(new Error('the embedded broker is not started again'));
  return { plainPort: broker.port, tlsPort: 0, ca: '', kill: broker.kill, restart: refuse, stop: broker.close };
}

/** A connection of the test's own. */
export function connectAs(login: Login, { plainPort }: SiteBroker): StompBus {
  return createStompBus({ servers: [{ host: '127.0.0.1', port: plainPort }], login, passcode: PASSCODES[login] });
}

/** Sends a body with no other header than its destination, which our own client never does. Resolves when it arrived. */
export function sendBare({ plainPort }: SiteBroker, destination: string, body: Uint8Array): Promise<void> {
  const frame = (command: string, headers: Record<string, string>, payload: Uint8Array = new Uint8Array()) => {
    const head = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
    return Buffer.concat([Buffer.from(`${command}\n${head.join('')}\n`), payload, Buffer.from([0])]);
  };
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(plainPort, '127.0.0.1', () => {
      const { admin } = PASSCODES;
      socket.write(frame('CONNECT', { 'accept-version': '1.2', host: 'mco', login: 'admin', passcode: admin }));
      socket.write(frame('SEND', { destination, receipt: 'r', 'content-length': String(body.length) }, body));
    });
    socket.on('data', (chunk) => {
      answer += chunk.toString();
      if (answer.includes('RECEIPT')) socket.end();
    });
    socket.once('error', reject);
    socket.once('close', () => {
      if (answer.includes('RECEIPT')) resolve();
      else reject(new Error(`the broker did not take it: ${answer}`));
    });
  });
}
