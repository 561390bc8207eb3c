/** The messages that signals withdraw: one listener for each signal, however many messages share it. */
export class Withdrawals {
  readonly #bySignal = new Map<AbortSignal, { readonly ids: Set<number>; readonly stop: () => void }>();
  readonly #withdraw: (ids: readonly number[]) => void;

  /** @param withdraw called once with all messages of a signal that aborted */
  constructor(withdraw: (ids: readonly number[]) => void) {
    this.#withdraw = withdraw;
  }

  watch(signal: AbortSignal, id: number): void {
    const known = this.#bySignal.get(signal);
    if (known !== undefined) {
      known.ids.add(id);
      return;
    }
    const ids = new Set([id]);
    const onAbort = (): void => this.#withdraw([...ids]);
    signal.addEventListener('abort', onAbort);
    this.#bySignal.set(signal, { ids, stop: () => signal.removeEventListener('abort', onAbort) });
  }

  unwatch(signal: AbortSignal, id: number): void {
    const known = this.#bySignal.get(signal);
    if (known === undefined || !known.ids.delete(id) || known.ids.size > 0) return;
    known.stop();
    this.#bySignal.delete(signal);
  }
}
