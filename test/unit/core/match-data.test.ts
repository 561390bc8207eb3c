import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type DataAnswer, keyOfCall } from '../../../src/core/data-functions.ts';
import { McoError } from '../../../src/core/errors.ts';
import { type Comparison, type DataTest, EVERYBODY, type Expression } from '../../../src/core/filter.ts';
import { matchFilter, weighFilter } from '../../../src/core/match-filter.ts';

const ANSWER: DataAnswer = {
  version: [
    { version: '2.19-0ubuntu6.10', order: 'deb' },
    { version: '2.19-0ubuntu6.6', order: 'deb' },
  ],
  epoch: { version: '1:1.0-1.el7', order: 'rpm' },
  count: 12,
  installed: true,
  stopped: false,
  status: 'half-configured',
  arch: ['amd64', 'i386'],
  none: undefined,
  empty: [],
};

const NODE = {
  identity: 'web1.example.com',
  facts: { osfamily: 'Debian' },
  classes: new Set(['webserver']),
  agents: new Set(['package']),
};
const ASKED = { ...NODE, data: new Map([[keyOfCall({ function: 'package', argument: 'libc6' }), ANSWER]]) };

const test = (field: string, op: Comparison, value: DataTest['value']): Expression => ({
  data: { function: 'package', argument: 'libc6', field, op, value },
});
const matches = (...where: Expression[]) => matchFilter({ ...EVERYBODY, where }, ASKED);

const CASES: readonly (readonly [Parameters<typeof test>, boolean])[] = [
  [['version', '<', '2.19-0ubuntu6.7'], true],
  [['version', '<', '2.19-0ubuntu6.6'], false],
  [['version', '>', '2.19-0ubuntu6.9'], true],
  [['version', '>=', '2.19-0ubuntu6.10'], true],
  [['version', '<=', '2.19-0ubuntu6.5'], false],
  [['version', '=', '2.19-0ubuntu6.6'], true],
  [['version', '!=', '2.19-0ubuntu6.6'], true],
  [['version', '=~', { pattern: 'ubuntu6\\.10$' }], true],
  [['version', '!~', { pattern: 'ubuntu' }], false],
  [['epoch', '>', '9.0'], true],
  [['epoch', '=', '1:1.0'], true],
  [['count', '>', '9'], true],
  [['count', '=', '12.0'], true],
  [['count', '!=', '12'], false],
  [['installed', '=', 'true'], true],
  [['installed', '=', '1'], true],
  [['installed', '=', 'yes'], true],
  [['installed', '!=', 'no'], true],
  [['installed', '=', 'false'], false],
  [['stopped', '=', '0'], true],
  [['stopped', '=', 'no'], true],
  [['stopped', '!=', 'false'], false],
  [['stopped', '=', 'maybe'], false],
  [['stopped', '!=', 'maybe'], false],
  [['installed', '>', 'false'], false],
  [['status', '=', 'half-configured'], true],
  [['status', '=~', { pattern: 'HALF', ignoreCase: true }], true],
  [['arch', '=', 'i386'], true],
  [['arch', '=', 'arm64'], false],
  [['arch', '!=', 'amd64'], true],
  [['none', '!=', 'x'], false],
  [['none', '!~', { pattern: 'x' }], false],
  [['empty', '!=', 'x'], false],
  [['constructor', '!=', 'x'], false],
];

describe('a filter whose data functions were asked', () => {
  for (const [compared, expected] of CASES) {
    const [field, op, value] = compared;
    const typed = typeof value === 'string' ? value : `/${value.pattern}/`;
    it(`${expected ? 'matches' : 'does not match'} \`${field} ${op} ${typed}\``, () =>
      assert.equal(matches(test(...compared)), expected));
  }

  it('says no to what it denies, and to what has no value', () => {
    assert.equal(matches({ not: test('installed', '=', 'true') }), false);
    assert.equal(matches({ not: test('none', '=', 'x') }), true);
  });

  it('pays for what it compares', () => {
    const version = { version: '1'.repeat(300_000), order: 'deb' } as const;
    const data = new Map([[keyOfCall({ function: 'package', argument: 'libc6' }), { version }]]);
    const where = [test('version', '<', '2'), test('version', '<', '3')].map((one) => ({ any: [one, { not: one }] }));
    assert.throws(
      () => matchFilter({ ...EVERYBODY, where }, { ...NODE, data }),
      (error) => error instanceof McoError && error.code === 'usage/filter-too-costly',
    );
  });
});

describe('a filter whose data functions were not asked', () => {
  const [one, two] = [test('count', '>', '1'), test('arch', '=', 'i386')];
  const yes: Expression = { class: { is: 'webserver' } };
  const no: Expression = { class: { is: 'database' } };
  const weigh = (...where: Expression[]) => weighFilter({ ...EVERYBODY, where }, NODE);
  const open = (...expressions: Expression[]) => expressions.flatMap((part) => ('data' in part ? [part.data] : []));

  it('is decided by what is in memory where that is enough', () => {
    assert.equal(weigh(one, no), false);
    assert.equal(weigh({ all: [one, no, two] }), false);
    assert.equal(weigh({ any: [one, yes, two] }), true);
    assert.equal(weigh({ not: { any: [one, yes] } }), false);
    assert.equal(weighFilter({ ...EVERYBODY, classes: [{ is: 'database' }], where: [one] }, NODE), false);
    const facts = [{ fact: 'osfamily', op: '=', value: 'RedHat' }] as const;
    assert.equal(weighFilter({ ...EVERYBODY, facts, where: [one] }, NODE), false);
    assert.equal(weighFilter({ ...EVERYBODY, identities: [{ is: 'web2.example.com' }], where: [one] }, NODE), false);
  });

  it('says which tests it depends on, and no others', () => {
    assert.deepEqual(weigh(one, two), open(one, two));
    assert.deepEqual(weigh({ any: [{ all: [no, one] }, two] }), open(two));
    assert.deepEqual(weigh({ all: [{ any: [yes, one] }, { not: two }] }), open(two));
  });

  it('does not pass for a match', () => {
    assert.throws(
      () => matchFilter({ ...EVERYBODY, where: [{ not: one }] }, NODE),
      (error) => error instanceof McoError && error.code === 'unknown/data-function',
    );
  });
});
