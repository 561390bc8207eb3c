import { createHmac } from 'node:crypto';
import type { Clock } from '../../../src/core/ports.ts';
import type { Receipt, Retry, Transport } from './delivery.ts';
import type { PayloadKind } from './slack-types.ts';

const ACK_LIMIT_MS = 3000;

/** The headers of a request that is signed as Slack signs: https://docs.slack.dev/authentication/verifying-requests-from-slack */
function signRequest(body: string, signingSecret: string, nowMs: number): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000));
  const signature = createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`).digest('hex');
  return { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': `v0=${signature}` };
}

/** Posts payloads to the app's request URL: JSON for events, forms for commands and presses. */
export function createHttpDelivery(options: { url: string; signingSecret: string; clock: Clock }): Transport & {
  verify(): Promise<boolean>;
} {
  const { url, signingSecret, clock } = options;

  async function post(body: string, headers: Record<string, string>): Promise<Response> {
    const abort = new AbortController();
    const cancel = clock.after(ACK_LIMIT_MS, () => abort.abort(new Error('http_timeout')));
    try {
      const signed = signRequest(body, signingSecret, clock.now());
      const sent = { 'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)', ...headers, ...signed };
      const response = await fetch(url, {
        method: 'POST',
        body,
        headers: sent,
        redirect: 'manual',
        signal: abort.signal,
      });
      const text = await response.text();
      return new Response(text === '' ? null : text, { status: response.status, headers: response.headers });
    } finally {
      cancel();
    }
  }

  return {
    async send(kind, payload, retry) {
      try {
        const response = await post(writeBody(kind, payload), writeHeaders(kind, retry));
        return await readReceipt(response);
      } catch (error) {
        const isTimeout = error instanceof Error && error.message === 'http_timeout';
        const wasSent = !(error instanceof Error && String(error.cause).includes('ECONNREFUSED'));
        return { isAcknowledged: false, wasSent, reason: isTimeout ? 'http_timeout' : 'connection_failed' };
      }
    },
    async verify() {
      const challenge = 'c3VyZWx5IG5vdCBndWVzc2VkIGJ5IGFueWJvZHk';
      const body = JSON.stringify({ token: 'verification', challenge, type: 'url_verification' });
      const response = await post(body, { 'content-type': 'application/json' });
      return response.status === 200 && (await response.text()).includes(challenge);
    },
  };
}

function writeBody(kind: PayloadKind, payload: Record<string, unknown>): string {
  if (kind === 'event') return JSON.stringify(payload);
  if (kind === 'click') return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  return new URLSearchParams(
    Object.entries(payload).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
}

function writeHeaders(kind: PayloadKind, retry: Retry | undefined): Record<string, string> {
  return {
    'content-type': kind === 'event' ? 'application/json' : 'application/x-www-form-urlencoded',
    ...(retry === undefined
      ? {}
      : { 'x-slack-retry-num': String(retry.attempt), 'x-slack-retry-reason': retry.reason }),
  };
}

async function readReceipt(response: Response): Promise<Receipt> {
  const text = await response.text();
  const isFinal = response.headers.get('x-slack-no-retry') === '1';
  if (response.status < 200 || response.status > 299)
    return { isAcknowledged: false, wasSent: true, reason: 'http_error', isFinal };
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  try {
    return { isAcknowledged: true, response: isJson && text !== '' ? JSON.parse(text) : text };
  } catch {
    return { isAcknowledged: false, wasSent: true, reason: 'http_error', isFinal };
  }
}
