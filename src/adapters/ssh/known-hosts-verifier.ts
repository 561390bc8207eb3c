import { setImmediate } from 'node:timers/promises';
import { McoError } from '../../core/errors.ts';
import type { Verifier } from '../../core/ports.ts';
import { type KnownHosts, KnownHostsBuilder, SHARED_LINES } from './known-hosts.ts';
import { fingerprintOf } from './public-key.ts';
import { createReloading, type SourceFile } from './reloading.ts';
import { createSignatureCheck, type LookUpKey, refuseUnknownKey } from './verify-signature.ts';

export interface KnownHostsOptions {
  /** One file, or several that are read as one. */
  readonly path: string | readonly string[];
  /** After a file changed: without an error it is in use, with one the old keys stay. Must not throw. */
  readonly onReload?: (error: McoError | undefined) => void;
  /** What people should look at after a load: skipped lines, keys that many hosts share. Must not throw. */
  readonly onWarning?: (text: string) => void;
  readonly pollMs?: number;
}

const MAX_FILE_BYTES = 64 * 1024 * 1024;
/** About 10 ms of work. */
const LINES_PER_SLICE = 4000;

/**
 * Checks replies against `known_hosts`, which is read again whenever it changes.
 * `speaksFor` tells whether the key is listed for exactly that host.
 *
 * @throws McoError `failed/unreadable-file`, `failed/exposed-file`, `failed/known-hosts`
 */
export async function createKnownHosts(
  options: KnownHostsOptions,
): Promise<Verifier & { reload(): Promise<void>; close(): void }> {
  const { path, onReload, onWarning, pollMs } = options;
  const paths = typeof path === 'string' ? [path] : path;
  const check = createSignatureCheck();
  const list = await createReloading({
    paths,
    maxFileBytes: MAX_FILE_BYTES,
    async build(files) {
      const hosts = await buildInSlices(files);
      for (const warning of describeProblems(hosts)) onWarning?.(warning);
      return hosts;
    },
    onReload,
    pollMs,
  });
  const lookUp: LookUpKey = (publicKey) => {
    const { current } = list;
    // INVARIANT: revocations come before everything else.
    if (current.isRevoked(publicKey)) {
      throw new McoError('untrusted/revoked-key', `the host key ${fingerprintOf(publicKey)} is revoked`);
    }
    const hosts = current.find(publicKey);
    if (hosts === undefined) throw refuseUnknownKey(publicKey, paths.join(', '));
    return (host) => hosts.has(host);
  };
  return {
    verify: (namespace, body, signature) => check({ namespace, body, signature }, lookUp),
    reload: () => list.reload(),
    close: () => list.close(),
  };
}

/** Tens of thousands of lines take a tenth of a second: other work goes on in between. */
async function buildInSlices(files: readonly SourceFile[]): Promise<KnownHosts> {
  const builder = new KnownHostsBuilder();
  for (const { path, text } of files) {
    let number = 0;
    for (const line of text.split('\n')) {
      number += 1;
      builder.addLine(line, `${path}:${number}`);
      if (number % LINES_PER_SLICE === 0) await setImmediate();
    }
  }
  return builder.build();
}

function describeProblems(hosts: KnownHosts): string[] {
  const problems: string[] = [];
  if (hosts.skipped > 0) problems.push(`known_hosts: ${hosts.skipped} lines are not understood and were passed over`);
  if (hosts.shared > 0) {
    problems.push(
      `known_hosts: ${hosts.shared} keys are on more than ${SHARED_LINES} lines: hosts that share a key can speak for each other`,
    );
  }
  return problems;
}
