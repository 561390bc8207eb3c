import * as v from 'valibot';
import { createAgentSigner } from '../adapters/ssh/agent-signer.ts';
import { createFileSigner } from '../adapters/ssh/signer.ts';
import { McoError } from '../core/errors.ts';
import type { Signer } from '../core/ports.ts';
import { pathSchema, readSecretFile } from './load-config.ts';

const principal = v.pipe(v.string(), v.minLength(1), v.maxLength(255));

/**
 * A signing key in a configuration file: a private key file, or a key that an ssh-agent holds. The principal is how
 * the nodes' `allowed_signers` call it.
 */
export const keySchema = v.union([
  v.strictObject({ principal, file: pathSchema, passphrase_file: v.optional(pathSchema) }),
  v.strictObject({ principal, agent: v.pipe(v.string(), v.startsWith('SHA256:')), socket: v.optional(pathSchema) }),
]);

export type KeyConfig = v.InferOutput<typeof keySchema>;

/** @throws McoError `usage/*` when the key can't be used, `unreachable/ssh-agent` */
export async function openSigner(key: KeyConfig, resolvePath: (path: string) => string): Promise<Signer> {
  if ('agent' in key) {
    const socketPath = key.socket === undefined ? process.env.SSH_AUTH_SOCK : resolvePath(key.socket);
    if (socketPath === undefined) {
      throw new McoError('usage/no-agent', 'a key of the ssh-agent is configured, but SSH_AUTH_SOCK is not set', {
        hint: 'start an ssh-agent, or name its `socket` beside `agent`',
      });
    }
    return createAgentSigner({ socketPath, principal: key.principal, fingerprint: key.agent });
  }
  const options = { path: resolvePath(key.file), principal: key.principal };
  if (key.passphrase_file === undefined) return createFileSigner(options);
  const passphrase = await readSecretFile(resolvePath(key.passphrase_file), 'the passphrase file');
  return createFileSigner({ ...options, passphrase });
}
