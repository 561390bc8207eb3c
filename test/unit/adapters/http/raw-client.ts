import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** A client that writes what bytes it likes. */
export interface RawClient {
  readonly socket: Duplex;
  write(...pieces: (string | Uint8Array)[]): void;
  /** All that came, as soon as it holds the text; fails when the connection ends without it. */
  until(text: string): Promise<string>;
  /** All that came, when the connection has ended. */
  ended(): Promise<string>;
  /** Whether it ended before all was read that came or was sent. */
  wasReset(): boolean;
}

export async function connectRaw(address: string): Promise<RawClient> {
  const { hostname, port } = new URL(address);
  const socket: Socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await once(socket, 'connect');
  return wrapSocket(socket);
}

export function wrapSocket(socket: Duplex): RawClient {
  let said = '';
  let isOver = false;
  let wake = (): void => {};
  socket.on('data', (chunk: Buffer) => {
    said += chunk.toString('latin1');
    wake();
  });
  let wasReset = false;
  socket.on('error', () => {
    wasReset = true;
  });
  socket.on('close', () => {
    isOver = true;
    wake();
  });
  const change = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
    });
  return {
    socket,
    write(...pieces) {
      for (const piece of pieces) if (socket.writable) socket.write(piece);
    },
    async until(text) {
      while (!said.includes(text)) {
        if (isOver) throw new Error(`the connection ended after ${JSON.stringify(said)}`);
        await change();
      }
      return said;
    },
    async ended() {
      while (!isOver) await change();
      return said;
    },
    wasReset: () => wasReset,
  };
}

/** Sends all at once, and reads until the server ends the connection. */
export async function talk(address: string, ...pieces: (string | Uint8Array)[]): Promise<string> {
  const client = await connectRaw(address);
  client.write(...pieces);
  return client.ended();
}

export const CLOSE = 'Connection: close\r\n';

/** The head of a request: `POST /in`. */
export function head(line: string, headers = ''): string {
  return `${line} HTTP/1.1\r\nHost: bot\r\n${headers}\r\n`;
}

/** `HTTP/1.1 200 OK` and the like, of all answers that came. */
export function statusLines(said: string): string[] {
  return said.match(/HTTP\/1\.1 \d{3} [^\r]*/g) ?? [];
}
