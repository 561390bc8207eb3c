import { McoError } from '../../core/errors.ts';
import { matchesPatternList, type Pattern, parsePatternList } from './host-pattern.ts';
import { decodeKeyText, isKeyType } from './key-text.ts';
import { parseSignerOptions, type SignerOptions } from './signer-options.ts';

/** One line of `allowed_signers`: who may sign what, and when, with one key. */
export interface AllowedSigner {
  readonly principals: readonly Pattern[];
  readonly options: SignerOptions;
  readonly publicKey: Buffer;
}

/** The signers of an `allowed_signers` file, found by key. */
export interface AllowedSigners {
  /** The lines that list this very key for a namespace at a moment (ms since the epoch). */
  find(publicKey: Buffer, namespace: string, atMs: number): readonly AllowedSigner[];
  /** Whether some line lists the key, for whatever namespace and time. */
  has(publicKey: Buffer): boolean;
  /** How many keys are listed, certificate authorities not counted. */
  readonly size: number;
}

const MAX_LINE_CHARS = 16_384;
/** Words of a line, told apart by blanks (as ssh-keygen(1) has them: no others); a word may contain quoted blanks. */
const WORD = /(?:[^ \t"]|"(?:[^"\\]|\\"|\\(?!"))*")+/y;
const BLANKS = /[ \t]*/y;
/** A byte order mark, a no-break space, controls. */
const UNSEEN = /(?![ \t])[\p{C}\p{Z}]/u;
const OUTER_BLANKS = /^[ \t]+|[ \t\r]+$/g;

/**
 * Reads a file in OpenSSH's format (ssh-keygen(1), ALLOWED SIGNERS). Certificate authorities may be listed, but
 * certificates are not accepted yet.
 * @param path only for messages
 * @throws McoError `failed/allowed-signers` for the first line that is not understood
 */
export function parseAllowedSigners(text: string, path: string): AllowedSigners {
  const byKey = new Map<string, AllowedSigner[]>();
  let number = 0;
  for (const line of text.split('\n')) {
    number += 1;
    const signer = readLine(line, `${path}:${number}`);
    // INVARIANT: a certificate authority's key can't sign messages itself.
    if (signer === undefined || signer.options.certAuthority) continue;
    const id = signer.publicKey.toString('latin1');
    const known = byKey.get(id);
    if (known === undefined) byKey.set(id, [signer]);
    else known.push(signer);
  }
  return {
    find(publicKey, namespace, atMs) {
      const lines = byKey.get(publicKey.toString('latin1')) ?? [];
      return lines.filter(({ options }) => allows(options, namespace, Math.floor(atMs / 1000)));
    },
    has: (publicKey) => byKey.has(publicKey.toString('latin1')),
    size: byKey.size,
  };
}

function allows(options: SignerOptions, namespace: string, second: number): boolean {
  const { namespaces, validAfter = 0, validBefore = Number.POSITIVE_INFINITY } = options;
  if (namespaces !== undefined && !matchesPatternList(namespace, namespaces)) return false;
  return second >= validAfter && second <= validBefore;
}

function readLine(line: string, place: string): AllowedSigner | undefined {
  const text = line.replace(OUTER_BLANKS, '');
  if (text === '' || text.startsWith('#')) return undefined;
  try {
    if (text.length > MAX_LINE_CHARS) throw refuse('it is too long');
    return readSigner(text);
  } catch (error) {
    const reason = error instanceof McoError ? error.message : 'it is not understood';
    throw new McoError('failed/allowed-signers', `${place}: ${reason}`, {
      hint: 'a line reads: PRINCIPALS [OPTIONS] TYPE BASE64 [COMMENT]',
      cause: error,
    });
  }
}

function readSigner(text: string): AllowedSigner {
  const words = splitWords(text);
  // INVARIANT: names and options hold nothing that an editor does not show. Type and key are compared as a whole anyway.
  if (words.slice(0, 2).some((word) => UNSEEN.test(word))) throw refuse('it holds an invisible character');
  const principals = unquote(words[0] ?? '');
  const hasOptions = !isKeyType(words[1] ?? '');
  const options = hasOptions ? parseSignerOptions(words[1] ?? '') : { certAuthority: false };
  const [type, base64] = words.slice(hasOptions ? 2 : 1);
  const publicKey = decodeKeyText(type, base64);
  if (publicKey === undefined) throw refuse('its key is not a public key');
  return { principals: parsePatternList(principals), options, publicKey };
}

/** The first four words; the comment behind them may contain anything. */
function splitWords(text: string): string[] {
  const words: string[] = [];
  let at = 0;
  while (words.length < 4 && at < text.length) {
    WORD.lastIndex = at;
    const word = WORD.exec(text)?.[0];
    if (word === undefined) break;
    words.push(word);
    BLANKS.lastIndex = at + word.length;
    at += word.length + (BLANKS.exec(text)?.[0].length ?? 0);
  }
  return words;
}

/** Principals are plain, or quoted as a whole. */
function unquote(word: string): string {
  const inner = /^"([^"]+)"$/.exec(word)?.[1] ?? word;
  if (inner === '' || inner.includes('"')) throw refuse('its principals are not well quoted');
  return inner;
}

function refuse(problem: string): McoError {
  return new McoError('failed/allowed-signers', problem);
}
