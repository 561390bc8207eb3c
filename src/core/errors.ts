/** Who must act on an error: the user, the policy's owner, security, the operator, the node's owner, or us. */
export type ErrorFamily = 'usage' | 'unknown' | 'denied' | 'untrusted' | 'unreachable' | 'failed' | 'bug';

/** A stable name such as `usage/unknown-option`. Code branches on it, never on the message. */
export type ErrorCode = `${ErrorFamily}/${string}`;

/** A stretch of what somebody typed: `[start, end)` in UTF-16 units of `text`. Drawn as a caret line. */
export interface Span {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export interface McoErrorDetails {
  /** What to do about it, shown on its own line: "did you mean `status`?", an example, a command to run. */
  readonly hint?: string | undefined;
  /** The part of the input that is wrong. */
  readonly at?: Span | undefined;
  /** The policy lines that decided, `roles.yaml:14`. */
  readonly rules?: readonly string[] | undefined;
  /** When to try again at the earliest, where the other side said so. */
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/**
 * The one error class of the project.
 *
 * Messages start in lower case, end without a full stop, put user input in back-ticks and name no internal types.
 */
export class McoError extends Error {
  override readonly name = 'McoError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly at: Span | undefined;
  readonly rules: readonly string[];
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, details: McoErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
    this.at = details.at;
    this.rules = details.rules ?? [];
    this.retryAfterMs = details.retryAfterMs;
  }

  get family(): ErrorFamily {
    return this.code.slice(0, this.code.indexOf('/')) as ErrorFamily;
  }
}

/** Anything thrown, as an `McoError`: what is not one already is our bug and says so. */
export function toMcoError(thrown: unknown): McoError {
  if (thrown instanceof McoError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new McoError('bug/unexpected', message, { cause: thrown });
}
