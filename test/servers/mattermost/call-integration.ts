import type { World } from './world.ts';

/** `OutgoingIntegrationRequestsTimeout`. */
const INTEGRATION_TIMEOUT_MS = 30_000;
const MAX_ANSWER_BYTES = 1024 * 1024;

export interface IntegrationAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/**
 * The server's own request to a bot, a GET without a body: no redirects, 30 s, at most 1 MiB of answer.
 * Undefined when there was no usable answer.
 */
export async function callIntegration(
  world: World,
  request: { url: string; headers: Readonly<Record<string, string>>; body?: string },
): Promise<IntegrationAnswer | undefined> {
  const abort = new AbortController();
  const cancel = world.clock.after(INTEGRATION_TIMEOUT_MS, () => abort.abort());
  try {
    const response = await fetch(request.url, {
      method: request.body === undefined ? 'GET' : 'POST',
      headers: { 'user-agent': 'Mattermost-Bot/1.1', accept: 'application/json', ...request.headers },
      ...(request.body === undefined ? {} : { body: request.body }),
      redirect: 'manual',
      signal: abort.signal,
    });
    const body = Buffer.from(await response.arrayBuffer())
      .subarray(0, MAX_ANSWER_BYTES)
      .toString('utf8');
    return { status: response.status, contentType: response.headers.get('content-type') ?? '', body };
  } catch {
    return undefined;
  } finally {
    cancel();
  }
}
