import { type Frame, unescapeHeader } from './frame.ts';

export interface ParserLimits {
  readonly maxHeadBytes: number;
  readonly maxHeaders: number;
  readonly maxBodyBytes: number;
}

const LF = 10;
const CR = 13;
const NUL = 0;
const EMPTY = Buffer.alloc(0);

/** The part of a frame before its body, and where the body starts. */
interface Head {
  readonly command: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly bodyStart: number;
  readonly contentLength: number | undefined;
}

/** Cuts a stream of bytes into STOMP 1.2 frames, within limits. Heart-beats (bare line ends) vanish. */
export class FrameParser {
  readonly #limits: ParserLimits;
  #chunks: Buffer[] = [];
  #size = 0;
  /** Below this many bytes no frame can be complete; it spares joining the chunks of a long body again and again. */
  #wanted = 1;

  constructor(limits: ParserLimits) {
    this.#limits = limits;
  }

  /**
   * The frames that `chunk` completes.
   * @throws Error when the bytes are no STOMP or over a limit; the parser is of no use after that
   */
  push(chunk: Buffer): Frame[] {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size < this.#wanted) return [];
    let rest = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    const frames: Frame[] = [];
    for (;;) {
      rest = withoutLineEnds(rest);
      const taken = rest.length === 0 ? undefined : this.#takeFrame(rest);
      if (taken === undefined) break;
      frames.push(taken.frame);
      rest = rest.subarray(taken.length);
    }
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#size = rest.length;
    return frames;
  }

  #takeFrame(bytes: Buffer): { frame: Frame; length: number } | undefined {
    const { maxBodyBytes } = this.#limits;
    this.#wanted = 1;
    const head = this.#parseHead(bytes);
    if (head === undefined) return undefined;
    const { command, headers, bodyStart, contentLength } = head;
    if (contentLength === undefined) {
      const end = bytes.indexOf(NUL, bodyStart);
      const length = (end === -1 ? bytes.length : end) - bodyStart;
      if (length > maxBodyBytes) throw new Error('a body over the limit');
      if (end === -1) return undefined;
      return { frame: { command, headers, body: bytes.subarray(bodyStart, end) }, length: end + 1 };
    }
    const end = bodyStart + contentLength;
    if (bytes.length < end + 1) {
      this.#wanted = end + 1;
      return undefined;
    }
    if (bytes[end] !== NUL) throw new Error('no NUL after the body');
    return { frame: { command, headers, body: bytes.subarray(bodyStart, end) }, length: end + 1 };
  }

  #parseHead(bytes: Buffer): Head | undefined {
    const { maxHeadBytes, maxHeaders, maxBodyBytes } = this.#limits;
    const end = findHeadEnd(bytes);
    if ((end ?? bytes.length) > maxHeadBytes) throw new Error('headers over the limit');
    if (end === undefined) return undefined;
    const lines = bytes.toString('utf8', 0, end).split(/\r?\n/);
    const command = lines.shift() ?? '';
    // CONNECT frames have no escapes, so that STOMP 1.0 peers can read them.
    const decode = command === 'CONNECT' || command === 'CONNECTED' ? (text: string) => text : unescapeHeader;
    const headers = new Map<string, string>();
    for (const line of lines) {
      if (line === '') continue;
      const colon = line.indexOf(':');
      if (colon === -1) throw new Error('a header line without a colon');
      const name = decode(line.slice(0, colon));
      if (!headers.has(name)) headers.set(name, decode(line.slice(colon + 1)));
      if (headers.size > maxHeaders) throw new Error('too many headers');
    }
    const declared = headers.get('content-length');
    if (declared !== undefined && !/^\d{1,15}$/.test(declared)) throw new Error('a content-length that is no number');
    const contentLength = declared === undefined ? undefined : Number(declared);
    if ((contentLength ?? 0) > maxBodyBytes) throw new Error('a body over the limit');
    return { command, headers, bodyStart: end, contentLength };
  }
}

/** Where the empty line ends, or undefined while it has not come. */
function findHeadEnd(bytes: Buffer): number | undefined {
  for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at + 1] === LF) return at + 2;
    if (bytes[at + 1] === CR && bytes[at + 2] === LF) return at + 3;
  }
  return undefined;
}

function withoutLineEnds(bytes: Buffer): Buffer {
  let start = 0;
  while (bytes[start] === LF || bytes[start] === CR) start += 1;
  return start === bytes.length ? EMPTY : bytes.subarray(start);
}
