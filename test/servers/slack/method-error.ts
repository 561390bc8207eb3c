/** What a Web API method answers with instead of a result: HTTP 200, `ok: false`. */
export class MethodError extends Error {
  readonly extras: Record<string, unknown>;

  constructor(code: string, extras: Record<string, unknown> = {}) {
    super(code);
    this.extras = extras;
  }

  get code(): string {
    return this.message;
  }
}

/** `invalid_arguments` and the like, with the messages that Slack puts into `response_metadata`. */
export function refuseWith(code: string, messages: readonly string[]): MethodError {
  return new MethodError(code, { response_metadata: { messages: messages.map((text) => `[ERROR] ${text}`) } });
}
