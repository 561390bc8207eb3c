import { McoError } from './errors.ts';
import { LIMITS } from './limits.ts';

/** What JSON can hold. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The deepest nesting of arrays and objects in JSON text, found without parsing it. */
function jsonDepth(bytes: Uint8Array): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (inString) {
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === 0x7b || byte === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (byte === 0x7d || byte === 0x5d) depth--;
  }
  return deepest;
}

const decoder = new TextDecoder('utf-8', { fatal: true });
const encoder = new TextEncoder();

/**
 * Parses UTF-8 JSON of bounded size and depth.
 *
 * @throws McoError `untrusted/too-large`, `untrusted/too-deep`, `untrusted/not-json`, `untrusted/malformed`
 */
export function decodeJson(bytes: Uint8Array, maxBytes: number): unknown {
  if (bytes.length > maxBytes) {
    throw new McoError('untrusted/too-large', `the message has ${bytes.length} bytes, over the limit of ${maxBytes}`);
  }
  if (jsonDepth(bytes) > LIMITS.jsonDepth) {
    throw new McoError('untrusted/too-deep', `the message is nested deeper than ${LIMITS.jsonDepth} levels`);
  }
  const value = parse(bytes);
  refuseInheritedNames(value);
  return value;
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch (cause) {
    throw new McoError('untrusted/not-json', 'the message is not JSON in UTF-8', { cause });
  }
}

/**
 * Refuses names that every object has, such as `__proto__` and `constructor`, at any depth: the schema library takes them for
 * known and drops them, and what was signed must not be less than what is checked.
 */
function refuseInheritedNames(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) {
    const name = Object.keys(value).find((key) => key === 'prototype' || key in Object.prototype);
    if (name !== undefined) throw new McoError('untrusted/malformed', `\`${name}\` can't be the name of a field`);
  }
  for (const part of Object.values(value)) refuseInheritedNames(part);
}

/**
 * A message as the bytes that are signed.
 *
 * @throws McoError `failed/too-large`
 */
export function encodeJson(value: unknown, maxBytes: number): Uint8Array {
  const bytes = encoder.encode(JSON.stringify(value));
  if (bytes.length > maxBytes) {
    throw new McoError(
      'failed/too-large',
      `the message would have ${bytes.length} bytes, over the limit of ${maxBytes}`,
    );
  }
  return bytes;
}
