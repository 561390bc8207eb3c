import { homedir } from 'node:os';
import { join } from 'node:path';
import { McoError } from '../core/errors.ts';

export const SYSTEM_CLIENT_CONFIG = '/etc/mco/client.yaml';
export const USER_CLIENT_CONFIG = join(homedir(), '.config', 'mco', 'client.yaml');

export const CLIENT_HELP = `mco asks the nodes from a terminal, with your own key.

  mco package -F lsbmajdistrelease=14.04 status openafs-modules-dkms
  mco service status nginx -C webserver --json
  mco help                       what you can ask
  mco --config FILE COMMAND ...  another configuration than ~/.config/mco/client.yaml or ${SYSTEM_CLIENT_CONFIG}
  mco --version

Exit codes: 0 all ok, 1 nothing to ask or refused, 2 some failed, 3 some stayed silent, 4 not sent
`;

export interface ClientArgs {
  readonly command: 'run' | 'help' | 'version';
  readonly config: string | undefined;
  /** The words of the command, as the shell split them. */
  readonly words: readonly string[];
}

/**
 * Reads what stands before the command; everything from its first word on belongs to the command.
 *
 * @throws McoError `usage/missing-value`
 */
export function readClientArgs(args: readonly string[]): ClientArgs {
  const [first, second, ...rest] = args;
  if (first === undefined || first === '--help' || first === '-h')
    return { command: 'help', config: undefined, words: [] };
  if (first === '--version') return { command: 'version', config: undefined, words: [] };
  const inline = /^--config=(.+)$/s.exec(first)?.[1];
  if (inline !== undefined) return withConfig(inline, args.slice(1));
  if (first !== '--config') {
    if (args.includes('--config')) {
      throw new McoError('usage/bad-option', '`--config` stands before the command', {
        hint: 'mco --config FILE COMMAND ...',
      });
    }
    return { command: 'run', config: undefined, words: args };
  }
  if (second === undefined) {
    throw new McoError('usage/missing-value', '`--config` needs a file', { hint: 'mco --config FILE COMMAND ...' });
  }
  return withConfig(second, rest);
}

function withConfig(config: string, words: readonly string[]): ClientArgs {
  return { ...readClientArgs(words.slice(0, 1)), config, words };
}
