import type { ChatReceiver } from '../../core/chat.ts';
import type { HttpRequest, HttpResponse, HttpRoute } from '../../core/http.ts';
import type { Clock } from '../../core/ports.ts';
import type { Inbound } from './inbound.ts';
import { checkSignature } from './verify-signature.ts';

/** A press brings the whole message with it, in a form that makes three characters of many. */
const MAX_BODY_BYTES = 512 * 1024;

export const EVENTS_PATH = '/slack/events';
const MAX_CHALLENGE = 500;
/** Slack delivers events again that were not answered with 200. */
const TRY_AGAIN: HttpResponse = { status: 503 };

export interface HttpDoor {
  readonly route: HttpRoute;
  open(inbound: Inbound, receiver: ChatReceiver): void;
  close(): void;
}

/** Events, commands and clicks as Slack posts them, all to one address (https://docs.slack.dev/apis/events-api/using-http-request-urls). */
export function createHttpDoor(signingSecret: string, clock: Clock): HttpDoor {
  let inside: { readonly inbound: Inbound; readonly receiver: ChatReceiver } | undefined;

  async function handle(request: HttpRequest): Promise<HttpResponse> {
    if (inside === undefined) return TRY_AGAIN;
    const error = checkSignature(request, signingSecret, clock.now());
    if (error !== undefined) {
      inside.receiver.noteRefusal({ error });
      return { status: 401 };
    }
    const body = parseBody(request);
    if (body === undefined) return { status: 400 };
    const challenge = readChallenge(body);
    if (challenge !== undefined) return { status: 200, headers: { 'content-type': 'text/plain' }, body: challenge };
    const answer = await inside.inbound.deliver(body);
    if (answer.kind === 'again') return TRY_AGAIN;
    if (answer.reply === undefined) return { status: 200 };
    const reply = { response_type: 'ephemeral', text: answer.reply };
    return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(reply) };
  }

  return {
    route: { method: 'POST', path: EVENTS_PATH, maxBodyBytes: MAX_BODY_BYTES, handle },
    open: (inbound, receiver) => {
      inside = { inbound, receiver };
    },
    close: () => {
      inside = undefined;
    },
  };
}

/** Events come as JSON, commands as a form, clicks as JSON in a form. */
function parseBody(request: HttpRequest): unknown {
  const text = Buffer.from(request.body).toString('utf8');
  try {
    if (!(request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded'))
      return JSON.parse(text);
    const form = new URLSearchParams(text);
    const payload = form.get('payload');
    return payload === null ? Object.fromEntries(form) : JSON.parse(payload);
  } catch {
    return undefined;
  }
}

/** Slack's question whether somebody answers at this address. */
function readChallenge(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { type, challenge } = body as { readonly type?: unknown; readonly challenge?: unknown };
  if (type !== 'url_verification' || typeof challenge !== 'string') return undefined;
  return challenge.slice(0, MAX_CHALLENGE);
}
