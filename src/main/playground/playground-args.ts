import parse from 'yargs-parser';
import { McoError } from '../../core/errors.ts';
import { suggest } from '../../core/nearest.ts';

export const PLAYGROUND_HELP = `mcobot playground: a whole site in one process, all of it simulated but for this machine

  npm start                                   a terminal chat; type /mco help
  npm start -- --once "/mco package -F lsbmajdistrelease=14.04 status openafs-modules-dkms"
                                              one command: prints its answer and exits with its code

Options
  --once COMMAND   run one command and exit
  --as NAME        who speaks: ana (operator), bob (read-only), raj (lead)     [ana]
  --nodes N        size of the imaginary fleet, 1 to 20000                     [200]
  --json           print one JSON document instead of text
  --help           this text

Exit codes: 0 all ok, 1 nothing to ask or refused, 2 some failed, 3 some stayed silent, 4 not sent
`;

export interface PlaygroundArgs {
  readonly once: string | undefined;
  readonly person: string;
  readonly nodes: number;
  readonly json: boolean;
  readonly help: boolean;
}

const KNOWN = ['once', 'as', 'nodes', 'json', 'help'];

/**
 * Reads the playground's own options.
 *
 * @param people who can speak
 * @throws McoError `usage/unknown-option`, `usage/missing-value`, `usage/bad-number`, `unknown/person`
 */
export function readPlaygroundArgs(argv: readonly string[], people: readonly string[]): PlaygroundArgs {
  const parsed = parse([...argv], {
    string: ['once', 'as', 'nodes'],
    boolean: ['json', 'help'],
    alias: { help: ['h'] },
    configuration: { 'boolean-negation': false, 'camel-case-expansion': false, 'dot-notation': false, 'duplicate-arguments-array': false, 'parse-numbers': false, 'parse-positional-numbers': false },
  });
  for (const name of Object.keys(parsed).filter((key) => key !== '_' && key !== 'h' && !KNOWN.includes(key))) {
    throw new McoError('usage/unknown-option', `unknown option \`--${name}\``, { hint: suggest(name, KNOWN) });
  }
  const [stray] = parsed._;
  if (stray !== undefined) {
    throw new McoError('usage/stray-word', `\`${stray}\` is one word too many`, {
      hint: 'quote the command: npm start -- --once "/mco ping"',
    });
  }
  for (const name of ['once', 'as', 'nodes']) {
    if (parsed[name] === '') throw new McoError('usage/missing-value', `\`--${name}\` needs a value`);
  }
  const person = String(parsed['as'] ?? 'ana').replace(/^@/, '');
  if (!people.includes(person)) {
    throw new McoError('unknown/person', `there is no \`${person}\` in the playground`, { hint: suggest(person, people) });
  }
  return {
    once: parsed['once'] as string | undefined,
    person,
    nodes: readCount(String(parsed['nodes'] ?? '200')),
    json: parsed['json'] === true,
    help: parsed['help'] === true,
  };
}

function readCount(text: string): number {
  const count = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= 20_000) return count;
  throw new McoError('usage/bad-number', `\`--nodes ${text}\` is not a number from 1 to 20000`);
}
