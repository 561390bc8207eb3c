import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { createSecureContext, type SecureContext, type SecureVersion } from 'node:tls';
import { McoError } from '../../core/errors.ts';

/** A broker's STOMP connector. With `tls` the certificate must come from `ca` and name `servername` (or `host`). */
export interface StompServer {
  readonly host: string;
  readonly port: number;
  readonly tls?: {
    /** Certificates that may have issued the broker's, as PEM text. Nothing else is trusted. */
    readonly ca: string;
    readonly servername?: string;
    /** Our own certificate and key as PEM text, when the broker wants one. */
    readonly cert?: string;
    readonly key?: string;
    /** `TLSv1.2` for ActiveMQ's `stomp+nio+ssl`, which loses frames with 1.3. */
    readonly maxVersion?: SecureVersion;
  };
}

/** A server with its TLS material read, so that a reconnect doesn't parse it again. */
export interface PreparedServer {
  readonly host: string;
  readonly port: number;
  readonly tls: { readonly secureContext: SecureContext; readonly servername: string | undefined } | undefined;
}

/** @throws McoError `usage/tls` when certificates or keys can't be read */
export function prepareServer(server: StompServer): PreparedServer {
  const { host, port, tls } = server;
  if (tls === undefined) return { host, port, tls: undefined };
  try {
    checkCertificates(tls.ca);
    const secureContext = createSecureContext({
      ca: tls.ca,
      minVersion: 'TLSv1.2',
      ...(tls.cert === undefined ? {} : { cert: tls.cert }),
      ...(tls.key === undefined ? {} : { key: tls.key }),
      ...(tls.maxVersion === undefined ? {} : { maxVersion: tls.maxVersion }),
    });
    // TLS has no names for addresses; the certificate is then checked against the address itself.
    const servername = tls.servername ?? (isIP(host) === 0 ? host : undefined);
    return { host, port, tls: { secureContext, servername } };
  } catch (cause) {
    throw new McoError('usage/tls', `the CA, certificate or key for ${host}:${port} can't be read`, { cause });
  }
}

/** An empty or broken text would pass for "no CA given", and Node would trust the public ones or none, silently. */
function checkCertificates(pem: string): void {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g);
  if (blocks === null) throw new Error('no PEM certificate');
  for (const block of blocks) new X509Certificate(block);
}
