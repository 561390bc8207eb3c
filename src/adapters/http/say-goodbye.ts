import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

const leaving = new WeakSet<Duplex>();

/** Whether this connection is being given up, so that nothing more counts that comes from it. */
export const isLeaving = (socket: Duplex): boolean => leaving.has(socket);

/**
 * Answers with a status alone and gives the connection up. What the client still sends is thrown away for a moment: a
 * connection that is closed on unread bytes is reset, and the client would never see the answer.
 */
export function sayGoodbye(
  socket: Duplex,
  status: number,
  { lingerMs, allow }: { readonly lingerMs: number; readonly allow?: string | undefined },
): void {
  if (leaving.has(socket)) return;
  leaving.add(socket);
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(timer));
  const more = allow === undefined ? '' : `Allow: ${allow}\r\n`;
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${more}Content-Length: 0\r\nConnection: close\r\n\r\n`,
  );
}
