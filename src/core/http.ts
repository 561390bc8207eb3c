/** A request to the bot's own HTTP server, read whole and within its bounds. */
export interface HttpRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: string;
  /** By lower-case name; of repeated ones the first. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The exact bytes: signatures are over these. */
  readonly body: Uint8Array;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
}

/** A path of the bot's HTTP server and who answers there. A handler that throws is answered with 500 and nothing else. */
export interface HttpRoute {
  readonly method: 'GET' | 'POST';
  /** Exactly, without a query: `/slack/events`. */
  readonly path: string;
  /** Larger bodies are refused unread. Default 64 KiB. */
  readonly maxBodyBytes?: number | undefined;
  handle(request: HttpRequest): Promise<HttpResponse>;
}
