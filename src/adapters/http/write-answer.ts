import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { HttpResponse } from '../../core/http.ts';

/**
 * Writes an answer whole, with its exact length.
 *
 * @throws Error on a status or header that is none; nothing has been written then
 */
export function writeAnswer(response: ServerResponse, answer: HttpResponse, isLast: boolean): void {
  if (response.destroyed || response.headersSent) return;
  const { status, headers = {}, body = '' } = answer;
  const bytes = Buffer.from(body);
  const given = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  response.writeHead(status, STATUS_CODES[status] ?? '', {
    ...(bytes.length === 0 ? {} : { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' }),
    ...Object.fromEntries(given),
    // RFC 9110, 8.6: an answer that can't have content says nothing of its length.
    ...(status === 204 || status === 304 ? {} : { 'content-length': bytes.length }),
    ...(isLast ? { connection: 'close' } : {}),
  });
  response.end(bytes);
}
