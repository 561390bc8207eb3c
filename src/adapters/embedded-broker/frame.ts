/** A STOMP 1.2 frame (https://stomp.github.io/stomp-specification-1.2.html). Of repeated headers the first counts. */
export interface Frame {
  readonly command: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

const EMPTY = Buffer.alloc(0);
const END = Buffer.from('\0\n');

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\r': '\\r', '\n': '\\n', ':': '\\c' };
const unescapes: ReadonlyMap<string, string> = new Map(Object.entries(escapes).map(([plain, coded]) => [coded, plain]));

/** Escapes a header's name or value; CONNECT and CONNECTED go without. */
export function escapeHeader(text: string): string {
  return text.replace(/[\\\r\n:]/g, (char) => escapes[char] ?? char);
}

/** @throws Error on an escape that STOMP 1.2 does not know */
export function unescapeHeader(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\.?/gs, (coded) => {
    const plain = unescapes.get(coded);
    if (plain === undefined) throw new Error('an unknown escape in a header');
    return plain;
  });
}

/** A whole frame as bytes. */
export function encodeFrame(
  command: string,
  headers: Iterable<readonly [string, string]>,
  body: Buffer = EMPTY,
): Buffer {
  return Buffer.concat([Buffer.from(`${command}\n`), encodeRest(headers, body)]);
}

/**
 * Everything after the lines that differ: a broadcast encodes this once and puts the
 * command and each subscriber's own header lines before it.
 */
export function encodeRest(headers: Iterable<readonly [string, string]>, body: Buffer): Buffer {
  let head = '';
  for (const [name, value] of headers) head += `${escapeHeader(name)}:${escapeHeader(value)}\n`;
  return Buffer.concat([Buffer.from(`${head}\n`), body, END]);
}
