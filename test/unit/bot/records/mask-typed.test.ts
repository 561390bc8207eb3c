import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTypedMask } from '../../../../src/bot/records/mask-typed.ts';
import type { AgentDescription } from '../../../../src/core/agent-description.ts';
import { McoError } from '../../../../src/core/errors.ts';

const text = (secret: boolean) => ({ about: 'a text', type: 'string', secret }) as const;
const AGENTS: readonly AgentDescription[] = [
  {
    agent: 'vault',
    version: '1.0.0',
    about: 'secrets',
    actions: {
      open: {
        about: 'opens',
        effect: 'write',
        timeoutMs: 1000,
        input: { token: text(true), name: text(false) },
        output: {},
      },
    },
  },
];
const mask = createTypedMask(AGENTS);

describe('what was typed', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['vault open name=a token=hunter2', 'vault open name=a token=***'],
    ['vault open "token=hunter 2" name=a', 'vault open "token=*** name=a'],
    ['vault open token="hunter 2" name=a', 'vault open token=*** name=a'],
    ['vault open tok"en"=hunter2', 'vault open tok"en"=***'],
    ['vault open tokn=hunter2', 'vault open tokn=***'],
    ['vault open token= hunter2 name=a', 'vault open token= *** name=a'],
    ['vault open --token=hunter2', 'vault open --token=***'],
    ['vault open -F os=debian --bogus x=y', 'vault open -F os=debian --bogus x=y'],
    ['vault open -F os=debian token=hunter2 "', 'vault open -F os=*** token=*** "'],
    ['vault open "token=hunter 2', 'vault open "token=***'],
    ["vault open token='hunter 2", 'vault open token=***'],
    ['vault open token=a=b', 'vault open token=***'],
    ['find -S "os=debian and env=prod"', 'find -S "os=debian and env=prod"'],
  ];
  for (const [typed, shown] of cases) {
    it(`as \`${typed}\` is shown as \`${shown}\``, () => assert.equal(mask.hideIn(typed), shown));
  }
});

describe('what was typed for an agent that is still to be learned', () => {
  const isKnown = (word: string): boolean => ['vault', 'find'].includes(word);
  const cases: readonly (readonly [string, string])[] = [
    ['hello set name=a token=b', 'hello set name=*** token=***'],
    ['/mco hello set name=a -F os=debian', '/mco hello set name=*** -F os=debian'],
    ['rpc hello set name=a', 'rpc hello set name=***'],
    ['-F os=debian vault open name=a', '-F os=debian vault open name=***'],
    ['vault open name=a token=b', 'vault open name=a token=***'],
    ['rpc vault open name=a', 'rpc vault open name=a'],
  ];
  for (const [typed, shown] of cases) {
    it(`as \`${typed}\` is shown as \`${shown}\``, () => {
      assert.equal(createTypedMask(AGENTS, isKnown).hideIn(typed), shown);
    });
  }

  it('is hidden even where no known agent takes a secret', () => {
    const open = createTypedMask([], isKnown);
    assert.equal(open.hideIn('hello set name=a'), 'hello set name=***');
    assert.equal(open.hideIn('vault open name=a'), 'vault open name=a');
  });
});

describe('an error about what was typed', () => {
  const typed = 'vault open token=hunter2 --bogus';

  it('keeps its carets under the same word', () => {
    const start = typed.indexOf('--bogus');
    const error = new McoError('usage/unknown-option', 'unknown option `--bogus`', {
      at: { text: typed, start, end: typed.length },
    });
    const { at } = mask.hideInError(error, typed);
    assert.equal(at?.text, 'vault open token=*** --bogus');
    assert.equal(at.text.slice(at.start, at.end), '--bogus');
  });

  it('marks the whole mask where it pointed into a secret', () => {
    const start = typed.indexOf('nter2');
    const { at } = mask.hideInError(
      new McoError('usage/x', 'no', { at: { text: typed, start, end: start + 2 } }),
      typed,
    );
    assert.equal(at?.text.slice(at.start, at.end), '***');
  });

  it('quotes no secret in its message or hint', () => {
    const error = new McoError('usage/x', 'what is `token=hunter2`?', { hint: 'not `hunter2`' });
    const { message, hint } = mask.hideInError(error, typed);
    assert.deepEqual([message, hint], ['what is `token=***`?', 'not `***`']);
  });

  it('about a command without anything to hide is left as it is', () => {
    const error = new McoError('usage/x', 'no');
    assert.equal(mask.hideInError(error, 'vault open name=a'), error);
  });
});
