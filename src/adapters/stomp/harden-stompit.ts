import type { Client, FrameParser, IncomingFrame } from 'stompit';
import stompit from 'stompit';
import { createFrameWriter } from './frame-writer.ts';

/** A broker may ask for any heart-beat; timers beyond 2^31 ms would fire every millisecond. */
const MAX_HEARTBEAT_MS = 600_000;
const DEFAULT_MAX_BODY_BYTES = 1024 * 1024;

let done = false;

/**
 * Replaces the parts of stompit's frame parser that throw out of the event loop or read without bound. Idempotent.
 *
 * Frames follow STOMP 1.2 (https://stomp.github.io/stomp-specification-1.2.html): of repeated headers the first counts.
 */
export function hardenStompit(): void {
  if (done) return;
  done = true;
  const parser = stompit.IncomingFrameStream.prototype;
  guardHeaders(parser);
  guardBodies(parser);
  guardExceptions(parser);
}

/**
 * Gives one connection null-prototype tables, its own handling of ERROR frames, a limit for bodies, our writer
 * and bounded heart-beat timers. Call it right after `connect`.
 *
 * @param onRefused told which frame an ERROR is about, by the receipt that it asked for; the connection ends then
 */
export function guardClient(
  client: Client,
  { maxBodyBytes, onRefused }: { maxBodyBytes: number; onRefused(receipt: string, reason: string): void },
): void {
  // INVARIANT: names that the other side chooses are never looked up on an object with a prototype.
  client._receipts = Object.create(null);
  client._subscriptions = Object.create(null);
  client._incoming.maxBodyBytes = maxBodyBytes;
  client._output = createFrameWriter(client.getTransportSocket());
  client.setCommandHandlers = (handlers) => {
    client._commandHandlers = Object.assign(Object.create(null), handlers, {
      // ActiveMQ delivers now and then after it confirmed UNSUBSCRIBE; stompit would end the connection.
      MESSAGE: (frame: IncomingFrame, ...rest: unknown[]) => {
        const known = (frame.headers.subscription ?? '') in client._subscriptions;
        if (known) handlers.MESSAGE?.call(client, frame, ...rest);
        else frame.resume();
      },
      // stompit's own handler ends the process when the body is short plain text, as RabbitMQ sends it.
      ERROR: (frame: IncomingFrame) => {
        const { 'receipt-id': receipt, message = '' } = frame.headers;
        if (receipt !== undefined) onRefused(receipt, message);
        client.destroy(client.createApplicationError(frame.headers.message ?? 'an ERROR frame without a message'));
      },
    });
  };
  const runHeartbeat = client._runHeartbeat;
  client._runHeartbeat = (inputMs, outputMs) => {
    if (client._destroyed) return;
    runHeartbeat.call(client, boundHeartbeat(inputMs), boundHeartbeat(outputMs));
  };
}

function boundHeartbeat(wantedMs: number): number {
  return Math.min(Math.max(0, wantedMs), MAX_HEARTBEAT_MS);
}

function guardHeaders(parser: FrameParser): void {
  const parseCommandLine = parser._parseCommandLine;
  parser._parseCommandLine = function (this: FrameParser) {
    parseCommandLine.call(this);
    this._command = withoutCarriageReturn(this._command);
    this._headers = Object.create(null);
  };
  parser._parseHeaderLine = function (this: FrameParser) {
    const raw = this._parseLine();
    if (raw === null) return;
    // A CRLF that two packets split leaves its CR here; inside a value a CR is escaped.
    const line = withoutCarriageReturn(raw);
    if (line.length === 0) {
      this._beginBody();
      return;
    }
    const separator = line.indexOf(':');
    if (separator === -1) throw new Error('a header line without a colon');
    const name = decode(this, line.slice(0, separator));
    if (name in this._headers) return;
    if (this._numHeaders >= this._maxHeaders) throw new Error('too many headers');
    this._headers[name] = decode(this, line.slice(separator + 1));
    this._numHeaders += 1;
  };
}

/** Nearly no header has an escape; looking for one is quicker than replacing none. */
function decode(parser: FrameParser, text: string): string {
  return text.includes('\\') ? parser._decode(text) : text;
}

function guardBodies(parser: FrameParser): void {
  const beginBody = parser._beginBody;
  parser._beginBody = function (this: FrameParser) {
    const declared = this._headers['content-length'];
    if (declared !== undefined && !/^\d{1,15}$/.test(declared)) throw new Error('a content-length that is no number');
    this.bodyBytes = 0;
    countBody(this, Number(declared ?? 0));
    this.bodyBytes = 0;
    beginBody.call(this);
  };
  const parseBody = parser._parseBody;
  parser._parseBody = function (this: FrameParser) {
    const end = this._chunk.indexOf(0);
    countBody(this, end === -1 ? this._chunk.length : end);
    parseBody.call(this);
  };
}

function countBody(parser: FrameParser, bytes: number): void {
  const limit = parser.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES;
  parser.bodyBytes = (parser.bodyBytes ?? 0) + bytes;
  if (parser.bodyBytes > limit) throw new Error(`a body of more than ${limit} bytes`);
}

/** stompit hands on its own parse errors and lets any other exception end the process. */
function guardExceptions(parser: FrameParser): void {
  const continueTransform = parser._continueTransform;
  parser._continueTransform = function (this: FrameParser) {
    if (this.destroyed) return;
    try {
      continueTransform.call(this);
    } catch (error) {
      const callback = this._transformCallback;
      this._transformCallback = null;
      if (callback) callback(error instanceof Error ? error : new Error(String(error)));
      else this.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  };
}

function withoutCarriageReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
