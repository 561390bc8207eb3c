import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { McoError } from '../../../src/core/errors.ts';
import { EVERYBODY, type Filter } from '../../../src/core/filter.ts';
import { matchFilter } from '../../../src/core/match-filter.ts';

const NODE = {
  identity: 'web1.example.com',
  facts: {
    osfamily: 'Debian',
    release: '14.04',
    cpus: 8,
    load: 0.5,
    version: '9',
    below: '-3',
    virtual: true,
    label: 'alpha',
    nothing: null,
    empty: '',
    os: { name: 'Debian', release: { major: 12 } },
    addresses: ['10.0.0.1', '192.168.0.1'],
    ports: [22, 443],
    slow: `${'1'.repeat(200_000)}x`,
  },
  classes: new Set(['webserver', 'role::web']),
  agents: new Set(['rpcutil', 'package']),
};

const matches = (filter: Partial<Filter>) => matchFilter({ ...EVERYBODY, ...filter }, NODE);
const factMatches = (fact: string, op: '=' | '!=' | '<' | '>' | '<=' | '>=', value: string) =>
  matches({ facts: [{ fact, op, value }] });

const FACTS: readonly (readonly [Parameters<typeof factMatches>, boolean])[] = [
  [['osfamily', '=', 'Debian'], true],
  [['osfamily', '=', 'debian'], false],
  [['osfamily', '=', 'Deb'], false],
  [['osfamily', '!=', 'RedHat'], true],
  [['osfamily', '!=', 'Debian'], false],
  [['release', '=', '14.04'], true],
  [['release', '=', '14.040'], false],
  [['cpus', '=', '8'], true],
  [['cpus', '=', '8.0'], true],
  [['cpus', '=', '0x8'], false],
  [['cpus', '=', ''], false],
  [['cpus', '!=', '9'], true],
  [['cpus', '!=', 'eight'], true],
  [['cpus', '>', '10'], false],
  [['cpus', '>=', '8'], true],
  [['cpus', '<', 'nine'], false],
  [['load', '<', '1'], true],
  [['version', '<', '10.5'], true],
  [['below', '<', '-2'], true],
  [['label', '<', 'beta'], true],
  [['label', '>', 'beta'], false],
  [['label', '<=', 'alpha'], true],
  [['virtual', '=', 'true'], true],
  [['virtual', '=', 'True'], false],
  [['virtual', '!=', 'false'], true],
  [['virtual', '>', 'false'], false],
  [['missing', '=', ''], false],
  [['missing', '!=', 'x'], false],
  [['nothing', '!=', 'x'], false],
  [['nothing', '=', 'null'], false],
  [['empty', '=', ''], true],
  [['os.release.major', '>=', '12'], true],
  [['os', '!=', 'x'], false],
  [['os', '=', '[object Object]'], false],
  [['addresses', '=', '192.168.0.1'], true],
  [['addresses', '=', '10.0.0.2'], false],
  [['addresses.0', '=', '192.168.0.1'], false],
  [['addresses', '=', '10.0.0.1,192.168.0.1'], false],
  [['ports', '>', '400'], true],
  [['ports', '<', '22'], false],
  [['slow', '<', '5'], true],
];

describe('matchFilter', () => {
  it('matches everybody with no filter', () => assert.ok(matches({})));

  for (const [test, expected] of FACTS) {
    it(`${expected ? 'matches' : 'does not match'} \`${test.join(' ')}\``, () =>
      assert.equal(factMatches(...test), expected));
  }

  it('matches patterns anywhere in a fact', () => {
    const test = (fact: string, op: '=~' | '!~', pattern: string) =>
      matches({ facts: [{ fact, op, value: { pattern } }] });
    assert.ok(test('osfamily', '=~', 'ebi'));
    assert.ok(!test('osfamily', '=~', '^ebi'));
    assert.ok(matches({ facts: [{ fact: 'osfamily', op: '=~', value: { pattern: '^DEB', ignoreCase: true } }] }));
    assert.ok(!test('osfamily', '!~', 'ebi'));
    assert.ok(test('osfamily', '!~', 'Red'));
    assert.ok(test('cpus', '=~', '^8$'));
    assert.ok(test('addresses', '=~', '^192'));
    assert.ok(!test('missing', '!~', 'x'));
    assert.ok(!test('os', '=~', 'object'));
  });

  it('matches classes and agents by equality or pattern, all of them', () => {
    assert.ok(matches({ classes: [{ is: 'webserver' }, { matches: { pattern: '^role::' } }] }));
    assert.ok(!matches({ classes: [{ is: 'webserver' }, { is: 'database' }] }));
    assert.ok(!matches({ classes: [{ is: 'web' }] }));
    assert.ok(matches({ agents: [{ is: 'package' }, { is: 'rpcutil' }] }));
    assert.ok(!matches({ agents: [{ is: 'shell' }] }));
  });

  it('matches any one of several identities', () => {
    assert.ok(matches({ identities: [{ is: 'web2.example.com' }, { is: 'web1.example.com' }] }));
    assert.ok(matches({ identities: [{ matches: { pattern: '^web' } }, { matches: { pattern: 'example' } }] }));
    assert.ok(!matches({ identities: [{ is: 'web1' }] }));
  });

  it('needs the facts as well as the identity', () => {
    assert.ok(
      !matches({ identities: [{ is: 'web1.example.com' }], facts: [{ fact: 'osfamily', op: '=', value: 'RedHat' }] }),
    );
  });

  it('evaluates expressions', () => {
    const yes = { class: { is: 'webserver' } };
    const no = { class: { is: 'database' } };
    assert.ok(matches({ where: [{ all: [yes, { not: no }, { any: [no, yes] }] }] }));
    assert.ok(!matches({ where: [{ all: [yes, no] }] }));
    assert.ok(!matches({ where: [{ any: [no, { not: yes }] }] }));
    assert.ok(!matches({ where: [yes, no] }));
    assert.ok(matches({ where: [{ fact: { fact: 'cpus', op: '>', value: '4' } }] }));
    assert.ok(matches({ where: [{ all: [] }] }) && !matches({ where: [{ any: [] }] }));
  });

  it('fails on a data function that the node does not have', () => {
    const where = [{ not: { data: { function: 'fstat', field: 'md5', op: '=' as const, value: 'x' } } }];
    assert.throws(
      () => matches({ where }),
      (error) => error instanceof McoError && error.code === 'unknown/data-function',
    );
  });

  it('fails on a pattern that does not compile', () => {
    assert.throws(
      () => matches({ classes: [{ matches: { pattern: '(' } }] }),
      (error) => error instanceof McoError && error.code === 'usage/bad-pattern',
    );
  });

  const tooCostly = (error: unknown) => error instanceof McoError && error.code === 'usage/filter-too-costly';

  it('gives up on patterns that would take minutes together, before it has taken them', () => {
    const classes = new Set(Array.from({ length: 60 }, (_, i) => `profile::webserver::apache::vhost_${i}`));
    const any = Array.from({ length: 169 }, (_, i) => ({
      class: { matches: { pattern: `(?:.?){${120 - (i % 30)}}[^!-~]` } },
    }));
    assert.throws(() => matchFilter({ ...EVERYBODY, where: [{ any }] }, { ...NODE, classes }), tooCostly);
  });

  it('gives up on a pattern and a long fact, and on long facts compared again and again', () => {
    assert.throws(() => matches({ facts: [{ fact: 'slow', op: '=~', value: { pattern: '[^1]{9}y' } }] }), tooCostly);
    const facts = Array.from({ length: 50 }, () => ({ fact: 'slow', op: '<' as const, value: '5' }));
    assert.throws(() => matches({ facts }), tooCostly);
  });

  it('counts patterns that are compiled and tried on nothing', () => {
    const any = Array.from({ length: 1100 }, () => ({ class: { matches: { pattern: 'x' } } }));
    const none = { ...NODE, classes: new Set<string>() };
    assert.throws(() => matchFilter({ ...EVERYBODY, where: [{ any }] }, none), tooCostly);
    const slow = Array.from({ length: 60 }, () => ({ class: { matches: { pattern: '[\\pL\\PL]'.repeat(45) } } }));
    assert.throws(() => matchFilter({ ...EVERYBODY, where: [{ any: slow }] }, none), tooCostly);
  });

  it('takes what people write on a node with many classes, and a list of all nodes', () => {
    const classes = new Set(Array.from({ length: 300 }, (_, i) => `profile::webserver::apache::vhost_${i}`));
    const tests = ['^profile::', 'vhost_2\\d\\d$', 'apache|nginx'].map((pattern) => ({ matches: { pattern } }));
    assert.ok(matchFilter({ ...EVERYBODY, classes: tests }, { ...NODE, classes }));
    const identities = Array.from({ length: 20_000 }, (_, i) => ({ is: `web${20_000 - i}.example.com` }));
    assert.ok(matches({ identities }));
  });
});
