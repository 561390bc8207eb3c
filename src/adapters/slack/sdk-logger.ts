import { type Logger, LogLevel } from '@slack/bolt';

/**
 * Keeps the SDK quiet. It logs addresses, bodies and payloads; what matters of them comes to us as errors and events,
 * and is told in our own words.
 */
export const sdkLogger: Logger = {
  // INVARIANT: nothing that the SDK knows, tokens among it, reaches a log or the standard output.
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  setLevel: () => {},
  getLevel: () => LogLevel.ERROR,
  setName: () => {},
};
