import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HttpRequest, HttpResponse, HttpRoute } from '../../../../src/core/http.ts';

/** A small HTTP server on 127.0.0.1 for routes that are known only once its address is. */
export async function serveRoutes(): Promise<{ url: string; routes: readonly HttpRoute[]; close(): void }> {
  const served = { url: '', routes: [] as readonly HttpRoute[], close: () => {} };
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const request = await readRequest(incoming);
    const route = served.routes.find(({ path, method }) => path === request.path && method === request.method);
    const response: HttpResponse | undefined = await route?.handle(request);
    const { status, headers, body } = response ?? { status: 404, headers: {}, body: '{}' };
    outgoing.writeHead(status, { ...headers }).end(body ?? '{}');
  };
  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  served.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  served.close = () => {
    server.close();
    server.closeAllConnections();
  };
  return served;
}

async function readRequest(incoming: IncomingMessage): Promise<HttpRequest> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  const [path = '', query = ''] = (incoming.url ?? '').split('?');
  const headers = incoming.headers as Record<string, string | undefined>;
  return { method: incoming.method ?? '', path, query, headers, body: Buffer.concat(parts) };
}
