import type { WebSocket } from 'ws';
import type { ServerEvent, World } from './world.ts';

/** One websocket connection as its client sees it: an id and a sequence that outlive a cut socket. */
export interface SocketSession {
  readonly id: string;
  readonly userId: string;
  readonly isOpen: boolean;
  readonly closedAt: number;
  /** Whether every event from this sequence number on is still there. */
  holdsFrom(sequence: number): boolean;
  /** Takes a socket and sends it what it has not seen, from this sequence number on. */
  attach(socket: WebSocket, sequence: number): void;
  detach(socket: WebSocket): void;
  /** Sends, or keeps for a reconnect. */
  send(event: ServerEvent): void;
  /** Ends the socket without a close frame. */
  cut(): void;
}

/** How many events are kept for a reconnect. */
const KEPT_EVENTS = 128;

export function createSocketSession(world: World, use: { userId: string; id: string }): SocketSession {
  let socket: WebSocket | undefined;
  let closedAt = 0;
  let sequence = 0;
  let kept: { seq: number; text: string }[] = [];
  return {
    ...use,
    get isOpen() {
      return socket !== undefined;
    },
    get closedAt() {
      return closedAt;
    },
    holdsFrom: (from) => from === sequence || kept.some(({ seq }) => seq === from),
    attach(taken, from) {
      socket = taken;
      for (const { seq, text } of kept) if (seq >= from) taken.send(text);
    },
    detach(gone) {
      if (socket !== gone) return;
      socket = undefined;
      closedAt = world.clock.now();
    },
    send(event) {
      const seq = sequence++;
      const broadcast = {
        omit_users: null,
        user_id: 'user' in event.to ? event.to.user : '',
        channel_id: 'channel' in event.to ? event.to.channel : '',
        team_id: '',
      };
      const text = JSON.stringify({ event: event.event, data: event.data, broadcast, seq });
      kept = [...kept, { seq, text }].slice(-KEPT_EVENTS);
      socket?.send(text);
    },
    cut() {
      const gone = socket;
      socket = undefined;
      closedAt = world.clock.now();
      gone?.terminate();
    },
  };
}
