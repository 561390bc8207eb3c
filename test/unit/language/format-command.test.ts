import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import * as v from 'valibot';
import { McoError } from '../../../src/core/errors.ts';
import { filterSchema } from '../../../src/core/filter-schema.ts';
import { formatCommand } from '../../../src/language/format-command.ts';
import { normaliseChatText } from '../../../src/language/normalise-text.ts';
import { parseCommandLine } from '../../../src/language/parse-command-line.ts';
import { stripTrigger } from '../../../src/language/strip-trigger.ts';
import { anyCommand } from './arbitrary-command.ts';

/** Property runs: some hundred in a test run, more for a long one. */
const RUNS = 500;

const CASES: readonly (readonly [string, string])[] = [
  ['package -F lsbmajdistrelease=14.04 status bash', 'package status bash -F lsbmajdistrelease=14.04'],
  [
    '-v -q --np --json --display all --ttl 60 --dt 2 -t 1.50 --batch-sleep 0 --batch 5 -1 --limit-seed 7 -T x ping',
    'ping -T x --limit 1 --limit-seed 7 --batch 5 --batch-sleep 0 --timeout 1.5 --dt 2 --ttl 60 --display all --json --np -q -v',
  ],
  ['ping -S "a and (b)" -I web1 -A package -C web -F a=b', "ping -F a=b -C web -A package -I web1 -S 'a and b'"],
  ['ping -W "a=b web"', 'ping -F a=b -C web'],
  ['ping -F cpus=>4', "ping -F 'cpus>=4'"],
  ['ping -F "a = b c"', "ping -F 'a=b c'"],
  ['ping -F a=/x/i', "ping -F 'a=~/x/i'"],
  ['ping -F a==/x/', 'ping -F a==/x/'],
  ['ping --with-fact=-a=b', 'ping --with-fact=-a=b'],
  ["find -S \"package('libc6').version < '2.19-0ubuntu6.5'\"", 'find -S "package(\'libc6\').version<2.19-0ubuntu6.5"'],
  ['find -S "!(a or b) and c!=\'d e\'"', 'find -S "not (a or b) and c!=\'d e\'"'],
  ['ping --limit 1 --nodes LAST:failed -T x', 'ping -T x --nodes last:failed --limit 1'],
  ['ping --nodes 7F3A:all', 'ping --nodes 7f3a'],
  ['ping --nodes "./my nodes"', "ping --nodes './my nodes'"],
  ['ping --nodes=-x.txt', 'ping --nodes=-x.txt'],
  ['package update x --max-fail 5%', 'package update x --batch 10% --max-fail 5%'],
  ['package update x --max-silent=0', 'package update x --batch 10% --max-silent 0'],
  ['package update x --max-fail 0% --canary 3', 'package update x --batch 10% --canary 3 --max-fail 0%'],
  ['package update x --canary 3', 'package update x --canary 3'],
  ['package update x --preview --max-fail 2 --batch 4', 'package update x --batch 4 --max-fail 2 --preview'],
  [
    'audit --until 2026-11-22T10:00:00Z --since 1440m --run 7F3A --action package.update --node WEB1 --who ana',
    'audit --who ana --node web1 --action package.update --run 7f3a --since 1d --until 2026-11-22T10:00Z',
  ],
  ['audit --since 2026-11-22T00:00Z --until 90s', 'audit --since 2026-11-22 --until 90s'],
  ['policy explain --in console --as ana ping', 'policy explain ping --as ana --in console'],
  ['shell run -q -- ls -l', 'shell run -q -- ls -l'],
  ["rpc x y ''", "rpc x y ''"],
  ['rpc x y "a\'b\\$c"', 'rpc x y "a\'b\\$c"'],
];

describe('the canonical spelling', () => {
  for (const [typed, canonical] of CASES) {
    it(`of \`${typed}\``, () => assert.equal(parseCommandLine(typed).canonical, canonical));
  }

  it('parses back to the same command, whatever the command', () => {
    fc.assert(
      fc.property(anyCommand, (command) => {
        const canonical = formatCommand(command);
        const parsed = parseCommandLine(canonical);
        assert.deepEqual(
          parsed.words.map((word) => word.text),
          command.words,
        );
        assert.deepEqual(parsed.filter, command.filter);
        assert.deepEqual(parsed.options, command.options);
        assert.equal(parsed.canonical, canonical);
      }),
      { numRuns: RUNS },
    );
  });

  it('makes filters that a request may carry', () => {
    fc.assert(
      fc.property(anyCommand, (command) => void v.parse(filterSchema, parseCommandLine(formatCommand(command)).filter)),
    );
  });

  it('has the spans of the words in the text', () => {
    fc.assert(
      fc.property(anyCommand, (command) => {
        const { text, words } = parseCommandLine(formatCommand(command));
        for (const word of words)
          assert.equal(parseCommandLine(`-- ${text.slice(word.start, word.end)}`).words[0]?.text, word.text);
      }),
    );
  });
});

/** Parses; a usage error is fine and points into the text, anything else is not. */
function parsesOrRefuses(text: string): void {
  try {
    const parsed = parseCommandLine(text);
    const again = parseCommandLine(parsed.canonical);
    assert.equal(again.canonical, parsed.canonical);
    assert.deepEqual(
      again.words.map((word) => word.text),
      parsed.words.map((word) => word.text),
    );
    assert.deepEqual([again.filter, again.options], [parsed.filter, parsed.options]);
  } catch (error) {
    if (!(error instanceof McoError) || error.family !== 'usage') throw error;
    const { at } = error;
    if (at !== undefined) {
      assert.equal(at.text.length, text.length);
      assert.ok(
        at.start >= 0 && at.start <= at.end && at.end <= text.length,
        `${at.start}..${at.end} in ${text.length}`,
      );
    }
  }
}

describe('any text at all', () => {
  const pieces = fc.constantFrom(
    ..." -F -C -A -I -W -S -T -1 --nodes last last:open 7f3a ./f --limit --batch --timeout --dt --json -- a b and or not ( ) ! = != =~ < <> / \\ \" ' a=b a=/x/i f('x').y [ { % 5 10% 1.5".split(
      ' ',
    ),
    ' ',
    '\n',
    '\u00a0',
    '\u202e',
    '—',
    '“',
    '&gt;',
    '\ud83d',
  );

  it('of Unicode is parsed or refused as usage', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), parsesOrRefuses), { numRuns: RUNS });
  });
  it('made of pieces of the grammar is parsed or refused as usage', () => {
    const text = fc
      .array(pieces, { maxLength: 15 })
      .chain((words) => fc.constantFrom('', ' ').map((gap) => words.join(gap)));
    fc.assert(fc.property(text, parsesOrRefuses), { numRuns: RUNS });
  });
  it('inside an option is parsed or refused as usage', () => {
    const option = fc.constantFrom(
      '-F',
      '-C',
      '-A',
      '-I',
      '-W',
      '-S',
      '-T',
      '--nodes',
      '--limit',
      '--timeout',
      '--max-fail',
      '--since',
      '--as',
      '--run',
    );
    const inside = fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join('').replace(/'/g, ''));
    fc.assert(
      fc.property(option, inside, (name, value) => parsesOrRefuses(`x ${name} '${value}'`)),
      { numRuns: RUNS },
    );
  });
  it('that was a command before it was damaged is parsed or refused as usage', () => {
    const damage = fc.record({ at: fc.nat(200), remove: fc.nat(3), insert: fc.oneof(fc.constant(''), pieces) });
    fc.assert(
      fc.property(anyCommand, fc.array(damage, { minLength: 1, maxLength: 3 }), (command, damages) => {
        const broken = damages.reduce((text, { at, remove, insert }) => {
          const place = at % (text.length + 1);
          return text.slice(0, place) + insert + text.slice(place + remove);
        }, formatCommand(command));
        parsesOrRefuses(broken);
        parsesOrRefuses(stripTrigger(normaliseChatText(broken)));
      }),
      { numRuns: RUNS },
    );
  });
});
