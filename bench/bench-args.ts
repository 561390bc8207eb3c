import { parseArgs } from 'node:util';
import { McoError } from '../src/core/errors.ts';
import { suggest } from '../src/core/nearest.ts';

export interface BenchArgs {
  /** Which benches to run, in this order. */
  readonly names: readonly string[];
  readonly quick: boolean;
  /** Where to write everything as JSON. */
  readonly json: string | undefined;
  readonly help: boolean;
}

/**
 * @param known the names of all benches; without any on the command line all are run
 * @throws McoError `usage/bad-option`, `unknown/bench`
 */
export function readBenchArgs(argv: readonly string[], known: readonly string[]): BenchArgs {
  const { values, positionals } = parse(argv);
  for (const name of positionals) {
    if (known.includes(name)) continue;
    throw new McoError('unknown/bench', `there is no bench \`${name}\``, { hint: suggest(name, known) });
  }
  const { quick, json, help } = values;
  return { names: positionals.length > 0 ? positionals : known, quick, json, help };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        quick: { type: 'boolean', default: false },
        json: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (cause) {
    throw new McoError('usage/bad-option', 'the options are not understood', { hint: 'see --help', cause });
  }
}
