import type { CommandLine, Options, Share } from '../core/command.ts';
import type { Filter } from '../core/filter.ts';
import { formatSearch } from './audit-search.ts';
import { formatExpression, formatFactTest, formatNameTest } from './format-filter.ts';
import { formatNodeSource } from './node-source.ts';
import { quoteWord } from './quote-word.ts';
import { isTornProgram } from './refuse-torn-program.ts';
import { splitWords } from './split-words.ts';

/** What a canonical command is made from. */
export type CommandParts = Pick<CommandLine, 'filter' | 'options'> & { readonly words: readonly string[] };

/**
 * The canonical spelling: words, filters, options, in one order and quoted only where needed. Words from the first
 * that begins with a dash on come last, after `--`. `parseCommandLine` reads the same command back.
 */
export function formatCommand({ words, filter, options }: CommandParts): string {
  const dash = words.findIndex((word) => word.length > 1 && word.startsWith('-'));
  const plain = (dash === -1 ? words : words.slice(0, dash)).map(quoteWord);
  const dashed = dash === -1 ? [] : ['--', ...words.slice(dash).map(quoteWord)];
  const chosen = [...formatFilter(filter), ...formatOptions(options)];
  const text = [...plain, ...chosen, ...dashed].join(' ');
  if (!isTornProgram(splitWords(text))) return text;
  const head = words.indexOf('shell') + 2;
  const program = words.slice(head).map(quoteWord);
  return [...words.slice(0, head).map(quoteWord), ...chosen, ...(dash === -1 ? [] : ['--']), ...program].join(' ');
}

/** The canonical spelling of a filter alone: `-F osfamily=Debian -C webserver`. Empty when everybody is meant. */
function formatFilter(filter: Filter): string[] {
  return [
    ...filter.facts.map((test) => withValue('-F', '--with-fact', formatFactTest(test))),
    ...filter.classes.map((test) => withValue('-C', '--with-class', formatNameTest(test))),
    ...filter.agents.map((test) => withValue('-A', '--with-agent', formatNameTest(test))),
    ...filter.identities.map((test) => withValue('-I', '--with-identity', formatNameTest(test))),
    ...filter.where.map((expression) => withValue('-S', '--select', formatExpression(expression))),
  ];
}

function formatOptions(options: Options): string[] {
  const valued: readonly (readonly [string, string | undefined])[] = [
    ['--limit', formatShare(options.limit)],
    ['--limit-seed', options.limitSeed?.toString()],
    ['--batch', formatShare(options.batch)],
    ['--batch-sleep', formatSeconds(options.batchSleepMs)],
    ['--canary', options.canary?.toString()],
    ['--max-fail', formatShare(options.maxFail)],
    ['--max-silent', formatShare(options.maxSilent)],
    ['--at-once', formatShare(options.atOnce)],
    ['--timeout', formatSeconds(options.timeoutMs)],
    ['--dt', formatSeconds(options.discoveryMs)],
    ['--ttl', formatSeconds(options.ttlMs)],
    ['--display', options.display],
    ['--sort', options.sort],
    ['--as', options.as],
    ['--in', options.in],
    ...formatSearch(options.search ?? {}),
  ];
  const flags: readonly (readonly [string, boolean])[] = [
    ['--noop', options.noop === true],
    ['--preview', options.preview === true],
    [`--${options.format}`, options.format !== 'text'],
    ['--group', options.group === true],
    ['--np', options.noProgress],
    ['-q', options.quiet],
    ['-v', options.verbose],
  ];
  const { collective, nodes } = options;
  return [
    ...(collective === undefined ? [] : [`-T ${collective}`]),
    ...(nodes === undefined ? [] : [withValue('--nodes', '--nodes', formatNodeSource(nodes))]),
    ...valued.flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value}`])),
    ...flags.flatMap(([name, isSet]) => (isSet ? [name] : [])),
  ];
}

/** A value that begins with a dash would read as an option. */
function withValue(short: string, long: string, value: string): string {
  return value.length > 1 && value.startsWith('-') ? quoteWord(`${long}=${value}`) : `${short} ${quoteWord(value)}`;
}

function formatShare(share: Share | undefined): string | undefined {
  if (share === undefined) return undefined;
  return 'percent' in share ? `${share.percent}%` : String(share.count);
}

function formatSeconds(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : String(ms / 1000);
}
