import { McoError } from '../../core/errors.ts';
import { HostNames } from './host-names.ts';
import { decodeKeyText } from './key-text.ts';
import { quoteText } from './quote-text.ts';

/** What `known_hosts` says about a host and a key. */
export type HostKeyStatus = 'listed' | 'wrong-host' | 'revoked' | 'unknown';

/** A `known_hosts` file, indexed by key: the cost of a look-up does not depend on the file's size. */
export interface KnownHosts {
  /** `host` as the file writes it: a name, or `[name]:port`. */
  check(host: string, publicKey: Uint8Array): HostKeyStatus;
  /** The hosts of a key; undefined when no line lists it. Revocations are not considered. */
  find(publicKey: Uint8Array): HostNames | undefined;
  isRevoked(publicKey: Uint8Array): boolean;
  /** How many different host keys are listed. */
  readonly size: number;
  /** Lines that are not understood and were passed over. */
  readonly skipped: number;
  /** Keys on more than `SHARED_LINES` lines: hosts with the same key can speak for each other. */
  readonly shared: number;
}

/** Name, short name and two addresses are usual for one host. */
export const SHARED_LINES = 4;
const MAX_LINE_CHARS = 32_768;
const OUTER_BLANKS = /^[ \t]+|[ \t\r]+$/g;
const REVOKED = /@revoked/i;
/** In the first word, or behind a carriage return, which ends a line for some editors. */
const HIDDEN_REVOCATION = /^[^ \t#]*@revoked|\r.*@revoked/is;

const idOf = (publicKey: Uint8Array): string =>
  Buffer.from(publicKey.buffer, publicKey.byteOffset, publicKey.byteLength).toString('latin1');

function refuseLine(marker: string, place: string): McoError {
  return new McoError('failed/known-hosts', `${place}: the line with ${quoteText(marker)} is not understood`, {
    hint: 'it reads: @revoked HOSTS TYPE BASE64, with the key exactly as ssh-keygen writes it',
  });
}

/** Collects lines; `createKnownHosts` feeds a long file in slices. */
export class KnownHostsBuilder {
  readonly #hosts = new Map<string, HostNames>();
  readonly #revoked = new Set<string>();
  #skipped = 0;

  /**
   * @param place file and line for messages
   * @throws McoError `failed/known-hosts`: a line with a marker such as `@revoked` is not understood
   */
  addLine(line: string, place: string): void {
    const text = line.replace(OUTER_BLANKS, '');
    if (text.startsWith('@')) return this.#addMarked(text, place);
    // INVARIANT: a revocation behind something that an editor does not show is never passed over in silence.
    if (HIDDEN_REVOCATION.test(text)) throw refuseLine('@revoked', place);
    if (text === '' || text.startsWith('#')) return;
    if (text.length <= MAX_LINE_CHARS && this.#addHost(text)) return;
    if (REVOKED.test(text)) throw refuseLine('@revoked', place);
    this.#skipped += 1;
  }

  #addHost(text: string): boolean {
    const [field = '', type, base64] = text.split(/[ \t]+/, 3);
    const publicKey = decodeKeyText(type, base64);
    if (publicKey === undefined) return false;
    const id = idOf(publicKey);
    const names = this.#hosts.get(id) ?? new HostNames();
    if (!names.add(field)) return false;
    this.#hosts.set(id, names);
    return true;
  }

  #addMarked(text: string, place: string): void {
    const [marker = '', field = '', type, base64] = text.split(/[ \t]+/, 4);
    // Certificates are not accepted yet, so an authority counts for nothing; least of all as a host key.
    if (marker === '@cert-authority' && !field.startsWith('@')) return;
    const publicKey = decodeKeyText(type, base64);
    // INVARIANT: a revocation that can't be read fails the load: passing it over would trust the key again.
    if (marker !== '@revoked' || publicKey === undefined || field.startsWith('@')) {
      throw refuseLine(marker, place);
    }
    // INVARIANT: revoked for one name is revoked for all. OpenSSH looks at the names; a lost key has lost them all.
    this.#revoked.add(idOf(publicKey));
  }

  build(): KnownHosts {
    const hosts = this.#hosts;
    const revoked = this.#revoked;
    let shared = 0;
    for (const names of hosts.values()) if (names.lines > SHARED_LINES) shared += 1;
    return {
      check(host, publicKey) {
        const id = idOf(publicKey);
        if (revoked.has(id)) return 'revoked';
        const names = hosts.get(id);
        if (names === undefined) return 'unknown';
        return names.has(host) ? 'listed' : 'wrong-host';
      },
      find: (publicKey) => hosts.get(idOf(publicKey)),
      isRevoked: (publicKey) => revoked.has(idOf(publicKey)),
      size: hosts.size,
      skipped: this.#skipped,
      shared,
    };
  }
}

/**
 * Reads a file in OpenSSH's format (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT): plain and hashed names, patterns,
 * `[host]:port`, `@cert-authority` and `@revoked`. Lines that are not understood are passed over and counted.
 * @param path only for messages
 * @throws McoError `failed/known-hosts` for a line with a marker that is not understood
 */
export function parseKnownHosts(text: string, path = 'known_hosts'): KnownHosts {
  const builder = new KnownHostsBuilder();
  let number = 0;
  for (const line of text.split('\n')) {
    number += 1;
    builder.addLine(line, `${path}:${number}`);
  }
  return builder.build();
}
