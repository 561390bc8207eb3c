import { readFileSync } from 'node:fs';
import { arch, cpus, hostname, release, totalmem, type } from 'node:os';
import { refuseChanges } from '../../../agent/plugins/puppet/refuse-changes.ts';
import type { RunningAgent } from '../../../agent/start-agent.ts';
import { createProcessRunner } from '../../adapters/exec/process-runner.ts';
import type { Facts } from '../../core/facts.ts';
import { createHostBackends } from '../host-backends.ts';
import { openHostTools } from '../host-tools.ts';
import { type FleetParts, type NodeParts, startNode } from './start-virtual-node.ts';

/** This very machine as a node of the playground: real packages, services and facts. */
export interface ThisMachine {
  readonly identity: string;
  readonly facts: Facts;
}

/** @param taken identities of the imaginary nodes, in case this machine is called like one of them */
export function describeThisMachine(taken: ReadonlySet<string>): ThisMachine {
  const name = hostname()
    .toLowerCase()
    .replace(/[^a-z0-9._-]/g, '-')
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
  const identity = name === '' || taken.has(name) ? `this-machine${name === '' ? '' : `-${name}`}` : name;
  const os = readOsRelease();
  return {
    identity,
    facts: {
      kernel: type(),
      kernelrelease: release(),
      architecture: arch(),
      processorcount: cpus().length,
      memorysize_mb: Math.round(totalmem() / 2 ** 20),
      hostname: identity,
      simulated: false,
      os: { id: os.ID ?? 'unknown', release: os.VERSION_ID ?? 'unknown', name: os.PRETTY_NAME ?? 'unknown' },
    },
  };
}

export function startThisMachine(
  { identity, facts }: ThisMachine,
  fleet: FleetParts,
  parts: Pick<NodeParts, 'bus' | 'signer' | 'policy'>,
): Promise<RunningAgent> {
  const backends = createHostBackends();
  const { tools } = openHostTools(createProcessRunner());
  return startNode(fleet, {
    ...parts,
    identity,
    facts,
    classes: new Set(['this_machine']),
    ...backends,
    tools,
    // Who only wants to look at the playground must not change their own machine by it.
    packages: { ...backends.packages, manager: undefined },
    puppet: refuseChanges(backends.puppet),
  });
}

/** `/etc/os-release`: lines of `KEY="value"` (os-release(5)). Empty where there is none. */
function readOsRelease(): Record<string, string> {
  try {
    const lines = readFileSync('/etc/os-release', 'utf8').split('\n');
    return Object.fromEntries(
      lines.flatMap((line) => {
        const [, key, value] = /^([A-Z_]+)="?([^"]*)"?$/.exec(line) ?? [];
        return key === undefined || value === undefined ? [] : [[key, value]];
      }),
    );
  } catch {
    return {};
  }
}
