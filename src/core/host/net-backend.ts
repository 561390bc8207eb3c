export interface PingResult {
  /** Empty when it was not told. */
  readonly address: string;
  readonly sent: number;
  readonly received: number;
  /** Times of answers, ms; undefined when there was none. */
  readonly times?: { readonly min: number; readonly average: number; readonly max: number } | undefined;
}

export type ConnectState = 'open' | 'refused' | 'no answer' | 'unreachable' | 'unknown host';

export interface ConnectResult {
  readonly state: ConnectState;
  /** The address that was tried last; empty for an unknown host. */
  readonly address: string;
  /** Until the connection was there, ms; undefined when there is none. */
  readonly elapsedMs?: number | undefined;
}

export type AddressFamily = 'a' | 'aaaa' | 'any';

/** The network as a node sees it. Hosts are names or addresses that begin with no dash. */
export interface NetBackend {
  /** @throws McoError `failed/no-such-host`, `failed/ping`, `failed/not-installed`, `failed/timeout` */
  ping(host: string, count: number, signal: AbortSignal): Promise<PingResult>;
  /** @param target `timeoutMs` for all its addresses together */
  connect(
    target: { readonly host: string; readonly port: number; readonly timeoutMs: number },
    signal: AbortSignal,
  ): Promise<ConnectResult>;
  /** Addresses as the node itself looks names up; none when there is no such host. */
  resolve(host: string, family: AddressFamily, signal: AbortSignal): Promise<readonly string[]>;
}
