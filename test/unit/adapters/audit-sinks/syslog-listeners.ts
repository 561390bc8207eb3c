import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** RFC 5424, 6, for messages with a JSON object and without structured data. */
const MESSAGE =
  /^<(?<pri>\d{1,3})>1 (?<time>-|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z) (?<host>[!-~]{1,255}) (?<app>[!-~]{1,48}) (?<pid>[!-~]{1,128}) (?<id>[!-~]{1,32}) - (?<json>\{[ -~]*\})$/;

export interface ReadMessage {
  readonly pri: number;
  readonly time: string;
  readonly app: string;
  readonly id: string;
  readonly body: Record<string, unknown>;
}

/** Takes nothing that is not to the letter. */
export function readMessage(text: string): ReadMessage {
  const { pri, time = '', app = '', id = '', json = '' } = MESSAGE.exec(text)?.groups ?? {};
  assert.ok(pri !== undefined, `not a syslog message: ${text.slice(0, 200)}`);
  assert.ok(Number(pri) <= 191 && String(Number(pri)) === pri);
  return { pri: Number(pri), time, app, id, body: JSON.parse(json) as Record<string, unknown> };
}

export interface Listener {
  readonly port: number;
  readonly messages: ReadMessage[];
  /** Resolves when there are so many messages. */
  waitFor(count: number): Promise<void>;
  close(): Promise<void>;
}

function createInbox() {
  const messages: ReadMessage[] = [];
  let look: () => void = () => {};
  return {
    messages,
    add(text: string) {
      messages.push(readMessage(text));
      look();
    },
    waitFor: (count: number): Promise<void> =>
      new Promise((resolve) => {
        look = () => {
          if (messages.length >= count) resolve();
        };
        look();
      }),
  };
}

export async function listenUdp(port = 0): Promise<Listener & { readonly sizes: number[] }> {
  const socket = createSocket('udp4');
  const inbox = createInbox();
  const sizes: number[] = [];
  socket.on('message', (bytes) => {
    sizes.push(bytes.length);
    inbox.add(bytes.toString('utf8'));
  });
  socket.bind(port, '127.0.0.1');
  await once(socket, 'listening');
  return {
    ...inbox,
    sizes,
    port: socket.address().port,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

/** Reads frames by their counted octets; anything else is an error. */
export async function listenTcp(port = 0): Promise<Listener & { drop(): void; readonly connections: () => number }> {
  const inbox = createInbox();
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    let rest = Buffer.alloc(0);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      for (;;) {
        const [head, digits] = /^([1-9]\d*) /.exec(rest.subarray(0, 12).toString('latin1')) ?? [];
        if (head === undefined || digits === undefined) {
          assert.ok(rest.length < 12, 'the frame does not begin with a count');
          return;
        }
        const end = head.length + Number(digits);
        if (rest.length < end) return;
        inbox.add(rest.subarray(head.length, end).toString('utf8'));
        rest = rest.subarray(end);
      }
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    ...inbox,
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    drop,
    close: () => {
      drop();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
