import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedCall {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface StubBot {
  /** `http://127.0.0.1:PORT/` */
  readonly url: string;
  readonly received: ReceivedCall[];
  /** What it answers from now on. `hangs` never answers. */
  answer: { status: number; body: string; type?: string } | 'hangs';
  close(): Promise<void>;
}

/** What a client gets that follows a redirect, which the server must not do. */
const FOLLOWED: { status: number; body: string; type?: string } = { status: 200, body: '{}' };

/** An integration that notes what it is sent and answers what it is told to; `{}` at first. */
export async function startStubBot(): Promise<StubBot> {
  const received: ReceivedCall[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
      if (bot.answer === 'hangs') return;
      const wasRedirected = request.url === '/elsewhere';
      const { status, body, type = 'application/json' } = wasRedirected ? FOLLOWED : bot.answer;
      response.writeHead(status, { 'content-type': type, location: `${bot.url}elsewhere` });
      response.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bot: StubBot = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    received,
    answer: { status: 200, body: '{}' },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return bot;
}
