import { parseArgs } from 'node:util';
import { McoError } from '../core/errors.ts';
import { suggest } from '../core/nearest.ts';

export const AGENT_HELP = `mco-agent answers signed requests on this node.

  mco-agent [--config FILE] [--check]

  --config FILE  default /etc/mco/agent.yaml; paths in it start at its directory
  --check        read everything, say what would be done, and exit
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
  const unknown = args
    .map((arg) => /^--([^=]+)/.exec(arg)?.[1])
    .find((name) => name !== undefined && !Object.hasOwn(OPTIONS, name));
  if (unknown !== undefined) {
    const hint = suggest(
      `--${unknown}`,
      Object.keys(OPTIONS).map((name) => `--${name}`),
    );
    throw new McoError('usage/unknown-option', `there is no option \`--${unknown}\``, { hint });
  }
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: false }).values;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new McoError('usage/bad-option', message.charAt(0).toLowerCase() + message.slice(1).replace(/\.$/, ''), {
      hint: 'see mco-agent --help',
      cause,
    });
  }
}
