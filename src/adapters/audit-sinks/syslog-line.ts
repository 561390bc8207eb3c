import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const CONNECT_TIMEOUT_MS = 10_000;

/** An open way to a syslog server. */
export interface SyslogLine {
  /** Resolves when the message has left; that it arrived nobody knows. */
  send(message: string): Promise<void>;
  /** Nothing more gets through: open another one. */
  readonly isBroken: boolean;
  close(): void;
}

export interface SyslogTarget {
  readonly host: string;
  readonly port: number;
  readonly protocol: 'udp' | 'tcp';
  /** Told when it breaks while nothing is being sent. */
  onBreak(error: Error): void;
}

/** Rejects with what the system says when the server can't be reached. */
export const openSyslogLine = (target: SyslogTarget): Promise<SyslogLine> =>
  target.protocol === 'udp' ? openUdp(target) : openTcp(target);

/** One message a datagram (RFC 5426). It is connected, so that a closed port is noticed. */
async function openUdp({ host, port, onBreak }: SyslogTarget): Promise<SyslogLine> {
  const { address, family } = await lookup(host);
  const socket: UdpSocket = createSocket(family === 6 ? 'udp6' : 'udp4');
  try {
    socket.connect(port, address);
    await once(socket, 'connect');
  } catch (thrown) {
    socket.close();
    throw thrown;
  }
  let isBroken = false;
  socket.on('error', (error) => {
    isBroken = true;
    onBreak(error);
  });
  return {
    get isBroken() {
      return isBroken;
    },
    send: (message) =>
      new Promise((resolve, reject) => {
        socket.send(Buffer.from(message), (error) => (error ? reject(error) : resolve()));
      }),
    close: () => socket.close(),
  };
}

/** Octet counting (RFC 6587, 3.4.1). */
async function openTcp({ host, port, onBreak }: SyslogTarget): Promise<SyslogLine> {
  const socket: Socket = connect({ host, port, keepAlive: true });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS) });
  } catch (thrown) {
    // Late errors are of no interest.
    socket.on('error', () => {}).destroy();
    throw thrown;
  }
  // What it says is read and dropped: otherwise its end would never be seen.
  socket.resume();
  socket.on('error', onBreak);
  return {
    get isBroken() {
      return !socket.writable;
    },
    send: (message) =>
      new Promise((resolve, reject) => {
        const bytes = Buffer.from(message);
        const frame = Buffer.concat([Buffer.from(`${bytes.length} `), bytes]);
        socket.write(frame, (error) => (error ? reject(error) : resolve()));
      }),
    // What the system has taken is still sent.
    close: () => (socket.writableLength === 0 ? socket.destroySoon() : socket.destroy()),
  };
}
