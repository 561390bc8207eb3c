import { randomBytes } from 'node:crypto';
import type { Clock } from '../../core/ports.ts';

/** How long the answer to a press is held back for something to show to who pressed; the server waits 30 s. */
const HOLD_MS = 2500;
const MAX_HELD = 200;

export interface HeldClick {
  /** What the bot hands back to answer this very press. */
  readonly via: string;
  /** What to show to who pressed; undefined when nothing came in time. */
  readonly answer: Promise<string | undefined>;
  release(): void;
}

/** Presses whose HTTP answers are being held. Each one has its own name, so that no answer goes to somebody else. */
export interface OpenClicks {
  hold(nonce: string): HeldClick;
  /** False: it has been answered already, or is not known. */
  answer(via: string, text: string): boolean;
  releaseAll(): void;
}

export function createOpenClicks(clock: Clock): OpenClicks {
  const held = new Map<string, (text: string | undefined) => void>();
  return {
    hold(nonce) {
      const via = `click:${nonce}.${randomBytes(6).toString('base64url')}`;
      if (held.size >= MAX_HELD) return { via, answer: Promise.resolve(undefined), release: () => {} };
      let cancel = (): void => {};
      const answer = new Promise<string | undefined>((resolve) => {
        held.set(via, (text) => {
          held.delete(via);
          cancel();
          resolve(text);
        });
      });
      const release = (): void => held.get(via)?.(undefined);
      cancel = clock.after(HOLD_MS, release);
      return { via, answer, release };
    },
    answer(via, text) {
      const resolve = held.get(via);
      resolve?.(text);
      return resolve !== undefined;
    },
    releaseAll() {
      for (const resolve of [...held.values()]) resolve(undefined);
    },
  };
}
