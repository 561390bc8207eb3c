import type { McoError } from '../../core/errors.ts';

/** Makes the error for bytes that break the format: what it means depends on where they came from. */
export type WireFailure = (problem: string) => McoError;

const PRINTABLE = /^[\x20-\x7e]*$/;

/**
 * Reads SSH's binary format from front to back (RFC 4251, section 5). Every length is checked against what is
 * left; returned buffers are views, not copies.
 */
export class WireReader {
  readonly #bytes: Buffer;
  readonly #fail: WireFailure;
  #at = 0;

  /** @param fail the error to throw on malformed input */
  constructor(bytes: Uint8Array, fail: WireFailure) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#fail = fail;
  }

  /** The next `length` bytes, without a length in front. */
  raw(length: number): Buffer {
    if (length > this.#bytes.length - this.#at) throw this.#fail('it ends too early');
    const from = this.#at;
    this.#at += length;
    return this.#bytes.subarray(from, this.#at);
  }

  byte(): number {
    return this.raw(1).readUInt8(0);
  }

  u32(): number {
    return this.raw(4).readUInt32BE(0);
  }

  /** A `string`: any bytes, with their length in front. */
  string(): Buffer {
    return this.raw(this.u32());
  }

  /** A `string` of at most 256 printable ASCII characters: a name. */
  text(): string {
    const bytes = this.string();
    const text = bytes.length > 256 ? undefined : bytes.toString('latin1');
    if (text === undefined || !PRINTABLE.test(text)) throw this.#fail('a name in it is not plain text');
    return text;
  }

  /** A positive `mpint` in its shortest form, as big-endian bytes without the sign byte. */
  mpint(): Buffer {
    const bytes = this.string();
    const first = bytes[0];
    const second = bytes[1];
    if (first === undefined || first >= 0x80) throw this.#fail('a number in it is not positive');
    if (first !== 0) return bytes;
    if (second === undefined || second < 0x80) throw this.#fail('a number in it has needless zeros');
    return bytes.subarray(1);
  }

  /** What is left. */
  rest(): Buffer {
    return this.raw(this.#bytes.length - this.#at);
  }

  /** Throws unless everything was read. */
  end(): void {
    if (this.#at !== this.#bytes.length) throw this.#fail('something follows its end');
  }
}

/** A `string`: the bytes (or the text as UTF-8) with their length in front. */
export function encodeString(value: Uint8Array | string): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
  const out = Buffer.allocUnsafe(4 + bytes.length);
  out.writeUInt32BE(bytes.length, 0);
  out.set(bytes, 4);
  return out;
}

/** An `mpint` of an unsigned big-endian number, in its shortest form. */
export function encodeMpint(value: Uint8Array): Buffer {
  const digits = stripZeros(value);
  const first = digits[0];
  return encodeString(first !== undefined && first >= 0x80 ? Buffer.concat([Buffer.of(0), digits]) : digits);
}

export function encodeU32(value: number): Buffer {
  const out = Buffer.allocUnsafe(4);
  out.writeUInt32BE(value, 0);
  return out;
}

/** The number with zeros in front, `length` bytes long; undefined when it does not fit. */
export function padNumber(value: Uint8Array, length: number): Buffer | undefined {
  if (value.length > length) return undefined;
  const out = Buffer.alloc(length);
  out.set(value, length - value.length);
  return out;
}

function stripZeros(value: Uint8Array): Uint8Array {
  let from = 0;
  while (from < value.length && value[from] === 0) from += 1;
  return value.subarray(from);
}
