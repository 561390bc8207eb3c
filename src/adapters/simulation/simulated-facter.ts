import type { FactsBackend, TimedFacts } from '../../core/host/facts-backend.ts';
import type { Clock } from '../../core/ports.ts';
import { createWork } from './simulated-work.ts';
import type { VirtualHost } from './virtual-host.ts';

/** facter on a virtual host: the facts it has. */
export function createSimulatedFacter(host: VirtualHost, clock: Clock): FactsBackend {
  const work = createWork(host, 'facter calls', clock);
  let known: TimedFacts | undefined;
  return {
    current: () => known,
    async refresh(signal) {
      const startedAt = clock.now();
      await work(signal);
      known = { facts: host.facts, at: clock.now(), elapsedMs: clock.now() - startedAt };
      return known;
    },
  };
}
