import { connect, isIPv6 } from 'node:net';
import type { ConnectState } from '../../core/host/net-backend.ts';

/** By the system's error codes; what is not listed is `unreachable`. */
const STATES: Readonly<Record<string, ConnectState>> = { ECONNREFUSED: 'refused', ETIMEDOUT: 'no answer' };

export interface Endpoint {
  /** An address, not a name: to look names up may block one of the few threads of this process. */
  readonly address: string;
  readonly port: number;
}

/** Opens a TCP connection and closes it at once; nothing is sent. Never rejects; `no answer` when the signal aborts. */
export function connectPort({ address, port }: Endpoint, signal: AbortSignal): Promise<ConnectState> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve('no answer');
    const socket = connect({ host: address, port, family: isIPv6(address) ? 6 : 4 });
    const settle = (state: ConnectState): void => {
      signal.removeEventListener('abort', giveUp);
      socket.destroy();
      resolve(state);
    };
    const giveUp = (): void => settle('no answer');
    signal.addEventListener('abort', giveUp, { once: true });
    socket.once('connect', () => settle('open'));
    // Stays for good: an error after the end has nobody else to hear it.
    socket.on('error', (error: NodeJS.ErrnoException) => settle(STATES[error.code ?? ''] ?? 'unreachable'));
  });
}
