import type { ChatReceiver } from '../../core/chat.ts';
import { McoError, toMcoError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { HttpDoor } from './http-door.ts';
import { createInbound, type Inbound } from './inbound.ts';
import type { SlackContext } from './slack-context.ts';
import { createSocketDoor, type SocketDoor } from './socket-door.ts';

const ASK_AGAIN_MS = 5000;

/** The way in which Slack's deliveries come. */
export type Transport =
  | { readonly kind: 'socket'; readonly appToken: string }
  | { readonly kind: 'http'; readonly door: HttpDoor };

export interface ListeningOptions {
  readonly context: SlackContext;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly apiUrl: string;
  readonly command: string;
}

/** Hears what people say, from `start` until `stop`. */
export interface Listening {
  /** @throws McoError `failed/chat-refused` when Slack does not take the tokens */
  start(receiver: ChatReceiver): Promise<void>;
  stop(): Promise<void>;
  /** One line for `health`. */
  /** Whether anything can come in at this moment. */
  hears(): boolean;
  describe(): string;
}

export function createListening(options: ListeningOptions): Listening {
  const { context, transport, clock, apiUrl, command } = options;
  let inbound: Inbound | undefined;
  let socket: SocketDoor | undefined;
  let isStopped = false;
  let cancelTimer = (): void => {};

  async function open(receiver: ChatReceiver): Promise<void> {
    const bot = await context.identify();
    if (isStopped) return;
    inbound = createInbound({ command, clock, bot, receiver, tellLater: createTeller(context, receiver) });
    if (transport.kind === 'http') return transport.door.open(inbound, receiver);
    const { appToken } = transport;
    socket = createSocketDoor({ appToken, apiUrl, clock, inbound, receiver });
    await socket.open();
  }

  /** Slack can't be reached at the start: the bot needs to know who it is before it listens. */
  async function openOrRetry(receiver: ChatReceiver): Promise<void> {
    try {
      await open(receiver);
    } catch (thrown) {
      const error = toMcoError(thrown);
      if (error.code !== 'unreachable/chat' && error.code !== 'unreachable/chat-busy') throw error;
      openLater(receiver, error);
    }
  }

  function openLater(receiver: ChatReceiver, error: McoError): void {
    if (isStopped) return;
    receiver.noteProblem(error);
    cancelTimer = clock.after(Math.max(error.retryAfterMs ?? 0, ASK_AGAIN_MS), () => {
      open(receiver).catch((thrown: unknown) => openLater(receiver, toMcoError(thrown)));
    });
  }

  async function stop(): Promise<void> {
    isStopped = true;
    cancelTimer();
    // What came in is answered first: its acknowledgement needs the connection.
    await inbound?.finish();
    if (transport.kind === 'http') transport.door.close();
    await socket?.close();
  }

  return {
    async start(receiver) {
      try {
        await openOrRetry(receiver);
      } catch (thrown) {
        await stop();
        throw thrown;
      }
    },
    stop,
    hears: () => transport.kind === 'http' || (socket?.connections ?? 0) > 0,
    describe() {
      if (transport.kind === 'http') return 'events over HTTP';
      const connections = socket?.connections ?? 0;
      return `Socket Mode, ${connections} ${connections === 1 ? 'connection' : 'connections'}`;
    },
  };
}

function createTeller(context: SlackContext, receiver: ChatReceiver): (via: string, text: string) => void {
  return (via, text) => {
    context.responseUrls
      .send(via, { response_type: 'ephemeral', replace_original: false, text })
      .catch((thrown: unknown) => {
        if (thrown instanceof McoError) receiver.noteProblem(thrown);
      });
  };
}
