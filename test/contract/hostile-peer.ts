import { createServer, type Socket } from 'node:net';

/** What a scripted peer may do with one connection. */
export interface Victim {
  readonly socket: Socket;
  write(bytes: string | Buffer): void;
  /** Writes until the other side has had enough or `maxBytes` went out; resolves with how much that was. */
  flood(chunk: string, maxBytes: number): Promise<number>;
  /** Resolves when the other side has sent a text that matches. */
  seen(pattern: RegExp): Promise<RegExpExecArray>;
  /** Answers CONNECT and confirms the first subscription. */
  greet(connected?: string): Promise<void>;
}

export interface HostilePeer {
  readonly port: number;
  /** How many connections came. */
  readonly visits: number;
  close(): Promise<void>;
}

export const CONNECTED = 'CONNECTED\nversion:1.2\nheart-beat:0,0\n\n\0\n';

/** A server on 127.0.0.1 that does to every connection what the script says. */
export async function startHostilePeer(script: (victim: Victim) => Promise<unknown> | unknown): Promise<HostilePeer> {
  const sockets = new Set<Socket>();
  let visits = 0;
  const server = createServer((socket) => {
    visits += 1;
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    // A script that waits for what never comes ends with its connection.
    Promise.resolve(script(createVictim(socket))).catch(() => socket.destroy());
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  return {
    port,
    get visits() {
      return visits;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function createVictim(socket: Socket): Victim {
  let text = '';
  const wakers = new Set<() => void>();
  socket.on('data', (chunk) => {
    text = (text + chunk.toString('latin1')).slice(-65_536);
    for (const wake of [...wakers]) wake();
  });
  const seen = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(text);
        if (match === null) return;
        wakers.delete(look);
        resolve(match);
      };
      wakers.add(look);
      socket.once('close', () => reject(new Error('closed')));
      look();
    });
  const write = (bytes: string | Buffer) => {
    if (!socket.destroyed) socket.write(bytes);
  };
  return {
    socket,
    write,
    seen,
    async flood(chunk, maxBytes) {
      let sent = 0;
      const closed = new Promise((resolve) => socket.once('close', resolve));
      while (!socket.destroyed && sent < maxBytes) {
        sent += chunk.length;
        if (!socket.write(chunk)) await Promise.race([closed, new Promise((resolve) => socket.once('drain', resolve))]);
      }
      return sent;
    },
    async greet(connected = CONNECTED) {
      await seen(/^CONNECT\n/);
      write(connected);
      const receipt = (await seen(/receipt:(subscribe-\w+)/))[1];
      write(`RECEIPT\nreceipt-id:${receipt}\n\n\0\n`);
    },
  };
}
