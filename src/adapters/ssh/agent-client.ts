import { McoError } from '../../core/errors.ts';
import { createAgentConnection } from './agent-connection.ts';
import { encodeString, encodeU32, WireReader } from './wire.ts';

export interface AgentIdentity {
  /** The public key, or certificate, as a blob. */
  readonly publicKey: Buffer;
  /** Whatever was given to `ssh-add`: free text from outside. */
  readonly comment: string;
}

/** An ssh-agent (draft-ietf-sshm-ssh-agent). */
export interface AgentClient {
  /** The keys it holds. @throws McoError `unreachable/ssh-agent`, `failed/ssh-agent` */
  listIdentities(): Promise<AgentIdentity[]>;
  /**
   * The SSH signature (algorithm and body) over `bytes`; flag 4 asks an RSA key for rsa-sha2-512.
   * @throws McoError `unreachable/ssh-agent`, `failed/ssh-agent` when it refuses
   */
  sign(publicKey: Buffer, bytes: Buffer, flags: number): Promise<{ algorithm: string; signature: Buffer }>;
  close(): void;
}

const LIST = 11;
const IDENTITIES = 12;
const SIGN = 13;
const SIGNATURE = 14;

const malformed = (problem: string) =>
  new McoError('failed/ssh-agent', `the ssh-agent's answer is malformed: ${problem}`);

/**
 * A client of the ssh-agent behind a unix socket; connects at the first request, and again after a failure.
 * @param options.listTimeoutMs default 5 s
 * @param options.signTimeoutMs default 60 s: a person may have to confirm
 */
export function createAgentClient(options: {
  socketPath: string;
  listTimeoutMs?: number;
  signTimeoutMs?: number;
}): AgentClient {
  const { socketPath, listTimeoutMs = 5000, signTimeoutMs = 60_000 } = options;
  const connection = createAgentConnection(socketPath);
  return {
    async listIdentities() {
      const reader = openAnswer(await connection.ask(Buffer.of(LIST), listTimeoutMs), IDENTITIES);
      const identities: AgentIdentity[] = [];
      for (let left = reader.u32(); left > 0; left -= 1) {
        identities.push({ publicKey: reader.string(), comment: reader.string().toString('utf8') });
      }
      reader.end();
      return identities;
    },
    async sign(publicKey, bytes, flags) {
      const request = [Buffer.of(SIGN), encodeString(publicKey), encodeString(bytes), encodeU32(flags)];
      const reader = openAnswer(await connection.ask(Buffer.concat(request), signTimeoutMs), SIGNATURE);
      const inner = new WireReader(reader.string(), malformed);
      reader.end();
      const made = { algorithm: inner.text(), signature: inner.string() };
      inner.end();
      return made;
    },
    close: () => connection.close(),
  };
}

function openAnswer(answer: Buffer, expected: number): WireReader {
  const reader = new WireReader(answer, malformed);
  if (reader.byte() !== expected) {
    throw new McoError('failed/ssh-agent', 'the ssh-agent refused', {
      hint: 'it may be locked, the key may have expired, or it wants a confirmation that it could not ask for',
    });
  }
  return reader;
}
