import type { Options, Share, Threshold } from '../core/command.ts';
import { COLLECTIVE } from '../core/names.ts';
import { suggest } from '../core/nearest.ts';
import { parseId, readSearch } from './audit-search.ts';
import { parseNodeSource } from './node-source.ts';
import type { OptionName } from './option-table.ts';
import type { ReadOptions } from './read-options.ts';
import { failAt, quoteInput, type SourceWord } from './source-word.ts';

/** The longest times somebody may ask for, seconds. */
const MAX_TIMEOUT_S = 3600;
const MAX_DISCOVERY_S = 60;
const MAX_TTL_S = 600;
const MAX_SEED = 2 ** 32 - 1;

/** A threshold is looked at between two waves: with one wave, be it the one behind a canary, it would stop nothing. */
const WATCHED_BATCH: Share = { percent: 10 };

const DISPLAYS = ['ok', 'failed', 'all'] as const;
const SORTS = ['node', 'time', 'value'] as const;

/**
 * The options that are no filter, as numbers and words. Times are in ms. A threshold without waves gets some.
 *
 * @throws McoError `usage/bad-number`, `usage/bad-choice`, `usage/bad-name`, `usage/bad-nodes`, `usage/bad-run`,
 *   `usage/bad-time`, `usage/conflicting-options`
 */
export function readOptionValues(typed: ReadOptions): Options {
  const { valuesOf } = typed;
  const read = <T>(name: OptionName, parse: (word: SourceWord) => T): T | undefined => {
    const [word] = valuesOf(name);
    return word === undefined ? undefined : parse(word);
  };
  const one = read('one', (word) => word);
  const limit = read('limit', parseShare);
  if (one !== undefined && limit !== undefined) throw conflict(one, '`-1` and `--limit` contradict each other');
  const json = read('json', (word) => word);
  const csv = read('csv', (word) => word);
  if (json !== undefined && csv !== undefined) throw conflict(csv, '`--json` and `--csv` contradict each other');
  const canary = read('canary', parseCanary);
  const maxFail = read('max-fail', parseThreshold);
  const maxSilent = read('max-silent', parseThreshold);
  const atOnce = read('at-once', parseShare);
  for (const name of ['batch', 'batch-sleep', 'canary'] as const) {
    const word = atOnce === undefined ? undefined : read(name, (typed) => typed);
    if (word !== undefined) throw conflict(word, '`--at-once` knows no waves');
  }
  const isWatched = maxFail !== undefined || maxSilent !== undefined;
  const options = dropUndefined({
    collective: read('target', parseCollective),
    nodes: read('nodes', parseNodeSource),
    limit: one === undefined ? limit : { count: 1 },
    limitSeed: read('limit-seed', parseSeed),
    batch: read('batch', parseShare) ?? (isWatched && atOnce === undefined ? WATCHED_BATCH : undefined),
    batchSleepMs: read('batch-sleep', (word) => parseSeconds(word, { min: 0, max: MAX_TIMEOUT_S })),
    canary,
    maxFail,
    maxSilent,
    atOnce,
    noop: read('noop', () => true as const),
    preview: read('preview', () => true as const),
    timeoutMs: read('timeout', (word) => parseSeconds(word, { min: 0.001, max: MAX_TIMEOUT_S })),
    discoveryMs: read('discovery-timeout', (word) => parseSeconds(word, { min: 0.001, max: MAX_DISCOVERY_S })),
    ttlMs: read('ttl', (word) => parseSeconds(word, { min: 0.001, max: MAX_TTL_S })),
    format: json !== undefined ? 'json' : csv !== undefined ? 'csv' : 'text',
    display: read('display', parseDisplay),
    sort: read('sort', parseSort),
    group: read('group', () => true as const),
    noProgress: valuesOf('no-progress').length > 0,
    quiet: valuesOf('quiet').length > 0,
    verbose: valuesOf('verbose').length > 0,
    as: read('as', parseId),
    in: read('in', parseId),
    search: readSearch(typed),
  });
  refuseIdle(typed);
  return options;
}

/** Options that only say something about others: without those they would be ignored. */
const IDLE_WITHOUT: readonly (readonly [name: OptionName, others: readonly OptionName[]])[] = [
  ['limit-seed', ['limit', 'one']],
  ['batch-sleep', ['batch', 'canary', 'max-fail', 'max-silent']],
];

function refuseIdle({ valuesOf }: ReadOptions): void {
  for (const [name, others] of IDLE_WITHOUT) {
    const [word] = valuesOf(name);
    if (word === undefined || others.some((other) => valuesOf(other).length > 0)) continue;
    const [first = name] = others;
    throw conflict(word, `\`--${name}\` says nothing without \`--${first}\``);
  }
}

const parseShare = (word: SourceWord): Share => parsePart(word, /^([1-9]\d{0,6})(%?)$/);

/** As a share, and none at all is possible. */
const parseThreshold = (word: SourceWord): Threshold => parsePart(word, /^(0|[1-9]\d{0,6})(%?)$/);

function parsePart(word: SourceWord, shape: RegExp): Share {
  const [, digits, percent] = shape.exec(word.text) ?? [];
  const number = Number(digits);
  if (percent === '%' && number > 100) {
    throw failAt(word, 'usage/bad-number', {
      message: `${quoteInput(word.text)} is more than all of them`,
      hint: 'at most `100%`',
    });
  }
  if (digits === undefined) {
    throw failAt(word, 'usage/bad-number', {
      message: `${quoteInput(word.text)} is neither a number of nodes nor a percentage`,
      hint: 'such as `10` or `10%`',
    });
  }
  return percent === '%' ? { percent: number } : { count: number };
}

function parseCanary(word: SourceWord): number {
  if (/^[1-9]\d{0,6}$/.test(word.text)) return Number(word.text);
  throw failAt(word, 'usage/bad-number', {
    message: `${quoteInput(word.text)} is not a number of nodes`,
    hint: 'such as `3`',
  });
}

function parseSeed(word: SourceWord): number {
  const seed = /^\d{1,10}$/.test(word.text) ? Number(word.text) : Number.NaN;
  if (seed <= MAX_SEED) return seed;
  throw failAt(word, 'usage/bad-number', {
    message: `${quoteInput(word.text)} is not a whole number up to ${MAX_SEED}`,
    hint: 'such as `42`',
  });
}

/** Whole ms; more decimals are refused, not rounded. */
function parseSeconds(word: SourceWord, { min, max }: { min: number; max: number }): number {
  const seconds = /^(?:\d{1,6}(?:\.\d{1,3})?|\.\d{1,3})$/.test(word.text) ? Number(word.text) : Number.NaN;
  if (seconds >= min && seconds <= max) return Math.round(seconds * 1000);
  throw failAt(word, 'usage/bad-number', {
    message: `${quoteInput(word.text)} is not a number of seconds up to ${max}`,
    hint: 'such as `30` or `1.5`',
  });
}

function parseDisplay(word: SourceWord): (typeof DISPLAYS)[number] {
  const found = DISPLAYS.find((known) => known === word.text);
  if (found !== undefined) return found;
  throw failAt(word, 'usage/bad-choice', {
    message: `${quoteInput(word.text)} can't be displayed`,
    hint: suggest(word.text, DISPLAYS),
  });
}

function parseSort(word: SourceWord): (typeof SORTS)[number] {
  const found = SORTS.find((known) => known === word.text);
  if (found !== undefined) return found;
  throw failAt(word, 'usage/bad-choice', {
    message: `results can't be sorted by ${quoteInput(word.text)}`,
    hint: suggest(word.text, SORTS),
  });
}

function parseCollective(word: SourceWord): string {
  if (COLLECTIVE.test(word.text)) return word.text;
  throw failAt(word, 'usage/bad-name', {
    message: `${quoteInput(word.text)} can't be the name of a collective`,
    hint: 'lower-case letters, digits, `-` and `_`',
  });
}

function conflict(word: SourceWord, message: string) {
  return failAt(word, 'usage/conflicting-options', { message, hint: 'give one of them' });
}

function dropUndefined(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as unknown as Options;
}
