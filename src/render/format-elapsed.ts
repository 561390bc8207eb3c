/** `8.4 s`, `3 min 2 s`. */
export function formatElapsed(elapsedMs: number): string {
  return elapsedMs < 99_950 ? `${(elapsedMs / 1000).toFixed(1)} s` : formatProgressTime(elapsedMs);
}

/** Time as it passes, in whole seconds: `6 s`. */
export function formatProgressTime(elapsedMs: number): string {
  const seconds = Math.floor(elapsedMs / 1000);
  return seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Milliseconds, whole ones without decimals: `31 ms`, `4.25 ms`. */
export const formatMs = (elapsedMs: number): string => `${elapsedMs.toFixed(2).replace(/\.00$/, '')} ms`;
