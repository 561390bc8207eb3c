import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ActionDescription, Input, InputField } from '../../../src/core/agent-description.ts';
import { checkInput, readInputText } from '../../../src/core/check-input.ts';
import { McoError } from '../../../src/core/errors.ts';

const describeInput = (input: Record<string, Partial<InputField>>): ActionDescription => ({
  about: 'an action',
  effect: 'read',
  timeoutMs: 1000,
  output: {},
  input: Object.fromEntries(
    Object.entries(input).map(([name, field]) => [name, { about: 'a field', type: 'string', ...field } as InputField]),
  ),
});

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof McoError) return `${error.code} ${error.message} ${error.hint ?? ''}`;
    throw error;
  }
  return 'accepted';
}

const check = (field: Partial<InputField>, value: Input[string]): string =>
  codeOf(() => checkInput(describeInput({ it: field }), { it: value }));

describe('input', () => {
  it('is what the description declares, with defaults filled in', () => {
    const action = describeInput({ a: {}, b: { type: 'integer', default: 3 }, c: { optional: true } });
    assert.deepEqual(checkInput(action, { a: 'x' }), { a: 'x', b: 3 });
  });

  it('that is missing or not declared is refused', () => {
    assert.match(
      codeOf(() => checkInput(describeInput({ a: {} }), {})),
      /missing-input/,
    );
    assert.match(
      codeOf(() => checkInput(describeInput({ name: {} }), { name: 'x', nane: 'y' })),
      /unknown-input .*`name`/,
    );
    assert.match(
      codeOf(() => checkInput(describeInput({}), { toString: 'x' })),
      /unknown-input/,
    );
  });

  it('must match its pattern as a whole, on all its lines', () => {
    assert.equal(check({ pattern: '[a-z]+' }, 'abc'), 'accepted');
    for (const value of ['abc\n', '\nabc', 'abc\nrm -rf', 'ABC', '', 'abc\0']) {
      assert.match(check({ pattern: '[a-z]+' }, value), /invalid-input/, JSON.stringify(value));
    }
  });

  it('that is a path must say where it leads', () => {
    for (const path of ['/', '/etc/hosts', '/a b/..c/...', '/proc/1/status', '/proc/sys/fs/cwd', '/srv/proc/1/root']) {
      assert.equal(check({ isPath: true }, path), 'accepted', path);
    }
    for (const path of ['/var/log/../../etc/shadow', '//etc', '/etc/./shadow', '/etc/', '/..', '/.', 'etc', '']) {
      assert.match(check({ isPath: true }, path), /^usage\/invalid-input `it`: .* without `\.`, `\.\.`/, path);
    }
    for (const link of ['self/root', '1/cwd/x', 'thread-self/fd/3', '12/task/13/exe', 'self/map_files', '1/ns/mnt']) {
      assert.match(check({ isPath: true }, `/proc/${link}`), /a link of \/proc, which leads anywhere/, link);
    }
  });

  it('that is to be a regular expression must be one that nodes can work with', () => {
    assert.equal(check({ isPattern: true }, '^ng(inx)?'), 'accepted');
    assert.match(check({ isPattern: true }, '('), /^usage\/bad-pattern `it`: .*missing closing \).* RE2 syntax/);
    for (const value of ['(?=x)', '(?:.?){960}', '[']) {
      assert.match(check({ isPattern: true }, value), /^usage\/bad-pattern/, value);
    }
    assert.doesNotMatch(check({ isPattern: true, secret: true }, 's3cret('), /s3cret/);
    assert.equal(check({}, '('), 'accepted');
  });

  it('is of the declared type', () => {
    assert.match(check({ type: 'integer' }, '3'), /integer/);
    assert.match(check({ type: 'integer' }, 3.5), /integer/);
    assert.match(check({ type: 'number' }, Number.POSITIVE_INFINITY), /number/);
    assert.match(check({ type: 'boolean' }, 'true'), /boolean/);
    assert.equal(check({ type: 'number' }, -2.5), 'accepted');
  });

  it('stays within its bounds', () => {
    assert.match(check({ type: 'integer', min: 1 }, 0), /less than 1/);
    assert.match(check({ type: 'integer', max: 9 }, 10), /more than 9/);
    assert.match(check({ maxLength: 3 }, 'four'), /longer than 3/);
    assert.match(check({}, 'x'.repeat(257)), /longer than 256/);
    assert.match(check({ oneOf: ['start', 'stop'] }, 'strat'), /did you mean `start`/);
  });

  it('that is secret is never repeated in an error', () => {
    const field: Partial<InputField> = { secret: true, pattern: '[a-z]+', oneOf: ['abc'] };
    for (const value of ['HUNTER2', 'hunter', 5]) assert.doesNotMatch(check(field, value), /hunter|HUNTER|`5`/);
  });
});

describe('a typed word', () => {
  const read = (type: InputField['type'], text: string) => readInputText('it', { about: 'a field', type }, text);

  it('becomes what its field declares', () => {
    assert.equal(read('string', '007'), '007');
    assert.equal(read('integer', '007'), 7);
    assert.equal(read('number', '-2.5'), -2.5);
    assert.equal(read('boolean', 'Yes'), true);
    assert.equal(read('boolean', 'off'), false);
  });

  it('that is something else is refused', () => {
    for (const [type, text] of [
      ['integer', '1e9'],
      ['integer', '0x1'],
      ['number', ''],
      ['boolean', 'maybe'],
    ] as const) {
      assert.match(
        codeOf(() => read(type, text)),
        /invalid-input/,
        text,
      );
    }
  });
});
