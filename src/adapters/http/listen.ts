import type { Server } from 'node:net';
import { McoError } from '../../core/errors.ts';
import { escapeText } from '../../core/escape-text.ts';

interface Reason {
  readonly text: string;
  readonly hint: string;
}

const REASONS: Readonly<Record<string, Reason>> = {
  EADDRINUSE: {
    text: 'the port is in use',
    hint: 'stop what listens there (`ss -ltnp` names it), or set another port',
  },
  EACCES: { text: 'it is not allowed', hint: 'set a port from 1024 on, and put a proxy in front of it' },
  EADDRNOTAVAIL: { text: 'this machine has no such address', hint: 'set one of `ip address`, or `127.0.0.1`' },
  ENOTFOUND: { text: 'no such host is known', hint: 'set an address, such as `127.0.0.1`' },
};

/**
 * Resolves when the server listens.
 *
 * @throws McoError `failed/listen`
 */
export async function listen(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => {
      const { text, hint } = REASONS[error.code ?? ''] ?? { text: escapeText(error.message, 200), hint: undefined };
      const message = `can't listen on ${escapeText(host, 100)}:${port}: ${text}`;
      reject(new McoError('failed/listen', message, { hint, cause: error }));
    };
    server.once('error', fail);
    server.listen({ host, port }, () => {
      server.off('error', fail);
      resolve();
    });
  });
}
