import { McoError } from '../../core/errors.ts';
import { escapeText } from '../../core/escape-text.ts';

const DEFAULT_WAIT_MS = 1000;
const MAX_WAIT_MS = 5 * 60_000;

/** What the server answered, when it was not what was wanted. */
export interface BadAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** Mattermost's own name of an error; the cause of the McoError that was made of it. */
interface ServerError {
  readonly id: string;
  readonly status: number;
}

/** The server's name of an error, `api.post.update_post.permissions_time_limit.app_error`; else an empty text. */
export function serverErrorId(error: unknown): string {
  const cause = error instanceof McoError ? (error.cause as Partial<ServerError> | undefined) : undefined;
  return typeof cause?.id === 'string' ? cause.id : '';
}

/** The status of the server's answer; undefined where there was none. */
export function serverStatus(error: unknown): number | undefined {
  const cause = error instanceof McoError ? (error.cause as Partial<ServerError> | undefined) : undefined;
  return typeof cause?.status === 'number' ? cause.status : undefined;
}

/** No answer at all: nobody knows whether it was done. */
export function describeLostAnswer(thrown: unknown): McoError {
  if (thrown instanceof McoError) return thrown;
  const cause = thrown instanceof Error ? (thrown.cause ?? thrown) : thrown;
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  const reason = code ?? (thrown instanceof Error ? thrown.message : String(thrown));
  return new McoError('unreachable/chat', `Mattermost did not answer (${escapeText(reason, 100)})`);
}

/** An answer that says no, as one of the three errors that a chat has. */
export function describeBadAnswer(answer: BadAnswer): McoError {
  const { status } = answer;
  const { id, message } = readServerError(answer.body);
  const cause: ServerError = { id, status };
  if (status === 429) {
    return new McoError('unreachable/chat-busy', 'Mattermost takes no more calls for now', {
      retryAfterMs: readWaitMs(answer.headers),
      cause,
    });
  }
  if (status === 401) {
    // Not refused for good: with a new token, or the account switched on again, the same call is taken.
    return new McoError('unreachable/chat', 'Mattermost does not take the token of the bot', {
      hint: 'is the bot account switched on, and its token the one that is configured?',
      cause,
    });
  }
  if (status === 408 || (status >= 500 && status !== 501)) {
    return new McoError('unreachable/chat', `Mattermost answered with an error of its own (${status})`, { cause });
  }
  return new McoError('failed/chat-refused', `Mattermost refused (${status}): ${message}`, {
    hint: adviseOn(status, id),
    cause,
  });
}

function adviseOn(status: number, id: string): string | undefined {
  if (status >= 300 && status < 400) return 'the server redirects: configure the address that it redirects to';
  if (status === 403) return 'is the bot a member of the team and the channel? `/invite @BOT` there, or run the setup';
  if (status === 501) return 'the licence of this Mattermost server has no groups: use a channel or a team';
  if (id.includes('time_limit'))
    return 'set `PostEditTimeLimit` of the server to -1, or give the bot the right to edit';
  return undefined;
}

/** How long a 429 says to wait, within bounds. Seconds in both headers, whatever the documentation says of the second. */
export function readWaitMs(headers: Headers): number {
  const seconds = Number(headers.get('retry-after') ?? headers.get('x-ratelimit-reset') ?? Number.NaN);
  if (!Number.isFinite(seconds) || seconds <= 0) return DEFAULT_WAIT_MS;
  return Math.min(seconds * 1000, MAX_WAIT_MS);
}

/** `{id, message}` of the server's error, made safe to show. */
function readServerError(body: string): { id: string; message: string } {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    value = undefined;
  }
  const { id, message } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  return {
    id: typeof id === 'string' ? escapeText(id, 120) : '',
    message: typeof message === 'string' ? escapeText(message.replace(/[\r\n]+/g, ' '), 200) : 'no reason was given',
  };
}
