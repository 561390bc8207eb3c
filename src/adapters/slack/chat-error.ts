import { webApi } from '@slack/bolt';
import { McoError, type McoErrorDetails } from '../../core/errors.ts';
import { escapeText } from '../../core/escape-text.ts';
import { REFUSALS } from './refusal-table.ts';

const MAX_RETRY_MS = 600_000;
/** Where Slack says "not now" and not how long. */
const USUAL_RETRY_MS = 5000;
const KNOWN_SHAPE = /^[a-z][a-z0-9_]{1,60}$/;

/** A rate limit: nothing was done. */
export function chatBusy(message: string, retryAfterMs: number): McoError {
  return new McoError('unreachable/chat-busy', message, { retryAfterMs });
}

/** The service can't be reached, or its answer was lost. */
export function chatUnreachable(message: string): McoError {
  return new McoError('unreachable/chat', message, { hint: 'the bot goes on trying by itself' });
}

/** However often it is repeated. */
export function chatRefused(message: string, details: McoErrorDetails = {}): McoError {
  return new McoError('failed/chat-refused', message, details);
}

/** Slack's own code of a refusal, such as `not_in_channel`; undefined when it is no refusal. */
export function slackCodeOf(thrown: unknown): string | undefined {
  return thrown instanceof McoError && typeof thrown.cause === 'string' ? thrown.cause : undefined;
}

/**
 * What the SDK threw, as one of the errors of the port `Chat`. A refusal's cause is Slack's code for it.
 *
 * INVARIANT: what was thrown is not kept: it may hold the request with its token.
 */
export function toChatError(method: string, thrown: unknown): McoError {
  if (thrown instanceof McoError) return thrown;
  if (thrown instanceof webApi.WebAPIRateLimitedError) {
    const retryAfterMs = Math.min(MAX_RETRY_MS, Math.max(1, thrown.retryAfter) * 1000);
    return chatBusy(`slack limits \`${method}\``, retryAfterMs);
  }
  if (thrown instanceof webApi.WebAPIPlatformError) return fromSlackCode(method, thrown.data.error);
  if (thrown instanceof webApi.WebAPIHTTPError) {
    return chatUnreachable(`slack answered \`${method}\` with HTTP status ${thrown.statusCode}`);
  }
  return chatUnreachable(`slack did not answer \`${method}\`: ${describeCause(thrown)}`);
}

function fromSlackCode(method: string, code: string): McoError {
  // A body that is not JSON comes here too, whole: a page of some server in between.
  if (!KNOWN_SHAPE.test(code)) return chatUnreachable(`slack's answer to \`${method}\` can't be read`);
  const known = Object.hasOwn(REFUSALS, code) ? REFUSALS[code] : undefined;
  if (known === undefined) return chatRefused(`slack refused \`${method}\`: ${code}`, { cause: code });
  const message = `${known.message} (${method}: ${code})`;
  if (known.kind === 'busy') return chatBusy(message, USUAL_RETRY_MS);
  if (known.kind === 'unknown') return chatUnreachable(message);
  return chatRefused(message, { hint: known.hint, cause: code });
}

function describeCause(thrown: unknown): string {
  const original = thrown instanceof webApi.WebAPIRequestError ? thrown.original : thrown;
  if (!(original instanceof Error)) return 'the call failed';
  if (original.name === 'TimeoutError') return 'no answer in time';
  const { cause } = original;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : original.name;
  return escapeText(code, 60);
}
