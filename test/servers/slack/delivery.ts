import type { Clock } from '../../../src/core/ports.ts';
import type { Delivered, PayloadKind, SlackChaos } from './slack-types.ts';

/** After these, from one failed delivery of an event to the next: at once, after a minute, after five. */
const RETRY_DELAYS_MS = [0, 60_000, 300_000];

export interface Retry {
  readonly attempt: number;
  readonly reason: string;
}

/** How one delivery ended. */
export type Receipt =
  | { readonly isAcknowledged: true; readonly response: unknown }
  | {
      readonly isAcknowledged: false;
      readonly wasSent: boolean;
      readonly reason: string;
      /** The app asked not to be told again. */
      readonly isFinal?: boolean;
    };

/** A way to the app: Socket Mode or HTTP. Waits 3 s for the acknowledgement, by the clock. */
export interface Transport {
  send(kind: PayloadKind, payload: Record<string, unknown>, retry: Retry | undefined): Promise<Receipt>;
}

export interface Courier {
  /** Commands and clicks are delivered once; events again when they are not acknowledged. */
  deliver(
    kind: PayloadKind,
    payload: Record<string, unknown>,
    onResponse?: (response: unknown) => void,
  ): Promise<Delivered>;
  close(): void;
}

export function createCourier(options: {
  clock: Clock;
  chaos: SlackChaos;
  retryDelaysMs?: readonly number[] | undefined;
  transport(): Transport;
}): Courier {
  const { clock, chaos, retryDelaysMs = RETRY_DELAYS_MS } = options;
  const waiting = new Set<() => void>();
  let isClosed = false;

  function wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        cancel();
        waiting.delete(finish);
        resolve();
      };
      const cancel = clock.after(delayMs, finish);
      waiting.add(finish);
    });
  }

  async function sendWithDuplicates(
    kind: PayloadKind,
    payload: Record<string, unknown>,
    onReceipt: (receipt: Receipt) => void,
  ): Promise<Receipt> {
    const count = 1 + Math.max(0, chaos.redeliver?.(kind) ?? 0);
    const sends = Array.from({ length: count }, async () => {
      const receipt = await options.transport().send(kind, payload, undefined);
      onReceipt(receipt);
      return receipt;
    });
    const receipts = await Promise.all(sends);
    return receipts.find(({ isAcknowledged }) => isAcknowledged) ?? (receipts[0] as Receipt);
  }

  return {
    async deliver(kind, payload, onResponse) {
      const startedAt = clock.now();
      let deliveries = 0;
      let acknowledgedAfterMs: number | undefined;
      const count = (receipt: Receipt): void => {
        if (receipt.isAcknowledged || receipt.wasSent) deliveries += 1;
        if (!receipt.isAcknowledged || acknowledgedAfterMs !== undefined) return;
        acknowledgedAfterMs = clock.now() - startedAt;
        onResponse?.(receipt.response);
      };
      let receipt = await sendWithDuplicates(kind, payload, count);
      for (const [index, delayMs] of (kind === 'event' ? retryDelaysMs : []).entries()) {
        if (receipt.isAcknowledged || receipt.isFinal || isClosed) break;
        if (delayMs > 0) await wait(delayMs);
        if (isClosed) break;
        receipt = await options.transport().send(kind, payload, { attempt: index + 1, reason: receipt.reason });
        count(receipt);
      }
      return { acknowledgedAfterMs, deliveries };
    },
    close() {
      isClosed = true;
      for (const finish of [...waiting]) finish();
    },
  };
}
