import { McoError, toMcoError } from '../core/errors.ts';
import type { Bus } from '../core/ports.ts';
import type { Bot } from './bot.ts';

const LONGEST_MS = 5000;
const NOT_SIGNED = '';

/** How long a message to oneself took through the broker. */
export interface BrokerEcho {
  readonly roundTripMs: number;
}

type Asker = Pick<Bot, 'bus' | 'clock' | 'newId'>;

/** Two readers of one queue would take each other's messages: who asks meanwhile gets the same answer. */
const underWay = new WeakMap<Bus, Map<string, Promise<BrokerEcho>>>();

/**
 * Sends a message to oneself and waits until exactly that one comes back, five seconds at most.
 *
 * @param destination a queue that this bot alone reads, `echoDestination`
 * @throws McoError `unreachable/broker` with what the bus last said
 */
export function checkBroker(bot: Asker, destination: string): Promise<BrokerEcho> {
  const ofBus = underWay.get(bot.bus) ?? new Map<string, Promise<BrokerEcho>>();
  underWay.set(bot.bus, ofBus);
  const running = ofBus.get(destination);
  if (running !== undefined) return running;
  const started = awaitEcho(bot, destination).finally(() => ofBus.delete(destination));
  ofBus.set(destination, started);
  return started;
}

async function awaitEcho(bot: Asker, destination: string): Promise<BrokerEcho> {
  const over = new AbortController();
  const late = new Promise<never>((_, reject) => {
    const giveUp = (): void => reject(new Error(`nothing came back within ${LONGEST_MS / 1000} s`));
    over.signal.addEventListener('abort', bot.clock.after(LONGEST_MS, giveUp));
  });
  try {
    return await Promise.race([exchange(bot, destination, over.signal), late]);
  } catch (error) {
    throw describeSilence(bot.bus, error);
  } finally {
    over.abort();
  }
}

async function exchange({ bus, clock, newId }: Asker, destination: string, over: AbortSignal): Promise<BrokerEcho> {
  const expiresAt = clock.now() + LONGEST_MS;
  const send = (body: Uint8Array): Promise<void> =>
    bus.publish({ destination, body, signature: NOT_SIGNED, expiresAt });
  // A refused message costs the connection once, a refused subscription half a minute of it: the message goes first.
  await send(new TextEncoder().encode(newId()));
  over.throwIfAborted();
  const text = newId();
  const body = new TextEncoder().encode(text);
  const sentAt = clock.now();
  const echo = new Promise<BrokerEcho>((resolve) => {
    const unsubscribe = bus.subscribe(destination, (message) => {
      if (message.body.length !== body.length || new TextDecoder().decode(message.body) !== text) return;
      resolve({ roundTripMs: clock.now() - sentAt });
    });
    over.addEventListener('abort', unsubscribe);
  });
  await send(body);
  return echo;
}

function describeSilence(bus: Bus, error: unknown): McoError {
  const { code, message } = toMcoError(error);
  const said = bus.state === 'up' || bus.lastError === undefined ? message : `${message} (${bus.lastError})`;
  const hint =
    code === 'unreachable/refused'
      ? "the broker's configuration must let the bot read, write and create `mco.*.echo.>`"
      : 'check that the broker runs, and what the log says of the connection';
  return new McoError('unreachable/broker', `the broker does not give back what it is sent: ${said}`, {
    hint,
    cause: error,
  });
}
