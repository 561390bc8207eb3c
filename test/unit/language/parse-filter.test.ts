import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FactTest, NameTest } from '../../../src/core/filter.ts';
import { parseCommandLine } from '../../../src/language/parse-command-line.ts';
import { quoteWord } from '../../../src/language/quote-word.ts';
import { assertUsageError } from './usage-error.ts';

const filterOf = (text: string) => parseCommandLine(text).filter;
const after = (option: string, value: string) => `x ${option} ${quoteWord(value)}`;

const FACTS: readonly (readonly [string, FactTest])[] = [
  ['a=b', { fact: 'a', op: '=', value: 'b' }],
  ['a==b', { fact: 'a', op: '=', value: 'b' }],
  ['a = b', { fact: 'a', op: '=', value: 'b' }],
  ['a!=b', { fact: 'a', op: '!=', value: 'b' }],
  ['a<4', { fact: 'a', op: '<', value: '4' }],
  ['a>4', { fact: 'a', op: '>', value: '4' }],
  ['a<=4', { fact: 'a', op: '<=', value: '4' }],
  ['a=<4', { fact: 'a', op: '<=', value: '4' }],
  ['a>=4', { fact: 'a', op: '>=', value: '4' }],
  ['a=>4', { fact: 'a', op: '>=', value: '4' }],
  ['os.release.major=12', { fact: 'os.release.major', op: '=', value: '12' }],
  ['a=b=c<d', { fact: 'a', op: '=', value: 'b=c<d' }],
  ['a=b c "d" and e', { fact: 'a', op: '=', value: 'b c "d" and e' }],
  ['a= =b', { fact: 'a', op: '=', value: '=b' }],
  ['a< =b', { fact: 'a', op: '<', value: '=b' }],
  ['a=/', { fact: 'a', op: '=', value: '/' }],
  ['a=/usr', { fact: 'a', op: '=', value: '/usr' }],
  ['a==/usr/', { fact: 'a', op: '=', value: '/usr/' }],
  ['a</usr/', { fact: 'a', op: '<', value: '/usr/' }],
  ['a=/re/', { fact: 'a', op: '=~', value: { pattern: 're' } }],
  ['a=/re/i', { fact: 'a', op: '=~', value: { pattern: 're', ignoreCase: true } }],
  ['a=~/re/i', { fact: 'a', op: '=~', value: { pattern: 're', ignoreCase: true } }],
  ['a=~re', { fact: 'a', op: '=~', value: { pattern: 're' } }],
  ['a=~^a/b', { fact: 'a', op: '=~', value: { pattern: '^a/b' } }],
  ['a!=/re/', { fact: 'a', op: '!~', value: { pattern: 're' } }],
  ['a!~re', { fact: 'a', op: '!~', value: { pattern: 're' } }],
  ['a=/x\\/y/', { fact: 'a', op: '=~', value: { pattern: 'x/y' } }],
  ['a=/x\\\\\\/y\\d/', { fact: 'a', op: '=~', value: { pattern: 'x\\\\/y\\d' } }],
  ['a=/x\\/', { fact: 'a', op: '=', value: '/x\\/' }],
];

describe('facts', () => {
  for (const [typed, test] of FACTS) {
    it(`reads \`-F ${typed}\``, () => assert.deepEqual(filterOf(after('-F', typed)).facts, [test]));
  }
  it('reads every way to write the option', () => {
    const { facts } = filterOf('x -F a=1 -Fb=2 -F=c=3 --wf d=4 --with-fact e=5 --wf=f=6 --with-fact=-g=7');
    assert.deepEqual(
      facts.map((test) => test.fact),
      ['a', 'b', 'c', 'd', 'e', 'f', '-g'],
    );
    assert.deepEqual(
      facts.map((test) => test.value),
      ['1', '2', '3', '4', '5', '6', '7'],
    );
  });

  const refusals: readonly (readonly [string, string, { marked?: string; hint?: string }])[] = [
    ['x -F a', 'bad-fact', { marked: 'a' }],
    ['x -F =b', 'bad-fact', { marked: '=b' }],
    ['x -F a=', 'bad-fact', { marked: 'a=' }],
    ['x -F "a= "', 'bad-fact', {}],
    ['x -F ""', 'bad-fact', { marked: '""' }],
    ['x -F "a b=c"', 'bad-fact', { marked: 'a b' }],
    ['x -F a<>b', 'bad-operator', { marked: '<>', hint: '`!=`' }],
    ['x -F a=!b', 'bad-operator', { marked: '=!', hint: '`!=`' }],
    ['x -F a~b', 'bad-operator', { marked: '~', hint: '`=~`' }],
    ['x -F "a<=>b"', 'bad-operator', { marked: '<=>', hint: 'known' }],
    ['x -F a=/(/', 'bad-pattern', { marked: '/(/' }],
    ['x -F a=~(', 'bad-pattern', { marked: '(' }],
    ['x -F a=//', 'bad-pattern', { marked: '//' }],
    ["x -F 'a=/(?=x)/'", 'bad-pattern', { hint: 'look-around' }],
    ["x -F 'a=/x/y/'", 'bad-pattern', { marked: '/', hint: '`==`' }],
    [`x -F a=${'b'.repeat(1001)}`, 'too-long', {}],
    [`x -F a=/${'b'.repeat(501)}/`, 'bad-pattern', {}],
    [`x ${'-Fa=1 '.repeat(201)}`, 'too-many', {}],
  ];
  for (const [text, code, expected] of refusals) {
    it(`refuses \`${text.slice(0, 40)}\``, () => assertUsageError(text, code, expected));
  }
});

describe('classes, agents and identities', () => {
  const names: readonly (readonly [string, NameTest])[] = [
    ['webserver', { is: 'webserver' }],
    ['/^web/', { matches: { pattern: '^web' } }],
    ['/^web/i', { matches: { pattern: '^web', ignoreCase: true } }],
    ['/a\\/b/', { matches: { pattern: 'a/b' } }],
  ];
  for (const [typed, test] of names) {
    it(`reads \`${typed}\` for each`, () => {
      const filter = filterOf(`${after('-C', typed)} -A ${quoteWord(typed)} -I ${quoteWord(typed)}`);
      assert.deepEqual([filter.classes, filter.agents, filter.identities], [[test], [test], [test]]);
    });
  }
  it('reads a class with colons', () => assert.deepEqual(filterOf('x --wc role::Web').classes, [{ is: 'role::Web' }]));
  it('lower-cases a node, as host names are compared', () =>
    assert.deepEqual(filterOf('x -I Web1.Example.COM --wi b').identities, [{ is: 'web1.example.com' }, { is: 'b' }]));
  it('refuses names that can be none', () => {
    assertUsageError('x -I web1,web2', 'bad-name', { marked: 'web1,web2', hint: 'again' });
    assertUsageError('x -A Package', 'bad-name', { hint: 'lower case' });
    assertUsageError('x -C "a b"', 'bad-name', {});
    assertUsageError('x -C ""', 'bad-name', { marked: '""' });
    assertUsageError('x -C /web', 'bad-pattern', { marked: '/web' });
    assertUsageError('x -I /web[/', 'bad-pattern', { marked: '/web[/' });
  });
});

describe('-W', () => {
  it('takes a word that compares for a fact and any other for a class', () => {
    const filter = filterOf('x -W "osfamily=Debian webserver /a=b/ cpus>=4" -F a=b -C c');
    assert.deepEqual(
      filter.facts.map((test) => test.fact),
      ['a', 'osfamily', 'cpus'],
    );
    assert.deepEqual(filter.classes, [{ is: 'c' }, { is: 'webserver' }, { matches: { pattern: 'a=b' } }]);
  });
  it('points into the quotes', () => {
    assertUsageError('x -W "a b<>c d"', 'bad-operator', { marked: '<>' });
    assertUsageError('x -W " "', 'bad-fact', { marked: '" "' });
  });
});
