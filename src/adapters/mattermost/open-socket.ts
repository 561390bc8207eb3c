import { WebSocket } from 'ws';
import type { McoError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { describeLostAnswer } from './chat-error.ts';
import { readFrame, type SocketFrame } from './socket-frame.ts';

/** A post may carry 800,000 characters of props; what is larger ends the connection. */
const MAX_FRAME_BYTES = 16 * 1024 * 1024;
const HANDSHAKE_MS = 10_000;
const PING_EVERY_MS = 20_000;
const PONG_WITHIN_MS = 10_000;

export interface SocketEvents {
  /** The server answered: the connection works in both directions. After every round trip. */
  readonly onAlive: () => void;
  readonly onFrame: (frame: Exclude<SocketFrame, { kind: 'reply' }>) => void;
  /** Once; nothing comes after it. */
  readonly onEnd: (reason: McoError) => void;
}

export interface Socket {
  /** Resolves when the server answered a question; never, when the connection ends before. */
  ping(): Promise<void>;
  close(): void;
}

/**
 * One WebSocket connection. Mattermost replays what was missed on a short cut only where the upgrade itself carries
 * the token, and its own `ping` is answered only on a connection that is logged in. That is why this is not the
 * SDK's WebSocketClient, which also needs two globals that Node 20 lacks, prints to the console (a failed upgrade with
 * its token in it), and throws out of the event loop on a frame that is not JSON.
 */
export function openSocket(target: { url: string; token: string; clock: Clock }, events: SocketEvents): Socket {
  const { clock } = target;
  const waiting = new Map<number, () => void>();
  let pings = 0;
  let ended = false;
  let cancelTimer = (): void => {};

  const socket = new WebSocket(target.url, {
    headers: { authorization: `Bearer ${target.token}` },
    handshakeTimeout: HANDSHAKE_MS,
    maxPayload: MAX_FRAME_BYTES,
    followRedirects: false,
  });
  const end = (reason: unknown): void => {
    if (ended) return;
    ended = true;
    cancelTimer();
    socket.terminate();
    events.onEnd(describeLostAnswer(reason));
  };
  const ping = (): Promise<void> =>
    new Promise((resolve) => {
      pings += 1;
      waiting.set(pings, resolve);
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ action: 'ping', seq: pings }));
    });
  const watch = (): void => {
    let isAnswered = false;
    cancelTimer = clock.after(PONG_WITHIN_MS, () => {
      if (!isAnswered) end(new Error('it did not answer a ping'));
      else cancelTimer = clock.after(PING_EVERY_MS - PONG_WITHIN_MS, watch);
    });
    void ping().then(() => {
      isAnswered = true;
    });
  };
  const take = (frame: SocketFrame | undefined): void => {
    if (ended || frame === undefined) return;
    if (frame.kind !== 'reply') return events.onFrame(frame);
    const answered = waiting.get(frame.to);
    waiting.delete(frame.to);
    if (!frame.isGood) return end(new Error('it does not take the token'));
    answered?.();
    if (answered !== undefined) events.onAlive();
  };
  socket.on('open', watch);
  socket.on('message', (data, isBinary) =>
    take(isBinary ? undefined : readFrame(Buffer.concat([data].flat() as Uint8Array[]).toString('utf8'))),
  );
  socket.on('error', end);
  socket.on('unexpected-response', (_request, response) =>
    end(new Error(`the upgrade was refused: ${response.statusCode}`)),
  );
  socket.on('close', (code) => end(new Error(`closed with ${code}`)));
  return {
    ping,
    close() {
      ended = true;
      cancelTimer();
      socket.terminate();
    },
  };
}
