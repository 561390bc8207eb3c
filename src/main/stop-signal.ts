/** Resolves at the first SIGTERM or SIGINT; a second one ends the process as usual. */
export function receiveStopSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
}
