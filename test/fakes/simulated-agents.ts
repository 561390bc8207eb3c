import { createAgents } from '../../agent/plugins/index.ts';
import { systemClock } from '../../src/adapters/clock/system-clock.ts';
import { hashText } from '../../src/adapters/hash/hash-text.ts';
import { layoutFleet } from '../../src/adapters/simulation/layout-fleet.ts';
import { createMemorySpool } from '../../src/adapters/simulation/memory-spool.ts';
import { createSimulatedPackages } from '../../src/adapters/simulation/simulated-packages.ts';
import { createSimulatedPuppet } from '../../src/adapters/simulation/simulated-puppet.ts';
import { createSimulatedServices } from '../../src/adapters/simulation/simulated-services.ts';
import type { Agent } from '../../src/core/agent.ts';
import { simulateTools } from '../../src/main/playground/simulate-tools.ts';

/** Every agent that comes with mcobot, over one imagined machine. */
export function createSimulatedAgents(): readonly Agent[] {
  const [host] = layoutFleet(1);
  if (host === undefined) throw new Error('a fleet of one is empty');
  return createAgents({
    jobs: createMemorySpool(),
    tools: simulateTools(host, systemClock),
    packages: createSimulatedPackages(host, systemClock),
    puppet: createSimulatedPuppet(host, systemClock),
    services: createSimulatedServices(host, systemClock),
    node: {
      version: '0',
      collectives: ['mcollective'],
      now: () => systemClock.now(),
      profile: () => ({ identity: 'n', facts: { os: 'x' }, classes: new Set(), agents: new Set(['package']) }),
      stats: () => ({}),
      audit: { find: () => Promise.resolve({ records: [], truncated: false }) },
      hash: hashText,
    },
  });
}
