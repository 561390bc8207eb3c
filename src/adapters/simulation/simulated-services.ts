import type { ServiceBackend } from '../../core/host.ts';
import type { Clock } from '../../core/ports.ts';
import { createWork } from './simulated-work.ts';
import type { VirtualHost } from './virtual-host.ts';

/** The services of a virtual host. */
export function createSimulatedServices(host: VirtualHost, clock: Clock): ServiceBackend {
  const work = createWork(host, 'service calls', clock);
  return {
    async status(name, signal) {
      await work(signal);
      return host.services.get(name) ?? { name, state: 'unknown', detail: 'no such service' };
    },
  };
}
