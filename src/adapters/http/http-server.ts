import { createServer as createPlainServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { McoError } from '../../core/errors.ts';
import type { HttpRoute } from '../../core/http.ts';
import { Exchanges } from './exchanges.ts';
import { createFullNotice } from './full-notice.ts';
import { DEFAULT_LIMITS, type HttpLimits } from './http-limits.ts';
import { listen } from './listen.ts';
import { buildRouteTable } from './route-table.ts';
import { isLeaving, sayGoodbye } from './say-goodbye.ts';

export interface HttpServerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** PEM. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  readonly routes: readonly HttpRoute[];
  /** A handler that failed, or the server that is full. */
  onProblem(problem: McoError): void;
  readonly limits?: Partial<HttpLimits> | undefined;
}

export interface HttpServer {
  /** `http://127.0.0.1:8065`. */
  readonly address: string;
  /** Takes no more requests, waits for those that came for five seconds at most, and ends. */
  close(): Promise<void>;
}

/**
 * The bot's own HTTP server, for what chat services send it: the given routes and `/healthz`, HTTP/1.1, everything bounded.
 *
 * @throws McoError `failed/listen` when the port can't be had; `usage/tls`; `usage/route`
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const limits: HttpLimits = { ...DEFAULT_LIMITS, ...options.limits };
  const onProblem = (problem: McoError): void => {
    try {
      options.onProblem(problem);
    } catch {
      // A log that fails has nowhere left to say so.
    }
  };
  const server = createServer(options, limits);
  const exchanges = new Exchanges({ findRoute: buildRouteTable(options.routes), limits, onProblem });
  server.on('request', (request, response) => exchanges.receive(request, response, false));
  server.on('checkContinue', (request, response) => exchanges.receive(request, response, true));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (isLeaving(socket)) return;
    const status = statusOf(error.code);
    if (status === undefined || !socket.writable || exchanges.isAnswering(socket)) socket.destroy();
    else sayGoodbye(socket, status, limits);
  });
  const sockets = keepSockets(server, limits, onProblem);
  await listen(server, options);
  server.on('error', (error) =>
    onProblem(new McoError('failed/http', 'the HTTP server has a problem', { cause: error })),
  );
  const end = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    const timer = new AbortController();
    await Promise.race([exchanges.close(), sleep(limits.closeMs, undefined, { signal: timer.signal })]);
    timer.abort();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  let ended: Promise<void> | undefined;
  return {
    address: formatAddress(server.address() as AddressInfo, options.tls !== undefined),
    close() {
      ended ??= end();
      return ended;
    },
  };
}

function createServer({ tls }: HttpServerOptions, limits: HttpLimits): Server {
  const { requestMs, keepAliveMs, maxHeaderBytes } = limits;
  const bounds = {
    maxHeaderSize: maxHeaderBytes,
    headersTimeout: requestMs,
    requestTimeout: requestMs,
    keepAliveTimeout: keepAliveMs,
    connectionsCheckingInterval: Math.min(1000, requestMs),
    requireHostHeader: true,
    insecureHTTPParser: false,
  };
  const server = tls === undefined ? createPlainServer(bounds) : createSecureServer(bounds, tls, requestMs);
  server.maxConnections = limits.maxConnections;
  server.setTimeout(limits.idleMs);
  return server;
}

function createSecureServer(bounds: object, tls: { cert: string; key: string }, handshakeTimeout: number): Server {
  try {
    const { cert, key } = tls;
    return createTlsServer({ ...bounds, cert, key, minVersion: 'TLSv1.2', handshakeTimeout });
  } catch (cause) {
    throw new McoError('usage/tls', "the HTTP server's certificate or key can't be used", {
      hint: 'both must be PEM, belong to each other, and the key must have no passphrase',
      cause,
    });
  }
}

/** All connections, also those that have not got as far as HTTP. */
function keepSockets(server: Server, limits: HttpLimits, onProblem: (problem: McoError) => void): ReadonlySet<Duplex> {
  const sockets = new Set<Duplex>();
  const { maxConnections } = limits;
  const full = createFullNotice(maxConnections, () =>
    onProblem(new McoError('failed/http-busy', `${maxConnections} connections are open, more are closed at once`)),
  );
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
      full.noteCount(sockets.size);
    });
  });
  server.on('drop', full.noteFull);
  return sockets;
}

/** What a client is told that does not speak HTTP as it should; undefined: nothing. */
function statusOf(code: string | undefined): number | undefined {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 408;
  if (code === 'HPE_HEADER_OVERFLOW') return 431;
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return 413;
  return code?.startsWith('HPE_') ? 400 : undefined;
}

function formatAddress({ address, port, family }: AddressInfo, isTls: boolean): string {
  const host = family === 'IPv6' ? `[${address}]` : address;
  return `${isTls ? 'https' : 'http'}://${host}:${port}`;
}
