const MAX_TEXT = 200;

const knownCodes: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused the connection',
  ECONNRESET: 'reset the connection',
  EPIPE: 'closed the connection',
  ETIMEDOUT: 'is not reachable (timed out)',
  EHOSTUNREACH: 'is not reachable (no route)',
  ENETUNREACH: 'is not reachable (no network)',
  ENOTFOUND: 'is not a known host name',
  EAI_AGAIN: 'could not be looked up',
  ERR_TLS_CERT_ALTNAME_INVALID: 'showed a certificate for another host name',
  SELF_SIGNED_CERT_IN_CHAIN: 'showed a certificate that the configured CA did not issue',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'showed a certificate that the configured CA did not issue',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'showed a certificate that the configured CA did not issue',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'showed a certificate that the configured CA did not issue',
  CERT_SIGNATURE_FAILURE: 'showed a certificate that the configured CA did not issue',
  CERT_HAS_EXPIRED: 'showed a certificate that has expired',
};

/** One line for people about a connection that failed or ended, such as `amq1:61613 refused the connection`. */
export function describeFailure(server: { host: string; port: number }, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const known = Object.hasOwn(knownCodes, code) ? knownCodes[code] : undefined;
  return `${server.host}:${server.port} ${known ?? `failed: ${plainText(error)}`}`;
}

/** INVARIANT: what a broker said reaches people as one bounded line of printable ASCII. */
export function plainText(value: unknown): string {
  const text = value instanceof Error ? value.message : String(value);
  return text.slice(0, MAX_TEXT).replace(/[^\x20-\x7e]/g, '?');
}
