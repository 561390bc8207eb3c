import type { IncomingMessage, ServerResponse } from 'node:http';
import { tooLarge, writeApiError } from './api-error.ts';
import type { ApiAnswer } from './api-route.ts';
import { asApiError, handleCall, parseBody, type RawCall } from './handle-call.ts';
import { newMattermostId } from './new-id.ts';
import { createRateLimiter, type RateDecision } from './rate-limiter.ts';
import type { ApiCall, CallFault, MattermostChaos, MattermostServerOptions } from './types.ts';
import type { World } from './world.ts';

const MAX_BODY_BYTES = 50 * 1024 * 1024;

export interface FrontUse {
  readonly world: World;
  readonly calls: ApiCall[];
  readonly chaos: MattermostChaos;
  readonly rateLimit: MattermostServerOptions['rateLimit'];
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** Everything between the wire and the API: rate limit, injected faults, bounds, headers and the record of calls. */
export function createHttpFront(use: FrontUse): Listener {
  const limit = use.rateLimit === undefined ? undefined : createRateLimiter(use.world.clock, use.rateLimit);
  return (request, response) => {
    answer({ ...use, request, response, rate: limit?.(request.socket.remoteAddress ?? '') }).catch(() => {
      request.socket.destroy();
    });
  };
}

interface Exchange extends FrontUse {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly rate: RateDecision | undefined;
}

async function answer(exchange: Exchange): Promise<void> {
  const { world, request, response, rate, chaos } = exchange;
  const at = world.clock.now();
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const note = (status: number): void => {
    exchange.calls.push({ method: request.method ?? '', path: url.pathname, query: url.search.slice(1), at, status });
  };
  const raw = await readBody(request);
  for (const [name, value] of Object.entries(rate?.headers ?? {})) response.setHeader(name, value);
  if (rate?.isLimited === true) {
    note(429);
    return writeLimited(response);
  }
  const call = readCall(request, url, raw ?? Buffer.alloc(0));
  const fault = chaos.onCall?.({ method: call.method, path: call.path, body: parseBody(call).value });
  if (fault !== undefined && 'delayMs' in fault)
    await new Promise<void>((resolve) => world.clock.after(fault.delayMs, resolve));
  if (isCut(fault, 'before')) {
    note(0);
    request.socket.destroy();
    return;
  }
  if (fault !== undefined && 'status' in fault) {
    note(fault.status);
    return writeFault(response, fault);
  }
  const outcome = await runCall(world, call, raw === undefined);
  if (isCut(fault, 'after')) {
    note(0);
    request.socket.destroy();
    return;
  }
  note(outcome.status);
  writeAnswer(response, outcome);
}

const isCut = (fault: CallFault | undefined, when: 'before' | 'after'): boolean =>
  fault !== undefined && 'drop' in fault && fault.drop === when;

/** Undefined when it is over the bound; it is read to its end all the same. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return size <= MAX_BODY_BYTES ? Buffer.concat(chunks) : undefined;
}

const readCall = (request: IncomingMessage, url: URL, raw: Buffer): RawCall => ({
  method: request.method ?? '',
  path: url.pathname,
  query: url.searchParams,
  contentType: request.headers['content-type'] ?? '',
  authorization: request.headers.authorization ?? '',
  raw,
});

async function runCall(world: World, call: RawCall, isTooLarge: boolean): Promise<ApiAnswer & { requestId: string }> {
  const requestId = newMattermostId();
  try {
    if (isTooLarge) throw tooLarge();
    return { ...(await handleCall(world, call)), requestId };
  } catch (error) {
    const refusal = asApiError(error);
    return { status: refusal.status, json: JSON.parse(writeApiError(refusal, requestId)), requestId };
  }
}

function writeAnswer(response: ServerResponse, answer: ApiAnswer & { requestId: string }): void {
  response.statusCode = answer.status;
  response.setHeader('X-Request-Id', answer.requestId);
  response.setHeader('X-Version-Id', '5.37.0.5.37.0.test.false');
  if (answer.text !== undefined) {
    response.setHeader('Content-Type', 'text/plain');
    response.end(answer.text);
  } else if (answer.bytes !== undefined) {
    response.setHeader('Content-Type', 'application/octet-stream');
    response.end(answer.bytes);
  } else {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(answer.json));
  }
}

function writeLimited(response: ServerResponse): void {
  response.statusCode = 429;
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.end('limit exceeded\n');
}

function writeFault(
  response: ServerResponse,
  fault: { status: 429; retryAfter: number } | { status: 500 | 503 },
): void {
  if (fault.status === 429) {
    response.setHeader('Retry-After', String(fault.retryAfter));
    return writeLimited(response);
  }
  response.statusCode = fault.status;
  if (fault.status === 503) {
    response.setHeader('Content-Type', 'text/html');
    response.end('<html><body><h1>503 Service Unavailable</h1></body></html>');
    return;
  }
  const error = { id: 'api.context.internal.app_error', message: 'Internal error.', detailed_error: '' };
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify({ ...error, request_id: newMattermostId(), status_code: 500 }));
}
