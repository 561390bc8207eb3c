import { McoError } from '../../core/errors.ts';
import type { NetBackend } from '../../core/host/net-backend.ts';
import type { Clock } from '../../core/ports.ts';
import { between, createRandom } from './seeded-random.ts';
import { createWork } from './simulated-work.ts';
import type { VirtualHost } from './virtual-host.ts';

const OPEN_PORTS: ReadonlySet<number> = new Set([22, 25, 80, 443, 389, 636, 61_613, 61_614]);
const NOBODY = /\.(?:invalid|test)$/;
const ADDRESS = /^(?:\d+\.\d+\.\d+\.\d+|[0-9a-f:]*:[0-9a-f:.]*)$/i;

/** A network in which every host answers but those under `.invalid` and `.test`, and nearly always. */
export function createSimulatedNet(host: VirtualHost, clock: Clock): NetBackend {
  const work = createWork(host, 'network calls', clock);
  return {
    async ping(name, count, signal) {
      await work(signal);
      const address = findAddress(name);
      if (address === undefined) throw new McoError('failed/no-such-host', `there is no host \`${name}\``);
      const random = createRandom(`${host.identity} pings ${name}`);
      if (random() < 0.01) return { address, sent: count, received: 0 };
      const min = round(0.1 + random() * 3);
      const average = round(min + random());
      return { address, sent: count, received: count, times: { min, average, max: round(average + random() * 5) } };
    },
    async connect({ host: name, port }, signal) {
      await work(signal);
      const address = findAddress(name);
      if (address === undefined) return { state: 'unknown host', address: '' };
      const random = createRandom(`${host.identity} connects ${name}:${port}`);
      if (random() < 0.01) return { state: 'no answer', address };
      return OPEN_PORTS.has(port)
        ? { state: 'open', address, elapsedMs: between(random, 1, 12) }
        : { state: 'refused', address };
    },
    async resolve(name, family, signal) {
      await work(signal);
      const address = findAddress(name);
      if (address === undefined) return [];
      const fits = family === 'any' || address.includes(':') === (family === 'aaaa');
      return fits ? [address] : [];
    },
  };
}

/** One for each name, the same on every machine. */
function findAddress(name: string): string | undefined {
  if (ADDRESS.test(name)) return name;
  if (name === 'localhost') return '127.0.0.1';
  if (NOBODY.test(name)) return undefined;
  const random = createRandom(`address of ${name}`);
  return `10.${between(random, 0, 15)}.${between(random, 0, 255)}.${between(random, 1, 254)}`;
}

const round = (value: number): number => Math.round(value * 1000) / 1000;
