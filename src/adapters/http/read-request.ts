import type { IncomingMessage } from 'node:http';
import type { HttpRequest } from '../../core/http.ts';

/** Whether something follows the headers. */
export function hasBody(request: IncomingMessage): boolean {
  return declaredLength(request) !== 0;
}

/** Whether the client says itself that its body is too large. */
export function declaresTooMuch(request: IncomingMessage, maxBytes: number): boolean {
  return (declaredLength(request) ?? 0) > maxBytes;
}

export function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '';
}

/** The whole request, if its body is not too large and comes whole. Never fails. */
export async function readRequest(
  request: IncomingMessage,
  maxBytes: number,
): Promise<HttpRequest | 'too-large' | 'gone'> {
  const body = await readBody(request, maxBytes);
  if (typeof body === 'string') return body;
  const path = pathOf(request);
  return {
    method: request.method ?? '',
    path,
    query: (request.url ?? '').slice(path.length + 1),
    headers: readHeaders(request.rawHeaders),
    body,
  };
}

function readBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array | 'too-large' | 'gone'> {
  return new Promise((resolve) => {
    // One piece of memory, as a body can come in as many pieces as it has bytes.
    const body = Buffer.alloc(Math.min(declaredLength(request) ?? maxBytes, maxBytes));
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      // INVARIANT: what is over the limit is not kept, also when the client never said how much would come.
      chunk.copy(body, size);
      size += chunk.length;
      if (size > maxBytes) resolve('too-large');
    });
    request.on('end', () => resolve(body.subarray(0, size)));
    request.on('close', () => resolve('gone'));
  });
}

/** In bytes; undefined when the client does not say. */
function declaredLength({ headers }: IncomingMessage): number | undefined {
  if (headers['transfer-encoding'] !== undefined) return undefined;
  return Number(headers['content-length'] ?? 0);
}

/** Of repeated headers the first: two parties that take different ones could be played against each other. */
function readHeaders(raw: readonly string[]): Readonly<Record<string, string>> {
  const headers: Record<string, string> = Object.create(null);
  for (let n = 0; n + 1 < raw.length; n += 2) {
    const name = (raw[n] ?? '').toLowerCase();
    headers[name] ??= raw[n + 1] ?? '';
  }
  return headers;
}
