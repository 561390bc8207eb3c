import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Expression } from '../../../src/core/filter.ts';
import { parseCommandLine } from '../../../src/language/parse-command-line.ts';
import { quoteWord } from '../../../src/language/quote-word.ts';
import { assertUsageError } from './usage-error.ts';

const named = (is: string): Expression => ({ class: { is } });
const fact = (name: string, value: string): Expression => ({ fact: { fact: name, op: '=', value } });
const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(named) as [Expression, Expression, Expression, Expression];

const CASES: readonly (readonly [string, Expression])[] = [
  ['a', a],
  ['/re/', { class: { matches: { pattern: 're' } } }],
  ['/r e)/i'.replace(')', ''), { class: { matches: { pattern: 'r e', ignoreCase: true } } }],
  ['a and b', { all: [a, b] }],
  ['a or b', { any: [a, b] }],
  ['a and b and c', { all: [a, b, c] }],
  ['a and (b and (c and d))', { all: [a, b, c, d] }],
  ['(a or b) or c', { any: [a, b, c] }],
  ['a or b and c', { any: [a, { all: [b, c] }] }],
  ['(a or b) and c', { all: [{ any: [a, b] }, c] }],
  ['a and b or c and d', { any: [{ all: [a, b] }, { all: [c, d] }] }],
  ['not a and b', { all: [{ not: a }, b] }],
  ['not (a and b)', { not: { all: [a, b] } }],
  ['not(a)and(b)', { all: [{ not: a }, b] }],
  ['!a', { not: a }],
  ['! a', { not: a }],
  ['!!a', { not: { not: a } }],
  ['!(a or b)', { not: { any: [a, b] } }],
  ['!a=b', { not: fact('a', 'b') }],
  ['((a))', a],
  ['a=b', fact('a', 'b')],
  ['a==b', fact('a', 'b')],
  ['a = b', fact('a', 'b')],
  ["a='b c'", fact('a', 'b c')],
  ['a = "b (c) and d"', fact('a', 'b (c) and d')],
  ["a='it\\'s \\\\ \\d'", fact('a', "it's \\ \\d")],
  ["a=''", fact('a', '')],
  ["a='/etc/'", fact('a', '/etc/')],
  ["a='<b'", fact('a', '<b')],
  ['a=and', fact('a', 'and')],
  ['a=b/c', fact('a', 'b/c')],
  ['a!=b', { fact: { fact: 'a', op: '!=', value: 'b' } }],
  ['a>=4', { fact: { fact: 'a', op: '>=', value: '4' } }],
  ['a=>4', { fact: { fact: 'a', op: '>=', value: '4' } }],
  ['a=/x y/i', { fact: { fact: 'a', op: '=~', value: { pattern: 'x y', ignoreCase: true } } }],
  ['a!=/x/', { fact: { fact: 'a', op: '!~', value: { pattern: 'x' } } }],
  ['a=~^x[0-9]+$', { fact: { fact: 'a', op: '=~', value: { pattern: '^x[0-9]+$' } } }],
  ["a=~'(x|y)/z'", { fact: { fact: 'a', op: '=~', value: { pattern: '(x|y)/z' } } }],
  ['(a=/x\\/y/)', { fact: { fact: 'a', op: '=~', value: { pattern: 'x/y' } } }],
  ['puppet().enabled = true', { data: { function: 'puppet', field: 'enabled', op: '=', value: 'true' } }],
  [
    "fstat('/etc/hosts').md5 = /ab/ and role::web",
    {
      all: [
        { data: { function: 'fstat', argument: '/etc/hosts', field: 'md5', op: '=~', value: { pattern: 'ab' } } },
        named('role::web'),
      ],
    },
  ],
  ['process("^a").count<1', { data: { function: 'process', argument: '^a', field: 'count', op: '<', value: '1' } }],
  [
    "package('libc6').version < '2.19-0ubuntu6.5'",
    { data: { function: 'package', argument: 'libc6', field: 'version', op: '<', value: '2.19-0ubuntu6.5' } },
  ],
  [
    "package('a').installed = 1",
    { data: { function: 'package', argument: 'a', field: 'installed', op: '=', value: '1' } },
  ],
  ['resource().failed_resources>0', { data: { function: 'resource', field: 'failed_resources', op: '>', value: '0' } }],
];

const deep = (levels: number) => `${'('.repeat(levels)}a${')'.repeat(levels)}`;
const alternating = (levels: number): string => (levels === 0 ? 'a' : `a and (b or ${alternating(levels - 1)})`);

describe('parseExpression', () => {
  for (const [typed, expression] of CASES) {
    it(`reads \`${typed}\``, () =>
      assert.deepEqual(parseCommandLine(`x -S ${quoteWord(typed)}`).filter.where, [expression]));
  }
  it('keeps several expressions', () =>
    assert.deepEqual(parseCommandLine('x -S a --select "not b"').filter.where, [a, { not: b }]));

  const refusals: readonly (readonly [string, string, { marked?: string; hint?: string }])[] = [
    ['', 'bad-expression', { marked: '""' }],
    ['a b', 'bad-expression', { marked: 'b', hint: '`and`' }],
    ['a AND b', 'bad-expression', { marked: 'AND', hint: '`and`' }],
    ['a && b', 'bad-expression', { marked: '&&', hint: '`and`' }],
    ['a || b', 'bad-expression', { marked: '||', hint: '`or`' }],
    ['NOT a', 'bad-expression', { marked: 'NOT', hint: '`not`' }],
    ['a and', 'bad-expression', { marked: 'd' }],
    ['and a', 'bad-expression', { marked: 'and' }],
    ['a and or b', 'bad-expression', { marked: 'or' }],
    ['not', 'bad-expression', {}],
    ['(a', 'bad-expression', { marked: '(' }],
    ['a)', 'bad-expression', { marked: ')' }],
    ['()', 'bad-expression', { marked: ')' }],
    ['a (b)', 'bad-expression', { marked: '(' }],
    ["'a'", 'bad-expression', { marked: "'a'" }],
    ['=b', 'bad-expression', { marked: '=' }],
    ['a=', 'bad-expression', {}],
    ['a=(b)', 'bad-expression', { marked: '(' }],
    ['a=b=c', 'bad-expression', { marked: '=' }],
    ["a='b", 'unclosed-quote', { marked: "'b" }],
    ['a<>b', 'bad-operator', { marked: '<>', hint: '`!=`' }],
    ['a===b', 'bad-operator', { marked: '===', hint: '`=`' }],
    ['a~b', 'bad-operator', { marked: '~', hint: '`=~`' }],
    ['a !b', 'bad-operator', { marked: '!', hint: '`!=`' }],
    ['a</x/', 'bad-operator', { marked: '/x/' }],
    ['a==/x/', 'bad-operator', { marked: '/x/', hint: '`=~`' }],
    ['a=/x', 'bad-pattern', { marked: '/x', hint: 'quotes' }],
    ['a=/etc/hosts', 'bad-pattern', { marked: 'hosts', hint: 'quotes' }],
    ['a=/x/gi', 'bad-pattern', { marked: 'gi' }],
    ['a=/(/', 'bad-pattern', { marked: '/(/' }],
    ['/[/', 'bad-pattern', { marked: '/[/' }],
    ['f(a).b=1', 'bad-expression', { marked: 'a' }],
    ["f('a'", 'bad-expression', { marked: '(' }],
    ["f('a','b').c=1", 'bad-expression', { marked: ',' }],
    ['f()', 'bad-expression', { marked: ')', hint: 'fstat' }],
    ['f().=1', 'bad-expression', { marked: '.' }],
    ['f() .b=1', 'bad-expression', { marked: ')' }],
    ['f().b', 'bad-expression', { hint: '= true' }],
    ['F().b=1', 'bad-expression', { marked: 'F' }],
    ["pakage('a').version<2", 'unknown-data-function', { marked: 'pakage', hint: '`package`' }],
    ["package('a').versoin<2", 'unknown-data-field', { marked: '.versoin', hint: '`version`' }],
    ["package('a').constructor=2", 'unknown-data-field', { marked: '.constructor' }],
    ['package().version<2', 'missing-argument', { marked: ')', hint: 'libc6' }],
    ["puppet('a').enabled=true", 'unexpected-argument', { marked: "'a'", hint: 'puppet().enabled' }],
    ["package('a b').version<2", 'invalid-input', { marked: "'a b'" }],
    ["fstat('etc/hosts').size>2", 'invalid-input', { marked: "'etc/hosts'" }],
    ["process('(').count>2", 'bad-pattern', { marked: "'('" }],
    ['resource().managed=true', 'missing-argument', { marked: ')' }],
    ['puppet().enabled<true', 'bad-operator', { marked: '<', hint: '=, !=' }],
    ['puppet().enabled=maybe', 'bad-value', { marked: 'maybe', hint: '`true`' }],
    ['puppet().enabled=/true/', 'bad-operator', { marked: '=' }],
    ["process('a').count>many", 'bad-value', { marked: 'many', hint: 'number' }],
    ["package('a').version<''", 'bad-value', { marked: "''", hint: '2.19' }],
    [deep(11), 'too-deep', {}],
    [`${'!'.repeat(11)}a`, 'too-deep', {}],
    [alternating(6), 'too-deep', {}],
    [Array(201).fill('a').join(' and '), 'too-many', {}],
  ];
  for (const [typed, code, expected] of refusals) {
    it(`refuses \`${typed.slice(0, 40)}\` with a caret`, () => assertUsageError(`x -S "${typed}"`, code, expected));
  }

  it('refuses more than ten different calls, wherever they stand', () => {
    const calls = Array.from({ length: 11 }, (_, i) => `fact('a${i}').exists=1`);
    const words = (from: number, to: number) => calls.slice(from, to).join(' or ');
    parseCommandLine(`x -S "${words(0, 10)} or ${words(0, 10)}" -S "${words(3, 6)}"`);
    assertUsageError(`x -S "${words(0, 11)}"`, 'too-many');
    assertUsageError(`x -S "${words(0, 5)}" -S "${words(5, 11)}"`, 'too-many', { marked: `"${words(5, 11)}"` });
  });

  it('takes what is just not too deep', () => {
    for (const typed of [deep(10), `${'!'.repeat(10)}a`, alternating(5)]) parseCommandLine(`x -S "${typed}"`);
  });
  it('points at the right place behind quotes and backslashes', () => {
    assertUsageError('x -S "a=\\"b c\\" and d<>e"', 'bad-operator', { marked: '<>' });
    assertUsageError("x '--select=a and b<>c'", 'bad-operator', { marked: '<>' });
    assertUsageError('x -Sa<>c', 'bad-operator', { marked: '<>' });
  });
});
