import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MadeKey } from './make-keys.ts';

/** The two files that say whose signatures count, as they would lie on real machines. */
export interface TrustFiles {
  readonly knownHosts: string;
  readonly allowedSigners: string;
  remove(): void;
}

/** @param hosts keys by node identity; @param signers keys by principal */
export function writeTrustFiles(hosts: ReadonlyMap<string, MadeKey>, signers: readonly MadeKey[]): TrustFiles {
  const dir = mkdtempSync(join(tmpdir(), 'mcobot-playground-'));
  const knownHosts = join(dir, 'known_hosts');
  const allowedSigners = join(dir, 'allowed_signers');
  writeFileSync(knownHosts, [...hosts].map(([identity, key]) => `${identity} ${key.publicLine}\n`).join(''));
  const options = 'namespaces="mco-request@v1"';
  writeFileSync(
    allowedSigners,
    signers.map(({ signer, publicLine }) => `${signer.principal} ${options} ${publicLine}\n`).join(''),
  );
  return { knownHosts, allowedSigners, remove: () => rmSync(dir, { recursive: true, force: true }) };
}
