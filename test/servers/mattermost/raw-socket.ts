import { WebSocket } from 'ws';

export interface RawFrame {
  readonly event?: string;
  readonly seq?: number;
  readonly seq_reply?: number;
  readonly status?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

export interface RawSocket {
  readonly frames: RawFrame[];
  /** The close code once it is closed. */
  readonly closedWith: number | undefined;
  send(frame: object): void;
}

/** A bare websocket client: no reconnects, no opinions. Resolves when it is open. */
export async function listenRaw(
  url: string,
  use: { token?: string; connectionId?: string; sequence?: number },
): Promise<RawSocket> {
  const query = new URLSearchParams({
    connection_id: use.connectionId ?? '',
    sequence_number: String(use.sequence ?? 0),
  });
  const headers = use.token === undefined ? {} : { authorization: `Bearer ${use.token}` };
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/v4/websocket?${query}`, { headers });
  const frames: RawFrame[] = [];
  let closedWith: number | undefined;
  socket.on('message', (data: Buffer) => frames.push(JSON.parse(data.toString('utf8')) as RawFrame));
  socket.on('close', (code) => {
    closedWith = code;
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.on('error', () => {});
  return {
    frames,
    get closedWith() {
      return closedWith;
    },
    send: (frame) => socket.send(JSON.stringify(frame)),
  };
}
