import { createHmac } from 'node:crypto';
import { matchesPatternList, type Pattern, parsePatternList } from './host-pattern.ts';

/** The host names for which `known_hosts` lists one key. */
export class HostNames {
  readonly #names: string[] = [];
  readonly #patterns: (readonly Pattern[])[] = [];
  /** `SALT|HASH`, each in base64. */
  readonly #hashed: string[] = [];
  /** Names that were found among the hashed ones; never more than those. */
  #proven: Set<string> | undefined;
  #lines = 0;

  /** How many lines list the key. */
  get lines(): number {
    return this.#lines;
  }

  /**
   * Adds the host field of one line (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT).
   * @returns false when the field is a hash that is not well-formed
   */
  add(field: string): boolean {
    if (field.startsWith('|')) {
      if (!isHashedName(field)) return false;
      this.#hashed.push(copy(field.slice(3)));
    } else if (/[*?!]/.test(field)) {
      this.#patterns.push(parsePatternList(copy(field.toLowerCase())));
    } else {
      for (const name of field.toLowerCase().split(',')) this.#names.push(copy(name));
    }
    this.#lines += 1;
    return true;
  }

  /** Whether the key is listed for exactly this host; upper and lower case are the same. */
  has(host: string): boolean {
    const name = host.toLowerCase();
    if (this.#names.includes(name) || this.#proven?.has(name) === true) return true;
    if (this.#patterns.some((patterns) => matchesPatternList(name, patterns))) return true;
    if (!this.#hashed.some((hashed) => hashMatches(hashed, name))) return false;
    this.#proven ??= new Set();
    this.#proven.add(name);
    return true;
  }
}

const HASHED = /^\|1\|([A-Za-z0-9+/]{27}=)\|([A-Za-z0-9+/]{27}=)$/;

function isHashedName(field: string): boolean {
  return HASHED.test(field);
}

/** HMAC-SHA1 of the name, keyed with the salt: OpenSSH's HashKnownHosts. */
function hashMatches(hashed: string, name: string): boolean {
  const [salt = '', hash = ''] = hashed.split('|');
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}

/** A string of its own: a slice would keep the whole file's text in memory. */
function copy(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}
