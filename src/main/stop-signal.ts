import { constants } from 'node:os';

/** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once. */
export function receiveStopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let received = false;
    const receive = (signal: NodeJS.Signals): void => {
      if (received) process.exit(128 + constants.signals[signal]);
      received = true;
      resolve();
    };
    // Not `once`: whoever else listens, as the terminal's cursor keeper does, must see that the signal is taken care of.
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, receive);
  });
}

/** For a single command: the first Ctrl-C or SIGTERM stops waiting for answers, a second one ends the process. */
export function cancelOnInterrupt(): AbortSignal {
  const cancel = new AbortController();
  void receiveStopSignal().then(() => cancel.abort());
  return cancel.signal;
}
