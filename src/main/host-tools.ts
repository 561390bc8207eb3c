import { existsSync } from 'node:fs';
import { createFacterCache } from '../../agent/plugins/facter/facter-cache.ts';
import { refreshRegularly } from '../../agent/plugins/facter/refresh-regularly.ts';
import { createFileChanges } from '../../agent/plugins/file/coreutils.ts';
import type { NodeTools } from '../../agent/plugins/index.ts';
import { createHostNet } from '../../agent/plugins/nettest/host-net.ts';
import { createPsBackend } from '../../agent/plugins/process/ps.ts';
import { systemClock as clock } from '../adapters/clock/system-clock.ts';
import { createHostFiles } from '../adapters/exec/host-files.ts';
import { connectPort } from '../adapters/net/connect-port.ts';
import { type McoError, toMcoError } from '../core/errors.ts';
import type { Facts } from '../core/facts.ts';
import type { ProcessRunner } from '../core/ports.ts';
import { DEFAULT_TOOLS, type FacterConfig, type ToolsConfig } from './tools-config.ts';

const FACTERS = ['/usr/bin/facter', '/opt/puppetlabs/bin/facter'];
const DEFAULT_FACTER: FacterConfig = { command: undefined, everyMs: 600_000, legacy: true, isIntoFacts: false };

export interface HostTools {
  readonly tools: NodeTools;
  /** The facts of the files, and below them facter's where they are to count: what is remembered of them. */
  mergeFacts(own: Facts): Facts;
  close(): void;
}

/** What the agents process, file, nettest, facter and shell work with on this machine. */
export function openHostTools(
  runner: ProcessRunner,
  { file, facter, shell }: ToolsConfig = DEFAULT_TOOLS,
  onProblem: (problem: McoError) => void = () => {},
): HostTools {
  const files = createHostFiles(runner);
  const facts = openFacter(runner, facter, onProblem);
  return {
    tools: {
      processes: { processes: createPsBackend(runner, { clock }), clock },
      files: { files, changes: createFileChanges(runner), clock, ...file },
      net: createHostNet({ runner, clock, connect: connectPort }),
      facter: facts?.parts,
      shell: shell && { files, settings: shell },
    },
    mergeFacts: (own) => facts?.merge(own) ?? own,
    close: () => facts?.close(),
  };
}

interface OpenFacter {
  readonly parts: NonNullable<NodeTools['facter']>;
  merge(own: Facts): Facts;
  close(): void;
}

function openFacter(
  runner: ProcessRunner,
  config: FacterConfig | undefined,
  onProblem: (problem: McoError) => void,
): OpenFacter | undefined {
  const installed = FACTERS.find((path) => existsSync(path));
  if (config === undefined && installed === undefined) return undefined;
  const { command, everyMs, legacy, isIntoFacts } = config ?? DEFAULT_FACTER;
  const facter = createFacterCache({ runner, clock, command: command ?? [installed ?? 'facter'], legacy });
  const tell = (problem: unknown): void => onProblem(toMcoError(problem));
  const close = isIntoFacts ? refreshRegularly(facter, { clock, everyMs, onProblem: tell }) : () => {};
  return {
    parts: { facter, clock, maxAgeMs: everyMs },
    merge: (own) => (isIntoFacts ? { ...facter.current()?.facts, ...own } : own),
    close,
  };
}
