import type { Socket } from 'node:net';
import { createConnection } from 'node:net';
import { McoError } from '../../core/errors.ts';
import { encodeString } from './wire.ts';

/** One connection to an ssh-agent at a time; requests are pipelined, answers come in the same order. */
export interface AgentConnection {
  /**
   * Sends one request and resolves with its answer, both without the length in front. Connects when needed.
   * @throws McoError `unreachable/ssh-agent`
   */
  ask(request: Uint8Array, timeoutMs: number): Promise<Buffer>;
  /** Ends the connection; waiting requests fail. */
  close(): void;
}

interface Waiting {
  resolve(answer: Buffer): void;
  reject(error: McoError): void;
  timer: NodeJS.Timeout;
}

const MAX_ANSWER_BYTES = 256 * 1024;
const MAX_WAITING = 10_000;

/** @param socketPath the agent's unix socket: the value of `SSH_AUTH_SOCK` */
export function createAgentConnection(socketPath: string): AgentConnection {
  let socket: Socket | undefined;
  let received: Buffer = Buffer.alloc(0);
  let waiting: Waiting[] = [];

  /** Answers have no numbers: once one is missing or late, all that wait are lost. The next request reconnects. */
  function fail(reason: string): void {
    const lost = waiting;
    waiting = [];
    socket?.destroy();
    socket = undefined;
    received = Buffer.alloc(0);
    for (const { reject, timer } of lost) {
      clearTimeout(timer);
      reject(new McoError('unreachable/ssh-agent', `the ssh-agent at ${socketPath} ${reason}`));
    }
  }

  function takeAnswers(): void {
    while (received.length >= 4) {
      const length = received.readUInt32BE(0);
      if (length === 0 || length > MAX_ANSWER_BYTES) return fail('sent an answer of a senseless length');
      if (received.length < 4 + length) return;
      const answer = Buffer.from(received.subarray(4, 4 + length));
      received = received.subarray(4 + length);
      const first = waiting.shift();
      if (first === undefined) return fail('sent an answer that nobody asked for');
      clearTimeout(first.timer);
      first.resolve(answer);
    }
    // An idle connection does not keep the process alive.
    if (waiting.length === 0) socket?.unref();
  }

  function connect(): Socket {
    const made = createConnection(socketPath);
    const failIfCurrent = (reason: string) => {
      if (socket === made) fail(reason);
    };
    made.on('data', (chunk: Buffer) => {
      if (socket !== made) return;
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      takeAnswers();
    });
    made.on('error', (error: NodeJS.ErrnoException) => failIfCurrent(`can't be reached (${error.code ?? 'error'})`));
    made.on('close', () => failIfCurrent('closed the connection'));
    return made;
  }

  return {
    ask(request, timeoutMs) {
      if (waiting.length >= MAX_WAITING) {
        return Promise.reject(new McoError('unreachable/ssh-agent', 'too many requests wait for the ssh-agent'));
      }
      return new Promise((resolve, reject) => {
        socket ??= connect();
        socket.ref();
        const timer = setTimeout(() => fail(`did not answer within ${timeoutMs} ms`), timeoutMs);
        waiting.push({ resolve, reject, timer });
        socket.write(encodeString(request));
      });
    },
    close: () => fail('is no longer in use'),
  };
}
