import { McoError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { describeBadAnswer, describeLostAnswer } from './chat-error.ts';
import type { RateGate } from './rate-gate.ts';

/** Old servers put whole posts of up to 800,000 characters of props into a page of posts. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;
const CALL_TIMEOUT_MS = 10_000;

export interface SendContext {
  readonly clock: Clock;
  readonly gate: RateGate;
  /** What has been sent and not been answered. */
  readonly inFlight: Set<Promise<unknown>>;
}

/**
 * One call to the server: bounded in time and size, without redirects, which would carry the token elsewhere.
 *
 * @returns the body of a good answer
 * @throws McoError `unreachable/chat-busy`, `unreachable/chat`, `failed/chat-refused`
 */
export async function sendRequest(context: SendContext, url: string, init: RequestInit): Promise<string> {
  const call = exchange(context, url, init);
  context.inFlight.add(call);
  try {
    return await call;
  } finally {
    context.inFlight.delete(call);
  }
}

async function exchange({ clock, gate }: SendContext, url: string, init: RequestInit): Promise<string> {
  const giveUp = new AbortController();
  const cancel = clock.after(CALL_TIMEOUT_MS, () =>
    giveUp.abort(new Error(`no answer in ${CALL_TIMEOUT_MS / 1000} s`)),
  );
  let status: number;
  let headers: Headers;
  let body: string;
  try {
    const response = await fetchFresh(url, { ...init, redirect: 'manual', signal: giveUp.signal });
    ({ status, headers } = response);
    body = await readBounded(response);
  } catch (error) {
    throw describeLostAnswer(giveUp.signal.aborted ? giveUp.signal.reason : error);
  } finally {
    cancel();
  }
  gate.note(status, headers);
  if (status < 200 || status > 299) throw describeBadAnswer({ status, headers, body });
  return body;
}

/** A kept connection may have died unnoticed, with a restart of the server. What only reads is asked again at once. */
async function fetchFresh(url: string, init: RequestInit & { signal: AbortSignal }): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (init.method?.toLowerCase() !== 'get' || init.signal.aborted) throw error;
    return await fetch(url, init);
  }
}

async function readBounded(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.byteLength;
    if (size > MAX_BODY_BYTES) throw new McoError('failed/chat-refused', 'the answer of Mattermost is too large');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
