import type { NodeTools } from '../../../agent/plugins/index.ts';
import { createSimulatedCommands } from '../../adapters/simulation/simulated-commands.ts';
import { createSimulatedFacter } from '../../adapters/simulation/simulated-facter.ts';
import { createSimulatedFiles, SIMULATED_FLAGS } from '../../adapters/simulation/simulated-files.ts';
import { createSimulatedNet } from '../../adapters/simulation/simulated-net.ts';
import { createSimulatedProcesses } from '../../adapters/simulation/simulated-processes.ts';
import type { VirtualHost } from '../../adapters/simulation/virtual-host.ts';
import type { Clock } from '../../core/ports.ts';

const FACTER_MAX_AGE_MS = 600_000;

/** The same for a machine of which nothing but its name and its facts is known. */
export function simulateBareTools(
  { identity, facts }: Pick<VirtualHost, 'identity' | 'facts'>,
  clock: Clock,
): NodeTools {
  const none = { classes: new Set<string>(), packages: new Map(), available: new Map(), services: new Map() };
  return simulateTools({ identity, facts, ...none, wedged: false }, clock);
}

/** What the agents process, file, nettest, facter and shell work with on a machine that is only imagined. */
export function simulateTools(host: VirtualHost, clock: Clock): NodeTools {
  const { files, changes } = createSimulatedFiles(host, clock);
  return {
    processes: { processes: createSimulatedProcesses(host, clock), clock },
    files: { files, changes, clock, write: [`${SIMULATED_FLAGS}/*`], tail: ['/var/log/*'] },
    net: createSimulatedNet(host, clock),
    facter: { facter: createSimulatedFacter(host, clock), clock, maxAgeMs: FACTER_MAX_AGE_MS },
    shell: {
      files,
      settings: { environment: {}, limits: {}, shells: {} },
      pretend: createSimulatedCommands(host, clock),
    },
  };
}
