import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import type { Receipt, Transport } from './delivery.ts';
import { isRecord } from './read-arguments.ts';
import type { PayloadKind } from './slack-types.ts';
import type { Workspace } from './workspace.ts';

const ACK_LIMIT_MS = 3000;
const TICKET_LIFETIME_MS = 30_000;
const MAX_SOCKETS = 10;
const PING_EVERY_MS = 10_000;
const NOTICE_MS = 10_000;
const POLITE_CLOSE_MS = 200;

const ENVELOPE_TYPES: Readonly<Record<PayloadKind, string>> = {
  event: 'events_api',
  command: 'slash_commands',
  click: 'interactive',
};

/** An open socket and the envelopes that it has not acknowledged. */
interface Link {
  readonly socket: WebSocket;
  readonly pending: Map<string, (response: unknown) => void>;
  isMuted: boolean;
  stopPings(): void;
}

export interface SocketMode extends Transport {
  readonly size: number;
  openTicket(): Record<string, unknown>;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  dropSockets(count: number): void;
  disconnect(reason: string): void;
  muteSockets(): void;
  close(): Promise<void>;
}

/** https://docs.slack.dev/apis/events-api/using-socket-mode */
export function createSocketMode(workspace: Workspace): SocketMode {
  const { clock } = workspace;
  const tickets = new Map<string, number>();
  const links: Link[] = [];
  const timers = new Set<() => void>();
  const waiting = new Set<() => void>();
  const server = new WebSocketServer({ noServer: true, autoPong: false });
  let turn = 0;

  function later(delayMs: number, fn: () => void): () => void {
    const cancel = clock.after(delayMs, () => {
      timers.delete(cancel);
      fn();
    });
    timers.add(cancel);
    return () => {
      timers.delete(cancel);
      cancel();
    };
  }

  function accept(socket: WebSocket): void {
    socket.on('error', () => {});
    if (links.length >= MAX_SOCKETS) {
      socket.send(JSON.stringify({ type: 'disconnect', reason: 'too_many_websockets', debug_info: {} }));
      socket.close();
      return;
    }
    const link: Link = { socket, pending: new Map(), isMuted: false, stopPings: () => {} };
    links.push(link);
    socket.on('message', (data, isBinary) => {
      if (!isBinary && !link.isMuted) takeAcknowledgement(link, String(data as Buffer));
    });
    socket.on('ping', (data) => {
      if (!link.isMuted) socket.pong(data);
    });
    socket.on('close', () => {
      link.stopPings();
      if (links.includes(link)) links.splice(links.indexOf(link), 1);
    });
    socket.send(JSON.stringify(greet(workspace, links.length)));
    keepPinging(link);
  }

  function keepPinging(link: Link): void {
    if (!link.isMuted) link.socket.ping();
    link.stopPings = later(PING_EVERY_MS, () => keepPinging(link));
  }

  return {
    get size() {
      return links.length;
    },
    openTicket() {
      const ticket = randomUUID();
      tickets.set(ticket, clock.now());
      return { url: `${workspace.origin.replace('http', 'ws')}/link/?ticket=${ticket}&app_id=${workspace.appId}` };
    },
    upgrade(request, socket, head) {
      const url = new URL(request.url ?? '/', workspace.origin);
      const ticket = url.searchParams.get('ticket') ?? '';
      const issuedAt = tickets.get(ticket);
      tickets.delete(ticket);
      if (url.pathname !== '/link/' || issuedAt === undefined || clock.now() - issuedAt > TICKET_LIFETIME_MS) {
        socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      server.handleUpgrade(request, socket, head, accept);
    },
    send(kind, payload, retry) {
      const link = links[turn++ % Math.max(1, links.length)];
      if (link === undefined)
        return Promise.resolve({ isAcknowledged: false, wasSent: false, reason: 'connection_failed' });
      return new Promise<Receipt>((resolve) => {
        const id = randomUUID();
        const finish = (receipt: Receipt): void => {
          cancel();
          waiting.delete(giveUp);
          link.pending.delete(id);
          resolve(receipt);
        };
        const giveUp = (): void => finish({ isAcknowledged: false, wasSent: true, reason: 'timeout' });
        const cancel = later(ACK_LIMIT_MS, giveUp);
        waiting.add(giveUp);
        link.pending.set(id, (response) => finish({ isAcknowledged: true, response }));
        const retryFields =
          kind === 'event' ? { retry_attempt: retry?.attempt ?? 0, retry_reason: retry?.reason ?? '' } : {};
        const envelope = {
          envelope_id: id,
          type: ENVELOPE_TYPES[kind],
          payload,
          accepts_response_payload: kind !== 'event',
          ...retryFields,
        };
        if (!link.isMuted) link.socket.send(JSON.stringify(envelope));
      });
    },
    dropSockets(count) {
      for (const link of links.splice(0, count)) link.socket.terminate();
    },
    disconnect(reason) {
      for (const { socket } of links) {
        socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'applink-1' } }));
        later(NOTICE_MS, () => socket.close());
      }
    },
    muteSockets() {
      for (const link of links) link.isMuted = true;
    },
    async close() {
      for (const giveUp of [...waiting]) giveUp();
      const sockets = links.splice(0).map(({ socket }) => socket);
      await Promise.all(sockets.filter(({ readyState }) => readyState !== WebSocket.CLOSED).map(closeSocket));
      for (const cancel of [...timers]) cancel();
      server.close();
    },
  };
}

/** Ends a socket politely, so that clients that are closing it themselves need not wait; not for long. */
function closeSocket(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => socket.terminate(), POLITE_CLOSE_MS);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.close();
  });
}

function greet(workspace: Workspace, sockets: number): object {
  return {
    type: 'hello',
    num_connections: sockets,
    debug_info: { host: 'applink-1', build_number: 1, approximate_connection_time: 18_060 },
    connection_info: { app_id: workspace.appId },
  };
}

/** Only the socket that got an envelope can acknowledge it, and only once. */
function takeAcknowledgement(link: Link, text: string): void {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return;
  }
  if (!isRecord(message) || typeof message.envelope_id !== 'string') return;
  const acknowledge = link.pending.get(message.envelope_id);
  link.pending.delete(message.envelope_id);
  acknowledge?.(message.payload);
}
