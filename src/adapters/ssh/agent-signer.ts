import { McoError } from '../../core/errors.ts';
import type { Signer } from '../../core/ports.ts';
import type { AgentIdentity } from './agent-client.ts';
import { createAgentClient } from './agent-client.ts';
import { acceptsAlgorithm } from './algorithm.ts';
import { fingerprintOf, parsePublicKey } from './public-key.ts';
import { quoteText } from './quote-text.ts';
import type { SignBody } from './signer.ts';
import { createSigner } from './signer.ts';

/** SSH_AGENT_RSA_SHA2_512. Flag 0 would mean SHA-1. */
const RSA_SHA2_512 = 4;

/**
 * Signs with a key that an ssh-agent holds. The agent is asked at once which keys it has, and connected to again
 * whenever the connection was lost.
 *
 * @param options.socketPath the value of `SSH_AUTH_SOCK`
 * @param options.fingerprint which key (`SHA256:...`); not needed when the agent has only one that can be used
 * @throws McoError `unreachable/ssh-agent`, `failed/ssh-agent`, `usage/no-such-key`
 */
export async function createAgentSigner(options: {
  socketPath: string;
  principal: string;
  fingerprint?: string;
  signTimeoutMs?: number;
}): Promise<Signer & { close(): void }> {
  const { socketPath, principal, fingerprint, signTimeoutMs } = options;
  const client = createAgentClient({ socketPath, ...(signTimeoutMs === undefined ? {} : { signTimeoutMs }) });
  try {
    const publicKey = chooseKey(await client.listIdentities(), fingerprint);
    const { type } = parsePublicKey(publicKey);
    const signBody: SignBody = async (bytes) => {
      const made = await client.sign(publicKey, bytes, type === 'ssh-rsa' ? RSA_SHA2_512 : 0);
      if (acceptsAlgorithm(type, made.algorithm)) return made;
      throw new McoError('failed/ssh-agent', `the ssh-agent signed with ${quoteText(made.algorithm)}`);
    };
    return { ...createSigner({ publicKey, principal, signBody }), close: () => client.close() };
  } catch (error) {
    client.close();
    throw error;
  }
}

/** Certificates and security keys in the agent are passed over. */
function chooseKey(identities: readonly AgentIdentity[], fingerprint: string | undefined): Buffer {
  const usable = identities.map((identity) => identity.publicKey).filter(isUsable);
  const known = usable.map(fingerprintOf);
  const chosen = fingerprint === undefined ? usable : usable.filter((_, index) => known[index] === fingerprint);
  const [first] = chosen;
  if (first !== undefined && (fingerprint !== undefined || chosen.length === 1)) return first;
  const has =
    known.length === 0 ? 'the ssh-agent has no usable key: add one with ssh-add' : `it has ${known.join(', ')}`;
  const message =
    fingerprint === undefined
      ? `the ssh-agent has ${known.length} usable keys, and none was named`
      : `the ssh-agent does not have the key ${quoteText(fingerprint)}`;
  throw new McoError('usage/no-such-key', message, { hint: has });
}

function isUsable(publicKey: Buffer): boolean {
  try {
    parsePublicKey(publicKey);
    return true;
  } catch {
    return false;
  }
}
