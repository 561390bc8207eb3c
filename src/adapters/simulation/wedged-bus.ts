import type { Bus, BusMessage } from '../../core/ports.ts';
import { decodeRequest } from '../../core/request.ts';

/**
 * The bus as a wedged host sees it: of all messages only `rpcutil.ping` reaches it, so nothing but answers to pings
 * ever leaves it. It plays a machine that froze: found by discovery, and silent whatever it is asked then. The real
 * agent would say `timeout`, and its audit log would hold commands that a frozen machine never saw, so the requests
 * are kept from it rather than its replies. It stays like that: every command finds the same hosts silent.
 */
export function createWedgedBus(bus: Bus): Bus {
  return {
    publish: (message) => bus.publish(message),
    subscribe: (destination, onMessage) =>
      bus.subscribe(destination, (message) => {
        if (isPing(message)) onMessage(message);
      }),
    get losses() {
      return bus.losses;
    },
    get state() {
      return bus.state;
    },
    get lastError() {
      return bus.lastError;
    },
  };
}

/** Reads an unverified request, to drop it or not: whoever gets it checks it all the same. */
function isPing({ body }: BusMessage): boolean {
  try {
    const { agent, action } = decodeRequest(body);
    return agent === 'rpcutil' && action === 'ping';
  } catch {
    return false;
  }
}
