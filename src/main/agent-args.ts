import { readProgramArgs } from './program-args.ts';

export const AGENT_HELP = `mco-agent answers signed requests on this node.

  mco-agent [--config FILE] [--check]
  mco-agent new NAME [--dir DIR] [--language python|sh]
                 make an agent of your own in DIR/NAME, ready to be changed

  --config FILE  default /etc/mco/agent.yaml; paths in it start at its directory
  --check        read everything, agents of your own too, say what would be done, and exit
  --version
  --help
`;

const OPTIONS = {
  config: { type: 'string', default: '/etc/mco/agent.yaml' },
  check: { type: 'boolean', default: false },
  version: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

export interface AgentArgs {
  readonly config: string;
  readonly check: boolean;
  readonly version: boolean;
  readonly help: boolean;
}

/** @throws McoError `usage/unknown-option`, `usage/bad-option` */
export function readAgentArgs(args: readonly string[]): AgentArgs {
  return readProgramArgs(args, OPTIONS, { program: 'mco-agent', allowWords: false }).values;
}
