import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Options } from '../../../src/core/command.ts';
import { EVERYBODY } from '../../../src/core/filter.ts';
import { parseCommandLine } from '../../../src/language/parse-command-line.ts';
import { assertUsageError, usageErrorOf } from './usage-error.ts';

const DEFAULTS: Options = { format: 'text', noProgress: false, quiet: false, verbose: false };

function wordsOf(text: string): string[] {
  return parseCommandLine(text).words.map((word) => word.text);
}

describe('parseCommandLine: words', () => {
  it('reads the command of the founding document', () => {
    assert.deepEqual(parseCommandLine('package -F lsbmajdistrelease=14.04 status openafs-modules-dkms'), {
      text: 'package -F lsbmajdistrelease=14.04 status openafs-modules-dkms',
      words: [
        { text: 'package', start: 0, end: 7 },
        { text: 'status', start: 35, end: 41 },
        { text: 'openafs-modules-dkms', start: 42, end: 62 },
      ],
      filter: { ...EVERYBODY, facts: [{ fact: 'lsbmajdistrelease', op: '=', value: '14.04' }] },
      options: DEFAULTS,
      canonical: 'package status openafs-modules-dkms -F lsbmajdistrelease=14.04',
    });
  });

  it('takes an empty text for a command without words', () => assert.deepEqual(wordsOf(' '), []));
  it('keeps words as they were typed', () => {
    const words = ['004', '1e3', 'true', 'false', 'null', '0x10', 'a.b=1', '__proto__', 'constructor.x=1', '', '-'];
    assert.deepEqual(wordsOf("004 1e3 true false null 0x10 a.b=1 __proto__ constructor.x=1 '' -"), words);
  });
  it('takes everything after -- for words', () =>
    assert.deepEqual(wordsOf('shell run -- ls -l --json -- x'), ['shell', 'run', 'ls', '-l', '--json', '--', 'x']));
  it('finds options anywhere', () =>
    assert.deepEqual(wordsOf('-q package --limit 5 status -Fa=b bash -v'), ['package', 'status', 'bash']));
  it('does not take the word after a flag', () => assert.deepEqual(wordsOf('-j true --np 0 -1 5'), ['true', '0', '5']));
  it('suggests to `audit` its own options only', () => {
    assertUsageError('audit --max 5', 'unknown-option', { hint: 'known: --who, --node, --action, --run' });
    assertUsageError('audit --sinc 5d', 'unknown-option', { hint: 'did you mean `--since`?' });
    assertUsageError('ping --max 5', 'unknown-option', { hint: 'did you mean `--max-fail`?' });
  });
  it('pollutes no prototype', () => {
    assertUsageError('x --__proto__.polluted=1', 'unknown-option', { marked: '--__proto__.polluted' });
    assertUsageError('x --constructor.prototype.polluted 1', 'unknown-option');
    assert.equal(Reflect.get({}, 'polluted'), undefined);
  });
  it('refuses a text that is too long', () => {
    assert.equal(wordsOf('x'.repeat(4000)).length, 1);
    assertUsageError('x'.repeat(4001), 'too-long');
  });
  it('refuses a text whose canonical spelling is too long', () =>
    assertUsageError(`x -W "${'a '.repeat(190)}" ${'a> '.repeat(1100)}`, 'too-long'));
});

const VALUES: readonly (readonly [string, Partial<Options>])[] = [
  ['-T linux', { collective: 'linux' }],
  ['--target=linux', { collective: 'linux' }],
  ['--nodes last', { nodes: { from: 'last', which: 'all' } }],
  ['--nodes=last:failed', { nodes: { from: 'last', which: 'failed' } }],
  ['--nodes last:silent', { nodes: { from: 'last', which: 'silent' } }],
  ['--nodes 7f3a', { nodes: { from: 'run', run: '7f3a', which: 'all' } }],
  ['--nodes 7F3A:ok', { nodes: { from: 'run', run: '7f3a', which: 'ok' } }],
  [
    '--nodes 01a20279-6026-7e59-805e-e1a4c0a51b75:open',
    { nodes: { from: 'run', run: '01a20279-6026-7e59-805e-e1a4c0a51b75', which: 'open' } },
  ],
  ['--nodes 1000', { nodes: { from: 'run', run: '1000', which: 'all' } }],
  ['--nodes nodes.txt', { nodes: { from: 'file', file: 'nodes.txt' } }],
  ['--nodes ./last', { nodes: { from: 'file', file: './last' } }],
  ['--nodes ./a:failed', { nodes: { from: 'file', file: './a:failed' } }],
  [
    '--nodes last --limit 10 --batch 5',
    { nodes: { from: 'last', which: 'all' }, limit: { count: 10 }, batch: { count: 5 } },
  ],
  ['--limit 10', { limit: { count: 10 } }],
  ['--ln 10%', { limit: { percent: 10 } }],
  ['--limit-nodes=100%', { limit: { percent: 100 } }],
  ['-1', { limit: { count: 1 } }],
  ['--one', { limit: { count: 1 } }],
  ['-1 --limit-seed 0', { limit: { count: 1 }, limitSeed: 0 }],
  ['--batch 5 --batch-sleep .5', { batch: { count: 5 }, batchSleepMs: 500 }],
  ['-t 30', { timeoutMs: 30_000 }],
  ['-t30', { timeoutMs: 30_000 }],
  ['-t=1.001', { timeoutMs: 1001 }],
  ['--timeout 3600', { timeoutMs: 3_600_000 }],
  ['--dt 60', { discoveryMs: 60_000 }],
  ['--discovery-timeout 0.25', { discoveryMs: 250 }],
  ['--ttl 600', { ttlMs: 600_000 }],
  ['--json', { format: 'json' }],
  ['-j', { format: 'json' }],
  ['--csv', { format: 'csv' }],
  ['--display failed', { display: 'failed' }],
  ['--sort time', { sort: 'time' }],
  ['--group', { group: true }],
  ['--noop', { noop: true }],
  ['--at-once 20', { atOnce: { count: 20 } }],
  ['--at-once 5% --max-fail 3', { atOnce: { percent: 5 }, maxFail: { count: 3 } }],
  ['--np -q -v', { noProgress: true, quiet: true, verbose: true }],
  ['--no-progress --quiet --verbose', { noProgress: true, quiet: true, verbose: true }],
  ['-jqv1', { format: 'json', quiet: true, verbose: true, limit: { count: 1 } }],
  ['-qt5', { quiet: true, timeoutMs: 5000 }],
  ['--canary 3', { canary: 3 }],
  ['--max-fail 5%', { maxFail: { percent: 5 }, batch: { percent: 10 } }],
  ['--max-fail 0 --batch 4', { maxFail: { count: 0 }, batch: { count: 4 } }],
  ['--max-silent 0% --canary 1', { maxSilent: { percent: 0 }, canary: 1, batch: { percent: 10 } }],
  ['--max-fail 2 --canary 1 --batch 4', { maxFail: { count: 2 }, canary: 1, batch: { count: 4 } }],
  ['--preview', { preview: true }],
  ['--as slack:T024BE7LD/U2147483697 --in console', { as: 'slack:T024BE7LD/U2147483697', in: 'console' }],
  ['--who ana --node WEB1.example.com', { search: { who: 'ana', node: 'web1.example.com' } }],
  ['--action package --run 7F3A', { search: { action: 'package', run: '7f3a' } }],
  ['--since 2h --until 90m', { search: { since: { agoMs: 7_200_000 }, until: { agoMs: 5_400_000 } } }],
  ['--since 7d', { search: { since: { agoMs: 604_800_000 } } }],
  ['--since 1970-01-02', { search: { since: { at: 86_400_000 } } }],
  ['--until 1970-01-01T01:00Z', { search: { until: { at: 3_600_000 } } }],
  ['--until 1970-01-01T00:00:05Z', { search: { until: { at: 5000 } } }],
];

describe('parseCommandLine: options', () => {
  for (const [typed, options] of VALUES) {
    it(`reads \`${typed}\``, () => {
      const parsed = parseCommandLine(`ping ${typed}`);
      assert.deepEqual(parsed.options, { ...DEFAULTS, ...options });
      assert.deepEqual(
        parsed.words.map((word) => word.text),
        ['ping'],
      );
    });
  }

  for (const bad of ['0', '-5', '1.5', '0%', '101%', '5 %', '1e1', 'ten', '99999999', '05', '']) {
    it(`refuses \`--limit=${bad}\``, () =>
      assert.ok(['usage/bad-number', 'usage/missing-value'].includes(usageErrorOf(`x "--limit=${bad}"`).code)));
  }
  for (const bad of [
    '--timeout 3601',
    '--timeout 0',
    '--dt 61',
    '--ttl 601',
    '--timeout 30s',
    '--timeout 1e1',
    '--timeout Infinity',
    '--timeout 1.0001',
    '--limit-seed 4294967296',
    '--batch-sleep 1:00',
  ]) {
    it(`refuses \`${bad}\``, () => assertUsageError(`x ${bad}`, 'bad-number', { marked: bad.split(' ')[1] ?? '' }));
  }

  const refusals: readonly (readonly [string, string, { marked?: string; hint?: string }])[] = [
    ['ping --limt 4', 'unknown-option', { marked: '--limt', hint: '`--limit`' }],
    ['ping --limt=4', 'unknown-option', { marked: '--limt', hint: '`--limit`' }],
    ['ping -Z', 'unknown-option', { marked: '-Z', hint: '-F, -C, -A' }],
    ['ping -f a=b', 'unknown-option', { marked: '-f', hint: '`-F`' }],
    ['ping -V', 'unknown-option', { hint: '`-v`' }],
    ['ping --F a=b', 'unknown-option', { marked: '--F', hint: '`-F`' }],
    ['ping -limit 4', 'unknown-option', { marked: '-limit', hint: '`--limit`' }],
    ['ping -timeout 4', 'unknown-option', { hint: '`--timeout`' }],
    ['ping -dt 4', 'unknown-option', { hint: '`--dt`' }],
    ['ping --tim 4', 'unknown-option', { hint: '`--timeout`' }],
    ['ping --no-json', 'unknown-option', { hint: '`--json`' }],
    ['ping -qZ', 'unknown-option', { marked: '-qZ' }],
    ['ping -5', 'unknown-option', {}],
    ['ping ---', 'unknown-option', {}],
    ['ping --=x', 'unknown-option', {}],
    ['ping --dm=x', 'unknown-option', { marked: '--dm', hint: 'not available yet' }],
    ['ping --noop=x', 'unexpected-value', { marked: 'x' }],
    ['ping --limit-seed 7', 'conflicting-options', { marked: '7' }],
    ['ping --batch-sleep 2', 'conflicting-options', { marked: '2' }],
    ['ping --max-fail 200%', 'bad-number', { marked: '200%', hint: '`100%`' }],
    ['ping --at-once 5 --batch 3', 'conflicting-options', { marked: '3' }],
    ['ping --at-once 5 --canary 3', 'conflicting-options', { marked: '3' }],
    ['ping --sort nod', 'bad-choice', { marked: 'nod', hint: '`node`' }],
    ['ping --canry 3', 'unknown-option', { marked: '--canry', hint: '`--canary`' }],
    ['ping --maxfail 3', 'unknown-option', { hint: '`--max-fail`' }],
    ['ping -preview', 'unknown-option', { hint: '`--preview`' }],
    ['ping --canary 10%', 'bad-number', { marked: '10%' }],
    ['ping --canary 0', 'bad-number', { marked: '0' }],
    ['ping --max-fail 101%', 'bad-number', { marked: '101%' }],
    ['ping --max-fail 00', 'bad-number', { marked: '00' }],
    ['ping --max-silent=-1', 'bad-number', { marked: '-1' }],
    ['ping --batch 0', 'bad-number', { marked: '0' }],
    ['ping --preview=yes', 'unexpected-value', { marked: 'yes' }],
    ['audit --since yesterday', 'bad-time', { marked: 'yesterday', hint: '`2h`' }],
    ['audit --since 2026-02-30', 'bad-time', { marked: '2026-02-30' }],
    ['audit --since 2026-11-22T24:00Z', 'bad-time', {}],
    ['audit --since 2026-11-22T10:00', 'bad-time', { hint: '10:00Z' }],
    ['audit --since 0h', 'bad-time', {}],
    ['audit --until 99999d', 'bad-time', {}],
    ['audit --who "a b"', 'bad-name', { marked: '"a b"' }],
    ['audit --node web1,web2', 'bad-name', { marked: 'web1,web2' }],
    ['audit --action package.', 'bad-name', { marked: 'package.' }],
    ['audit --run x', 'bad-run', { marked: 'x', hint: '7f3a' }],
    ['policy explain --as= x', 'missing-value', {}],
    ['policy explain --in "#ops" x', 'bad-name', { marked: '"#ops"' }],
    ['ping --nodes x', 'bad-nodes', { marked: 'x', hint: './nodes.txt' }],
    ['ping --nodes=7f3', 'bad-nodes', { marked: '7f3' }],
    ['ping --nodes ----', 'missing-value', { marked: '--nodes' }],
    ['ping --nodes=-7f3a', 'bad-nodes', { marked: '-7f3a' }],
    ['ping --nodes=7f3a-', 'bad-nodes', { marked: '7f3a-' }],
    ['ping --nodes 01a20279-6026-7e59-805e-e1a4c0a51b750', 'bad-nodes', {}],
    ['ping --nodes web1,web2', 'bad-nodes', { hint: '-I' }],
    ['ping --nodes last:faild', 'bad-choice', { marked: 'faild', hint: '`failed`' }],
    ['ping --nodes last:', 'bad-choice', { marked: 'last:', hint: 'failed' }],
    ['ping --nodes 7f3a:failed:ok', 'bad-choice', { marked: 'failed:ok' }],
    ['ping --nodes :failed', 'bad-nodes', { marked: ':failed' }],
    ['ping --nodes ""', 'bad-nodes', {}],
    ['ping --nodes', 'missing-value', { hint: 'last:failed' }],
    ['ping --nodes last --nodes 7f3a', 'repeated-option', { marked: '7f3a' }],
    ['ping -F', 'missing-value', { marked: '-F', hint: 'osfamily=Debian' }],
    ['ping -F -C web', 'missing-value', { marked: '-F' }],
    ['ping --limit --json', 'missing-value', { marked: '--limit' }],
    ['ping --limit -- 5', 'missing-value', { marked: '--limit' }],
    ['ping --timeout=', 'missing-value', { marked: '--timeout=' }],
    ['ping --json=yes', 'unexpected-value', { marked: 'yes' }],
    ['ping -q=1', 'unexpected-value', { marked: '1' }],
    ['ping --limit 5 --ln 6', 'repeated-option', { marked: '6' }],
    ['ping -q --quiet', 'repeated-option', { marked: '--quiet' }],
    ['ping -1 --limit 5', 'conflicting-options', { marked: '-1' }],
    ['ping --json --csv', 'conflicting-options', { marked: '--csv' }],
    ['ping --display faild', 'bad-choice', { marked: 'faild', hint: '`failed`' }],
    ['ping -T a.b', 'bad-name', { marked: 'a.b' }],
    ['ping "-Fa b"', 'bad-fact', { marked: 'a b' }],
  ];
  for (const [text, code, expected] of refusals) {
    it(`refuses \`${text}\` with a caret`, () => assertUsageError(text, code, expected));
  }

  for (const later of ['dm', 'do']) {
    it(`says that \`--${later}\` is not there yet`, () =>
      assertUsageError(`x --${later} 1`, 'unknown-option', { marked: `--${later}`, hint: 'not available yet' }));
  }
});

describe('parseCommandLine: help', () => {
  for (const [typed, canonical] of [
    ['--help', 'help'],
    ['-h', 'help'],
    ['package --help', 'help package'],
    ['package status -h -F a=b', 'help package'],
  ] as const) {
    it(`takes \`${typed}\` for \`${canonical}\``, () => assert.equal(parseCommandLine(typed).canonical, canonical));
  }
});
