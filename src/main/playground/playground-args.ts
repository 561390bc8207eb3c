import { McoError } from '../../core/errors.ts';
import { suggest } from '../../core/nearest.ts';
import { readProgramArgs, refuseStrayWord } from '../program-args.ts';

export const PLAYGROUND_HELP = `mcobot playground: a whole site in one process, all of it simulated but for this machine

  npm start                                   a terminal chat; type /mco help
  npm start -- --once "/mco package -F lsbmajdistrelease=14.04 status openafs-modules-dkms"
                                              one command: prints its answer and exits with its code

  --once COMMAND   run one command and exit
  --as NAME        who speaks: ana (operator), bob (read-only), raj (lead)     [ana]
  --nodes N        size of the imaginary fleet, 1 to 20000                     [200]
  --json           print one JSON document instead of text
  --help           this text

Exit codes: 0 all ok, 1 nothing to ask or refused, 2 some failed, 3 some stayed silent, 4 not sent
`;

const OPTIONS = {
  once: { type: 'string' },
  as: { type: 'string', default: 'ana' },
  nodes: { type: 'string', default: '200' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

export interface PlaygroundArgs {
  readonly once: string | undefined;
  readonly person: string;
  readonly nodes: number;
  readonly json: boolean;
  readonly help: boolean;
}

/**
 * Reads the playground's own options.
 *
 * @param people who can speak
 * @throws McoError `usage/*`, `unknown/person`
 */
export function readPlaygroundArgs(args: readonly string[], people: readonly string[]): PlaygroundArgs {
  const { values, positionals } = readProgramArgs(args, OPTIONS, { program: 'npm start --', allowWords: true });
  refuseStrayWord(positionals, 'quote the command: npm start -- --once "/mco ping"');
  const person = values.as.replace(/^@/, '');
  if (!people.includes(person)) {
    throw new McoError('unknown/person', `there is no \`${person}\` in the playground`, {
      hint: suggest(person, people),
    });
  }
  return { once: values.once, person, nodes: readCount(values.nodes), json: values.json, help: values.help };
}

function readCount(text: string): number {
  const count = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= 20_000) return count;
  throw new McoError('usage/bad-number', `\`--nodes ${text}\` is not a number from 1 to 20000`);
}
