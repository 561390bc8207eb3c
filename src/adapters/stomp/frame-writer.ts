import type { Socket } from 'node:net';
import type { OutgoingFrame, OutgoingHeaders, OutgoingStream } from 'stompit';

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\r': '\\r', '\n': '\\n', ':': '\\c' };
const EMPTY = Buffer.alloc(0);
const END = Buffer.from('\0\n');
const HEARTBEAT = Buffer.from('\n');

/**
 * Takes the place of stompit's own writer, which sends each frame as three packets and waits for each. A frame is one
 * write, so those of one turn of the event loop leave together when the socket is corked.
 */
export function createFrameWriter(socket: Socket): OutgoingStream {
  // CONNECT goes without escapes (STOMP 1.2, "Value Encoding"); the version is set after it.
  let encodeText = (text: string): string => text;
  let finished = false;
  const finish = (): void => {
    finished = true;
  };
  for (const event of ['error', 'close', 'finish']) socket.on(event, finish);

  function encode(command: string, headers: OutgoingHeaders, body: Uint8Array): Buffer {
    const lines = Object.entries(headers).map(([name, value]) => `${encodeText(name)}:${encodeText(String(value))}\n`);
    return Buffer.concat([Buffer.from(`${command}\n${lines.join('')}\n`), body, END]);
  }

  function write(bytes: Buffer, onWritten?: () => void): void {
    if (!finished && socket.writable) socket.write(bytes, onWritten);
  }

  return {
    setVersion() {
      encodeText = (text) => text.replace(/[\\\r\n:]/g, (character) => ESCAPES[character] ?? character);
    },
    frame: (command, headers): OutgoingFrame => ({
      // Errors are the socket's, which says them itself.
      on() {},
      end(last) {
        if (typeof last === 'function') write(encode(command, headers, EMPTY), last);
        else write(encode(command, headers, last ?? EMPTY));
      },
    }),
    heartbeat: () => write(HEARTBEAT),
    finish,
    hasFinished: () => finished,
  };
}
