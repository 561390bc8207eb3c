const HIDE = '\u001b[?25l';
const SHOW = '\u001b[?25h';
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The part of `process` that tells when the program ends. */
export type Lifetime = Pick<NodeJS.Process, 'on' | 'off' | 'listenerCount' | 'kill' | 'pid'>;

/** Hides the cursor while lines are redrawn, and brings it back however the program ends. */
export interface CursorKeeper {
  hide(): void;
  show(): void;
}

/** @param write writes to the terminal at once */
export function createCursorKeeper(write: (text: string) => void, lifetime: Lifetime): CursorKeeper {
  let hidden = false;

  const show = () => {
    if (!hidden) return;
    hidden = false;
    lifetime.off('exit', show);
    for (const signal of SIGNALS) lifetime.off(signal, onSignal);
    write(SHOW);
  };
  const onSignal = (signal: NodeJS.Signals) => {
    show();
    // Listening took the signal's effect away; when nobody else handles it, it must still end the program.
    if (lifetime.listenerCount(signal) === 0) lifetime.kill(lifetime.pid, signal);
  };

  return {
    hide() {
      if (hidden) return;
      hidden = true;
      lifetime.on('exit', show);
      for (const signal of SIGNALS) lifetime.on(signal, onSignal);
      write(HIDE);
    },
    show,
  };
}
