import * as v from 'valibot';
import { type BusEvent, createStompBus, type StompBus, type StompBusOptions } from '../adapters/stomp/stomp-bus.ts';
import { prepareServer, type StompServer } from '../adapters/stomp/stomp-server.ts';
import { pathSchema, readNamedFile, readSecretFile } from './load-config.ts';
import { logInfo, logWarning } from './log.ts';

const shortText = v.pipe(v.string(), v.minLength(1), v.maxLength(255));

/** The section `broker` of a configuration file. */
export const brokerSchema = v.strictObject({
  servers: v.pipe(
    v.array(
      v.strictObject({
        host: shortText,
        port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)),
        tls: v.optional(
          v.strictObject({
            ca: pathSchema,
            servername: v.optional(shortText),
            cert: v.optional(pathSchema),
            key: v.optional(pathSchema),
            max_version: v.optional(v.picklist(['TLSv1.2', 'TLSv1.3'])),
          }),
        ),
      }),
    ),
    v.minLength(1, 'at least one server is expected'),
  ),
  login: v.optional(shortText),
  passcode_file: v.optional(pathSchema),
  flavour: v.optional(v.picklist(['activemq', 'rabbitmq'])),
});

export type BrokerConfig = v.InferOutput<typeof brokerSchema>;

type ResolvePath = (path: string) => string;

/**
 * What a configuration says about the broker, with its files read.
 *
 * @throws McoError `usage/bad-file`, `usage/open-file`, `usage/tls`
 */
export async function readBrokerOptions(config: BrokerConfig, resolvePath: ResolvePath): Promise<StompBusOptions> {
  const { login, flavour } = config;
  const passcode =
    config.passcode_file === undefined
      ? undefined
      : await readSecretFile(resolvePath(config.passcode_file), 'the passcode file');
  const servers = await Promise.all(config.servers.map((server) => readServer(server, resolvePath)));
  for (const server of servers) prepareServer(server);
  return {
    servers,
    ...(login === undefined ? {} : { login }),
    ...(passcode === undefined ? {} : { passcode }),
    ...(flavour === undefined ? {} : { flavour }),
  };
}

/**
 * A connection that logs when it comes and goes.
 *
 * @throws McoError `usage/login`
 */
export const createLoggedBus = (options: StompBusOptions): StompBus =>
  createStompBus({ ...options, onEvent: logBusEvent });

async function readServer(
  { host, port, tls }: BrokerConfig['servers'][number],
  resolvePath: ResolvePath,
): Promise<StompServer> {
  if (tls === undefined) return { host, port };
  const read = async (path: string | undefined, what: string): Promise<string | undefined> =>
    path === undefined ? undefined : await readNamedFile(resolvePath(path), what);
  const ca = (await read(tls.ca, 'the CA file')) ?? '';
  const cert = await read(tls.cert, 'the certificate');
  const key = await read(tls.key, 'the TLS key');
  return {
    host,
    port,
    tls: {
      ca,
      ...(tls.servername === undefined ? {} : { servername: tls.servername }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(tls.max_version === undefined ? {} : { maxVersion: tls.max_version }),
    },
  };
}

function logBusEvent(event: BusEvent): void {
  switch (event.type) {
    case 'up':
      return logInfo(`connected to ${event.server}`);
    case 'waiting':
      return logInfo(`next attempt in ${(event.delayMs / 1000).toFixed(1)} s`);
    case 'handler-failed':
      return logWarning(`bug/handler-failed: a message from ${event.destination} was not handled: ${event.reason}`);
    default:
      return logWarning(`unreachable/broker: ${event.type}: ${event.reason}`);
  }
}
