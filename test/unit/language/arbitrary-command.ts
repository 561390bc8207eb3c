import fc from 'fast-check';
import type { AuditSearch, NodeSource, Options, Share, TimeMark } from '../../../src/core/command.ts';
import { DATA_FUNCTIONS } from '../../../src/core/data-function-table.ts';
import { type DataFieldType, gatherCalls, listDataTests, MAX_DATA_CALLS } from '../../../src/core/data-functions.ts';
import type { DataTest, Expression, FactTest, Filter, NameTest } from '../../../src/core/filter.ts';
import { findPathFault } from '../../../src/core/host/path-fault.ts';
import type { Pattern } from '../../../src/core/regex.ts';
import type { CommandParts } from '../../../src/language/format-command.ts';

/** Any command that the grammar can express, for property tests. */

const hard = fc.constantFrom(
  'a',
  'B',
  '0',
  '-',
  '/',
  '\\',
  '=',
  '!',
  '~',
  '<',
  '>',
  "'",
  '"',
  '`',
  '$',
  '(',
  ')',
  '.',
  'é',
  '😀',
  '—',
  '“',
  '&',
  '|',
  ',',
);
const text = fc.oneof(
  fc.stringMatching(/^[a-z0-9.:_-]{1,12}$/),
  fc.string({ unit: fc.oneof(hard, fc.constant(' ')), minLength: 1, maxLength: 10 }),
);
const tight = text.map((word) => word.replace(/\s/g, '')).filter((word) => word !== '');
const value = text.map((word) => word.trim()).filter((word) => word !== '');

const pattern: fc.Arbitrary<Pattern> = fc
  .tuple(fc.constantFrom('a', '^web[0-9]+$', 'a/b', '\\d', 'x\\\\/y', "it's", 'a|b', '(?:x y)', '"', ' '), fc.boolean())
  .map(([source, ignoreCase]) => (ignoreCase ? { pattern: source, ignoreCase } : { pattern: source }));

const ordering = fc.constantFrom('=', '!=', '<', '>', '<=', '>=') as fc.Arbitrary<'=' | '!=' | '<'>;
const matching = fc.constantFrom('=~', '!~') as fc.Arbitrary<'=~' | '!~'>;

/** What `-F` can't say: a text that looks like a pattern and is compared with `!=`. */
const looksLikePattern = (word: string) => /^\/.*\/i?$/.test(word);
const factName = tight.map((word) => word.replace(/[=<>!~]/g, '')).filter((word) => word !== '');
const factTest: fc.Arbitrary<FactTest> = fc.oneof(
  fc
    .record({ fact: factName, op: ordering, value })
    .filter((test) => test.op !== '!=' || !looksLikePattern(test.value)),
  fc.record({ fact: factName, op: matching, value: pattern }),
);

const nameTest = (name: fc.Arbitrary<string>): fc.Arbitrary<NameTest> =>
  fc.oneof(
    name.map((is) => ({ is })),
    pattern.map((matches) => ({ matches })),
  );
const className = tight.filter((word) => !word.startsWith('/'));
const bareName = fc.stringMatching(/^[a-z][a-z0-9_.:-]{0,8}$/).filter((word) => !['and', 'or', 'not'].includes(word));
const plain = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/);

const comparison = fc.oneof(
  fc.record({ op: ordering, value: fc.oneof(text, fc.constant('')) }),
  fc.record({ op: matching, value: pattern }),
);
const compared: Readonly<Record<DataFieldType, fc.Arbitrary<Pick<DataTest, 'op' | 'value'>>>> = {
  text: comparison,
  version: fc.oneof(
    fc.record({ op: ordering, value: fc.constantFrom('1', '2.19-0ubuntu6.5', '1:4.2~rc1+dfsg-3', "0'") }),
    fc.record({ op: matching, value: pattern }),
  ),
  number: fc.record({ op: ordering, value: fc.constantFrom('0', '-1', '3.5', '1e3') }),
  boolean: fc.record({
    op: fc.constantFrom('=', '!='),
    value: fc.constantFrom('true', 'false', 'yes', 'no', '1', '0'),
  }),
};
const ARGUMENTS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  agent: plain,
  collective: plain,
  fact: tight,
  fstat: text.map((path) => `/${path}`).filter((path) => findPathFault(path) === undefined),
  package: fc.constantFrom('libc6', 'libstdc++6', 'libc6:i386'),
  process: fc.constantFrom('^nginx', "it's", 'a|b'),
  resource: fc.constantFrom('file[/etc/motd]', "exec[it's]"),
  service: fc.constantFrom('ssh', 'getty@tty1.service'),
};
const dataTest: fc.Arbitrary<DataTest> = fc
  .constantFrom(...DATA_FUNCTIONS)
  .chain((known) => fc.tuple(fc.constant(known), fc.constantFrom(...Object.entries(known.fields))))
  .chain(([known, [field, { type }]]) => {
    const argument = ARGUMENTS[known.name];
    const called = compared[type].map((comparing) => ({ function: known.name, field, ...comparing }));
    if (argument === undefined) return called;
    return fc.tuple(called, argument).map(([test, given]) => ({ ...test, argument: given }));
  });

const leaf: fc.Arbitrary<Expression> = fc.oneof(
  nameTest(bareName).map((test) => ({ class: test })),
  fc
    .record({ fact: bareName, comparison })
    .map(({ fact, comparison: comparing }) => ({ fact: { fact, ...comparing } as FactTest })),
  dataTest.map((data) => ({ data })),
);

/** Joins inside joins of their own kind would be flattened, so they are left out. */
function expression(depth: number): fc.Arbitrary<Expression> {
  if (depth === 0) return leaf;
  const inner = expression(depth - 1);
  const parts = (key: 'all' | 'any') =>
    fc.array(
      inner.filter((part) => !(key in part)),
      { minLength: 2, maxLength: 3 },
    );
  return fc.oneof(
    leaf,
    inner.map((not) => ({ not })),
    parts('all').map((all) => ({ all })),
    parts('any').map((any) => ({ any })),
  );
}

const few = <T>(item: fc.Arbitrary<T>) => fc.array(item, { maxLength: 2 });
const filter: fc.Arbitrary<Filter> = fc.record({
  facts: few(factTest),
  classes: few(nameTest(className)),
  agents: few(nameTest(plain)),
  identities: few(nameTest(fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,9}[a-z0-9]$/))),
  where: few(expression(3)).filter((where) => gatherCalls(listDataTests({ where })).length <= MAX_DATA_CALLS),
});

const share: fc.Arbitrary<Share> = fc.oneof(
  fc.integer({ min: 1, max: 9_999_999 }).map((count) => ({ count })),
  fc.integer({ min: 1, max: 100 }).map((percent) => ({ percent })),
);
const which = fc.constantFrom('all', 'ok', 'failed', 'silent', 'open') as fc.Arbitrary<'all' | 'ok' | 'failed'>;
const nodes: fc.Arbitrary<NodeSource> = fc.oneof(
  which.map((share): NodeSource => ({ from: 'last', which: share })),
  fc
    .record({ run: fc.stringMatching(/^[0-9a-f][0-9a-f-]{2,34}[0-9a-f]$/), which })
    .map((run): NodeSource => ({ from: 'run', ...run })),
  text.filter((file) => /[/.]/.test(file)).map((file): NodeSource => ({ from: 'file', file })),
);
const threshold: fc.Arbitrary<Share> = fc.oneof(share, fc.constantFrom({ count: 0 }, { percent: 0 }));
const timeMark: fc.Arbitrary<TimeMark> = fc.oneof(
  fc.integer({ min: 0, max: 4_000_000_000 }).map((at) => ({ at: at * 1000 })),
  fc.integer({ min: 0, max: 40_000 }).map((days) => ({ at: days * 86_400_000 })),
  fc.integer({ min: 1, max: 300_000_000 }).map((agoS) => ({ agoMs: agoS * 1000 })),
  fc.integer({ min: 1, max: 3650 }).map((days) => ({ agoMs: days * 86_400_000 })),
);
const id = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._/:@+-]{0,20}$/);
const search: fc.Arbitrary<AuditSearch> = fc
  .record(
    {
      who: id,
      node: fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,9}[a-z0-9]$/),
      action: fc.stringMatching(/^[a-z][a-z0-9_]{0,9}(\.[a-z][a-z0-9_]{0,9})?$/),
      run: fc.stringMatching(/^[0-9a-f][0-9a-f-]{2,34}[0-9a-f]$/),
      since: timeMark,
      until: timeMark,
    },
    { requiredKeys: [] },
  )
  .filter((parts) => Object.keys(parts).length > 0);
const ms = (maxS: number) => fc.integer({ min: 1, max: maxS * 1000 });
/** Waves come with a threshold, whether they were typed or not. */
const withWaves = (options: Options): Options => {
  const { batch, maxFail, maxSilent, atOnce, canary, batchSleepMs } = options;
  if (options.limit === undefined && options.limitSeed !== undefined) {
    const { limitSeed: _seed, ...others } = options;
    return withWaves(others);
  }
  const hasWaves = [batch, canary, maxFail, maxSilent].some((option) => option !== undefined);
  if (atOnce === undefined && !hasWaves && batchSleepMs !== undefined) {
    const { batchSleepMs: _sleep, ...others } = options;
    return withWaves(others);
  }
  if (atOnce !== undefined) {
    const { batch: _batch, batchSleepMs: _sleep, canary: _canary, ...others } = options;
    return others;
  }
  const isWatched = maxFail !== undefined || maxSilent !== undefined;
  return isWatched && batch === undefined ? { ...options, batch: { percent: 10 } } : options;
};
const anyOptions: fc.Arbitrary<Options> = fc.record(
  {
    nodes,
    collective: fc.stringMatching(/^[a-z][a-z0-9_-]{0,9}$/),
    limit: share,
    limitSeed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    batch: share,
    batchSleepMs: fc.integer({ min: 0, max: 3_600_000 }),
    canary: fc.integer({ min: 1, max: 9_999_999 }),
    maxFail: threshold,
    maxSilent: threshold,
    atOnce: share,
    noop: fc.constant(true),
    preview: fc.constant(true),
    as: id,
    in: id,
    search,
    timeoutMs: ms(3600),
    discoveryMs: ms(60),
    ttlMs: ms(600),
    display: fc.constantFrom('ok', 'failed', 'all'),
    sort: fc.constantFrom('node', 'time', 'value'),
    group: fc.constant(true),
    format: fc.constantFrom('text', 'json', 'csv'),
    noProgress: fc.boolean(),
    quiet: fc.boolean(),
    verbose: fc.boolean(),
  },
  { requiredKeys: ['format', 'noProgress', 'quiet', 'verbose'] },
);

// Cloned because fast-check makes some records without a prototype, which deepEqual minds.
export const anyCommand: fc.Arbitrary<CommandParts> = fc
  .record({
    words: fc.array(fc.oneof(text, fc.constant('')), { maxLength: 5 }),
    filter,
    options: anyOptions.map(withWaves),
  })
  .map((command) => structuredClone(command));
