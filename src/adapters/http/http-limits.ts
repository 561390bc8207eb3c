/** The bounds of the server. Times are milliseconds. */
export interface HttpLimits {
  readonly maxBodyBytes: number;
  /** Of the request line and all headers together. */
  readonly maxHeaderBytes: number;
  /** More are closed as they come. */
  readonly maxConnections: number;
  /** Handlers at work at a time; more requests are answered with 503. */
  readonly maxHandlers: number;
  /** For a request to arrive whole, from its first byte or the connection on; for a TLS handshake. */
  readonly requestMs: number;
  /** For a handler to answer. */
  readonly handlerMs: number;
  /** For a connection on which nothing moves, in the middle of something or between two requests. */
  readonly idleMs: number;
  readonly keepAliveMs: number;
  /** For a refused client to read why, and for handlers when the server closes. */
  readonly lingerMs: number;
  readonly closeMs: number;
}

/** What chat services send is some kilobytes, and they wait for a few seconds. */
export const DEFAULT_LIMITS: HttpLimits = {
  maxBodyBytes: 64 * 1024,
  maxHeaderBytes: 16 * 1024,
  maxConnections: 200,
  maxHandlers: 50,
  requestMs: 10_000,
  handlerMs: 20_000,
  idleMs: 30_000,
  keepAliveMs: 5000,
  lingerMs: 1000,
  closeMs: 5000,
};
