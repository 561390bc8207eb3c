import type { ChatReceiver } from '../../core/chat.ts';
import { McoError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { chatUnreachable } from './chat-error.ts';
import type { Inbound } from './inbound.ts';
import { createKeptSocket } from './kept-socket.ts';
import type { Envelope } from './socket-pool.ts';

/** Slack gives each payload to one of them: when one is lost, the other hears what is delivered again. */
const CONNECTIONS = 2;

export interface SocketDoorOptions {
  readonly appToken: string;
  readonly apiUrl: string;
  readonly clock: Clock;
  readonly inbound: Inbound;
  readonly receiver: ChatReceiver;
}

export interface SocketDoor {
  readonly connections: number;
  /**
   * Resolves when connected, or when it goes on trying by itself.
   *
   * @throws McoError `failed/chat-refused` when Slack does not take the app token
   */
  open(): Promise<void>;
  close(): Promise<void>;
}

/** Socket Mode (https://docs.slack.dev/apis/events-api/using-socket-mode). */
export function createSocketDoor({ appToken, apiUrl, clock, inbound, receiver }: SocketDoorOptions): SocketDoor {
  async function take({ body, ack }: Envelope): Promise<void> {
    const answer = await inbound.deliver(body);
    if (answer.kind === 'again') return;
    await ack(answer.reply === undefined ? undefined : { response_type: 'ephemeral', text: answer.reply });
  }

  function onEnvelope(envelope: Envelope): void {
    take(envelope).catch(() => {
      receiver.noteProblem(chatUnreachable('a connection to slack was lost before the acknowledgement was sent'));
    });
  }

  const onProblem = (problem: McoError): void => receiver.noteProblem(problem);
  const sockets = Array.from({ length: CONNECTIONS }, () =>
    createKeptSocket({ appToken, apiUrl, clock, onEnvelope, onProblem }),
  );

  return {
    get connections() {
      return sockets.filter(({ isOpen }) => isOpen).length;
    },
    async open() {
      const [first, ...others] = sockets.map((socket) => socket.start());
      for (const other of others) other.catch((thrown: unknown) => noteIfKnown(thrown));
      try {
        await first;
      } catch (thrown) {
        if (thrown instanceof McoError && thrown.code === 'failed/chat-refused') throw thrown;
        noteIfKnown(thrown);
      }
    },
    async close() {
      await Promise.all(sockets.map((socket) => socket.stop()));
    },
  };

  function noteIfKnown(thrown: unknown): void {
    if (thrown instanceof McoError) receiver.noteProblem(thrown);
  }
}
