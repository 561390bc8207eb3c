import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { newMattermostId } from './new-id.ts';
import { findUserByToken } from './permissions.ts';
import { createSocketSession, type SocketSession } from './socket-session.ts';
import type { ServerEvent, World } from './world.ts';

export interface SocketHub {
  readonly open: number;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  publish(event: ServerEvent): void;
  /** Cuts every socket without a close frame; a test's user id cuts that user's only. */
  drop(userId?: string): void;
  /** Forgets every connection, as a restart does. */
  forget(): void;
}

/** An unauthenticated socket is closed after this long. */
const AUTHENTICATE_WITHIN_MS = 5000;
/** A cut connection is remembered for this long. */
const REMEMBER_MS = 5 * 60_000;

export function createSocketHub(world: World, replays: boolean): SocketHub {
  const server = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 });
  const sessions = new Map<string, SocketSession>();
  const sockets = new Set<WebSocket>();

  const resume = (userId: string, url: URL): SocketSession | undefined => {
    const session = sessions.get(url.searchParams.get('connection_id') ?? '');
    if (!replays || session?.userId !== userId || session.isOpen) return undefined;
    const isForgotten = world.clock.now() - session.closedAt > REMEMBER_MS;
    const next = Number(url.searchParams.get('sequence_number') ?? '0');
    return !isForgotten && session.holdsFrom(next) ? session : undefined;
  };

  const start = (userId: string, socket: WebSocket): SocketSession => {
    const session = createSocketSession(world, { userId, id: newMattermostId() });
    sessions.set(session.id, session);
    session.attach(socket, 0);
    session.send({ event: 'hello', data: hello(session.id), to: { user: userId } });
    return session;
  };

  const accept = (socket: WebSocket, request: IncomingMessage): void => {
    sockets.add(socket);
    const url = new URL(request.url ?? '/', world.siteUrl);
    const bearer = /^bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    let session: SocketSession | undefined;
    if (bearer !== undefined) {
      const userId = findUserByToken(world, bearer)?.id;
      if (userId === undefined) return socket.terminate();
      session = resume(userId, url);
      if (session !== undefined) session.attach(socket, Number(url.searchParams.get('sequence_number') ?? '0'));
      session ??= start(userId, socket);
    }
    const cancel = world.clock.after(AUTHENTICATE_WITHIN_MS, () => session ?? socket.terminate());
    socket.on('error', () => {});
    socket.on('close', () => {
      sockets.delete(socket);
      cancel();
      session?.detach(socket);
    });
    socket.on('message', (data: Buffer, isBinary) => {
      const frame = isBinary ? undefined : parseFrame(data.toString('utf8'));
      if (frame === undefined) return socket.terminate();
      if (frame.action === 'authentication_challenge') {
        if (session !== undefined) return;
        const userId = findUserByToken(world, String(frame.data.token))?.id;
        if (userId === undefined) return socket.terminate();
        socket.send(JSON.stringify({ status: 'OK', seq_reply: frame.seq }));
        session = start(userId, socket);
        return;
      }
      socket.send(JSON.stringify(answerFrame(world, frame, session !== undefined)));
    });
  };

  return {
    get open() {
      return [...sessions.values()].filter((session) => session.isOpen).length;
    },
    upgrade: (request, socket, head) => server.handleUpgrade(request, socket, head, (ws) => accept(ws, request)),
    publish(event) {
      for (const session of sessions.values()) if (reaches(world, event, session.userId)) session.send(event);
    },
    drop(userId) {
      for (const session of sessions.values()) if (userId === undefined || session.userId === userId) session.cut();
      if (userId === undefined) for (const socket of sockets) socket.terminate();
    },
    forget: () => sessions.clear(),
  };
}

const hello = (connectionId: string) => ({ connection_id: connectionId, server_version: '5.37.0.5.37.0.test.false' });

/** Channel events go to the channel's members at that time. */
const reaches = (world: World, event: ServerEvent, userId: string): boolean =>
  'user' in event.to ? event.to.user === userId : world.channels.get(event.to.channel)?.members.has(userId) === true;

interface Frame {
  readonly seq: number;
  readonly action: string;
  readonly data: Record<string, unknown>;
}

function parseFrame(text: string): Frame | undefined {
  try {
    const frame: unknown = JSON.parse(text);
    if (typeof frame !== 'object' || frame === null) return undefined;
    const { seq, action, data } = frame as Record<string, unknown>;
    const fields = typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {};
    return { seq: typeof seq === 'number' ? seq : 0, action: typeof action === 'string' ? action : '', data: fields };
  } catch {
    return undefined;
  }
}

function answerFrame(world: World, frame: Frame, isAuthenticated: boolean): unknown {
  const refuse = (name: string, status: number) => ({
    status: 'FAIL',
    error: { id: `api.web_socket_router.${name}.app_error`, message: name, detailed_error: '', status_code: status },
    seq_reply: frame.seq,
  });
  if (frame.action === '') return refuse('no_action', 400);
  if (frame.seq <= 0) return refuse('bad_seq', 400);
  if (!isAuthenticated) return refuse('not_authenticated', 401);
  if (frame.action === 'ping')
    return { status: 'OK', data: { text: 'pong', server_time: world.clock.now() }, seq_reply: frame.seq };
  if (frame.action === 'user_typing' || frame.action === 'get_statuses')
    return { status: 'OK', data: {}, seq_reply: frame.seq };
  return refuse('bad_action', 500);
}
