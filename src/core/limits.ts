/** The bounds of the protocol. Over a limit is an error on the side that made the message. */
export const LIMITS = {
  /** A signed request, bytes. */
  requestBytes: 256 * 1024,
  /** A signed reply, bytes. */
  replyBytes: 1024 * 1024,
  /** Nesting of arrays and objects in any message. */
  jsonDepth: 32,
  /** What somebody may type, UTF-16 units. */
  commandLength: 4000,
  /** Nesting of parentheses and `not` in a filter expression, well under `jsonDepth`. */
  expressionDepth: 10,
  /** A regular expression, characters. */
  patternLength: 500,
  /** How far apart the clocks of bot and node may be. */
  clockSkewMs: 30_000,
  /** The longest time between a request's issue and its expiry. */
  validityMs: 10 * 60_000,
} as const;
