import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { COMMANDS } from '../../../commands/index.ts';
import { planCommand } from '../../../src/bot/plan-command.ts';
import type { Control } from '../../../src/core/command.ts';
import { McoError } from '../../../src/core/errors.ts';
import { parseCommandLine } from '../../../src/language/parse-command-line.ts';
import { makeWorld } from './person-world.ts';

function control(text: string): Control {
  const planned = planCommand(
    parseCommandLine(text),
    COMMANDS,
    makeWorld(() => true),
  );
  if (planned.kind !== 'control') throw new Error(`${text} is no control`);
  return planned;
}

function refusal(text: string): { readonly code: string; readonly marked: string; readonly hint: string } {
  try {
    control(text);
  } catch (error) {
    if (!(error instanceof McoError)) throw error;
    const { at, code, hint = '' } = error;
    return { code, marked: at === undefined ? '' : at.text.slice(at.start, at.end), hint };
  }
  throw new Error(`${text} is accepted`);
}

const RUN = '01a20279-6026-7e59-805e-e1a4c0a51b75';

describe('commands about runs', () => {
  it('`runs` takes words, whose meaning the bot knows, and `health` none', () => {
    assert.deepEqual(control('runs'), { kind: 'control', verb: 'runs', words: [] });
    assert.deepEqual(control('runs failed'), {
      kind: 'control',
      verb: 'runs',
      words: [{ text: 'failed', start: 5, end: 11 }],
    });
    assert.deepEqual(control('health'), { kind: 'control', verb: 'health' });
  });

  for (const verb of ['show', 'cancel', 'retry'] as const) {
    const runOf = (text: string): string => {
      const planned = control(text);
      assert.equal(planned.verb, verb);
      return 'run' in planned ? planned.run.text : '';
    };
    it(`\`${verb}\` names a run by the end of its id, or the last one`, () => {
      assert.equal(runOf(`${verb} 7f3a`), '7f3a');
      assert.equal(runOf(`${verb} 7F3A`), '7f3a');
      assert.equal(runOf(`${verb} ${RUN}`), RUN);
      assert.equal(runOf(`${verb} last`), 'last');
      assert.equal(runOf(verb), 'last');
    });
    it(`\`${verb}\` takes the word \`run\` as people say it`, () => {
      assert.deepEqual([`${verb} run 7f3a`, `${verb} last run`, `${verb} run`].map(runOf), ['7f3a', 'last', 'last']);
    });
    it(`\`${verb}\` says where the run stands in the text, or the command itself`, () => {
      const named = control(`${verb} 7f3a`);
      const bare = control(verb);
      assert.ok('run' in named && 'run' in bare);
      assert.deepEqual([named.run.start, named.run.end], [verb.length + 1, verb.length + 5]);
      assert.deepEqual([bare.run.start, bare.run.end], [0, verb.length]);
    });
  }

  it('`retry` asks those where it did not end well, or a share of the nodes', () => {
    for (const [text, run, which] of [
      ['retry', 'last', 'open'],
      ['retry last', 'last', 'open'],
      ['retry 7f3a failed', '7f3a', 'failed'],
      ['retry failed 7f3a', '7f3a', 'failed'],
      ['retry failed', 'last', 'failed'],
      ['retry 7f3a:silent', '7f3a', 'silent'],
      ['retry last:all', 'last', 'all'],
      ['retry silent last run', 'last', 'silent'],
      ['retry 7f3a open', '7f3a', 'open'],
    ] as const) {
      const planned = control(text);
      assert.ok(planned.verb === 'retry');
      assert.deepEqual([planned.run.text, planned.which], [run, which], text);
    }
  });

  it('`retry 7f3a:silent` knows where the run stands', () => {
    const planned = control('retry 7f3a:silent');
    assert.ok(planned.verb === 'retry');
    assert.deepEqual([planned.run.start, planned.run.end], [6, 10]);
  });

  const wrong: readonly (readonly [text: string, code: string, marked: string, hint: RegExp])[] = [
    ['health now', 'usage/stray-word', 'now', /^`health` takes no more words$/],
    ['show 7f3', 'usage/bad-run', '7f3', /four or more/],
    ['show atlas01', 'usage/bad-run', 'atlas01', /four or more/],
    ['show lsat', 'usage/bad-run', 'lsat', /`last`/],
    ['show 7f3a 7f3b', 'usage/stray-word', '7f3b', /^it takes one run$/],
    ['cancel all', 'usage/bad-run', 'all', /./],
    ['cancel 7f3a now', 'usage/stray-word', 'now', /^it takes one run$/],
    ['show 7f3a:failed', 'usage/bad-run', '7f3a:failed', /./],
    ['show ""', 'usage/bad-run', '""', /./],
    ['retry last faild', 'usage/stray-word', 'faild', /`failed`/],
    ['retry faild 7f3a', 'usage/stray-word', 'faild', /`failed`/],
    ['retry 7f3a 7f3b', 'usage/stray-word', '7f3b', /known: failed/],
    ['retry faild', 'usage/bad-run', 'faild', /`failed`/],
    ['retry 7f3a failed silent', 'usage/stray-word', 'silent', /^give one of them$/],
    ['retry 7f3a ok', 'usage/bad-choice', 'ok', /`all`/],
    ['retry "7f3a:failed"', 'usage/bad-run', '"7f3a:failed"', /./],
    ['retyr 7f3a', 'unknown/command', 'retyr', /`retry`/],
    ['helth', 'unknown/command', 'helth', /`health`/],
  ];
  for (const [text, code, marked, hint] of wrong) {
    it(`refuses \`${text}\` with ${code}`, () => {
      const found = refusal(text);
      assert.deepEqual([found.code, found.marked], [code, marked]);
      assert.match(found.hint, hint);
    });
  }
});
