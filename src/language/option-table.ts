/** How an option is written and what follows it. */
export interface OptionSpec {
  /** The long name, without dashes; yargs-parser's key. */
  readonly name: string;
  /** Other spellings: one letter takes one dash, the rest take two. */
  readonly aliases: readonly string[];
  /** What the value is, as shown to people; a flag has none. */
  readonly takes?: string;
  /** An example of a good value. */
  readonly example?: string;
  /** May be given more than once. */
  readonly many?: true;
}

/** Every option of the command language. */
export const OPTIONS = [
  { name: 'with-fact', aliases: ['F', 'wf'], takes: 'a fact comparison', example: 'osfamily=Debian', many: true },
  { name: 'with-class', aliases: ['C', 'wc'], takes: 'a class', example: 'webserver', many: true },
  { name: 'with-agent', aliases: ['A', 'wa'], takes: 'an agent', example: 'package', many: true },
  { name: 'with-identity', aliases: ['I', 'wi'], takes: 'a node', example: 'web1.example.com', many: true },
  { name: 'with', aliases: ['W'], takes: 'facts and classes', example: '"osfamily=Debian webserver"', many: true },
  {
    name: 'select',
    aliases: ['S'],
    takes: 'an expression',
    example: '"osfamily=Debian and not webserver"',
    many: true,
  },
  { name: 'target', aliases: ['T'], takes: 'a collective', example: 'mcollective' },
  { name: 'nodes', aliases: [], takes: '`last`, a run or a file', example: 'last:failed' },
  { name: 'limit', aliases: ['ln', 'limit-nodes'], takes: 'a number of nodes or a percentage', example: '10%' },
  { name: 'limit-seed', aliases: [], takes: 'a whole number', example: '42' },
  { name: 'one', aliases: ['1'] },
  { name: 'batch', aliases: [], takes: 'a number of nodes or a percentage', example: '10' },
  { name: 'batch-sleep', aliases: [], takes: 'seconds', example: '5' },
  { name: 'canary', aliases: [], takes: 'a number of nodes', example: '3' },
  { name: 'max-fail', aliases: [], takes: 'a number of nodes or a percentage', example: '5%' },
  { name: 'max-silent', aliases: [], takes: 'a number of nodes or a percentage', example: '10' },
  { name: 'at-once', aliases: [], takes: 'a number of nodes or a percentage', example: '20' },
  { name: 'noop', aliases: [] },
  { name: 'preview', aliases: [] },
  { name: 'timeout', aliases: ['t'], takes: 'seconds', example: '30' },
  { name: 'discovery-timeout', aliases: ['dt'], takes: 'seconds', example: '2' },
  { name: 'ttl', aliases: [], takes: 'seconds', example: '60' },
  { name: 'json', aliases: ['j'] },
  { name: 'csv', aliases: [] },
  { name: 'display', aliases: [], takes: '`ok`, `failed` or `all`', example: 'failed' },
  { name: 'sort', aliases: [], takes: '`node`, `time` or `value`', example: 'time' },
  { name: 'group', aliases: [] },
  { name: 'no-progress', aliases: ['np'] },
  { name: 'quiet', aliases: ['q'] },
  { name: 'verbose', aliases: ['v'] },
  { name: 'as', aliases: [], takes: 'a person or an account', example: 'ana' },
  { name: 'in', aliases: [], takes: 'a place', example: 'slack:T024BE7LD/C0INC42' },
  { name: 'who', aliases: [], takes: 'a person or an account', example: 'ana' },
  { name: 'node', aliases: [], takes: 'a node', example: 'web1.example.com' },
  { name: 'action', aliases: [], takes: 'an action or an agent', example: 'package.update' },
  { name: 'run', aliases: [], takes: "the end of a run's id", example: '7f3a' },
  { name: 'since', aliases: [], takes: 'a time', example: '2h' },
  { name: 'until', aliases: [], takes: 'a time', example: '2026-11-22T10:00Z' },
] as const satisfies readonly OptionSpec[];

export type OptionName = (typeof OPTIONS)[number]['name'];

/** The options that only `audit` takes. */
export const SEARCH_OPTIONS = ['who', 'node', 'action', 'run', 'since', 'until'] as const satisfies OptionName[];

const SPECS: ReadonlyMap<string, OptionSpec & { readonly name: OptionName }> = new Map(
  OPTIONS.flatMap((spec) => [spec.name, ...spec.aliases].map((spelling) => [spelling, spec] as const)),
);

/** Options of the design that this version does not have. */
const LATER: ReadonlySet<string> = new Set(['dm', 'disc-method', 'do', 'disc-option']);

/** The option with this spelling, written without its dashes. */
export function findOption(spelling: string): (OptionSpec & { readonly name: OptionName }) | undefined {
  return SPECS.get(spelling);
}

/** Whether the option is planned but does not exist yet. */
export function isLaterOption(spelling: string): boolean {
  return LATER.has(spelling);
}

/** The spellings that take two dashes, without them. */
export const LONG_SPELLINGS: readonly string[] = [...SPECS.keys()].filter((name) => name.length > 1);

/** One spelling of every option, the letter where it has one. */
export const SHORTEST_SPELLINGS: readonly string[] = OPTIONS.map(({ name, aliases }) => {
  return dashed(aliases.find((alias) => alias.length === 1) ?? name);
});

/** An option's spelling with its dashes. */
export function dashed(spelling: string): string {
  return spelling.length === 1 ? `-${spelling}` : `--${spelling}`;
}
