import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Ask, askPing, type Plan } from '../../../src/core/command.ts';
import { McoError } from '../../../src/core/errors.ts';
import { parseCommandLine } from '../../../src/language/parse-command-line.ts';
import { refuseOptions } from '../../../src/language/refuse-options.ts';

const ASK: Ask = askPing('ping');
const run = { text: '7f3a', start: 0, end: 0 };
const FIND: Plan = { kind: 'control', verb: 'audit', what: 'find' };
const EXPLAIN: Plan = { kind: 'control', verb: 'policy', what: 'explain', command: undefined };
const QUOTED: Plan = { ...EXPLAIN, command: 'ping -C web' };

const TAKEN: readonly (readonly [string, Plan])[] = [
  ['ping -C web --canary 2 --max-fail 1 --preview --json', ASK],
  ['audit --who ana --node web1 --action package --run 7f3a --since 2h --until 1h --json', FIND],
  ['policy explain --as ana --in console package update x -C web --max-fail 1 --preview', EXPLAIN],
  ['policy explain --as ana "ping -C web" --json', QUOTED],
  ['approve 7f3a --json', { kind: 'control', verb: 'approve', run }],
];

const REFUSED: readonly (readonly [string, Plan, string, string])[] = [
  ['ping --as ana', ASK, 'ana', 'policy explain'],
  ['ping --in console', ASK, 'console', 'policy explain'],
  ['ping --who ana', ASK, 'ana', '`audit`'],
  ['ping --since 2h', ASK, '2h', '`audit`'],
  ['ping --run 7f3a', ASK, '7f3a', '`audit`'],
  ['ping --node web1', ASK, 'web1', '`-I NODE`'],
  ['audit --limit 5', FIND, '5', '`--who`'],
  ['audit --as ana', FIND, 'ana', '`--who`'],
  ['audit -C web', FIND, 'web', '`--who`'],
  ['audit verify --since 2h', { kind: 'control', verb: 'audit', what: 'verify' }, '2h', '`--json`'],
  ['audit compare 7f3a --run 7f3a', { kind: 'control', verb: 'audit', what: 'compare', run }, '7f3a', '`--json`'],
  ['policy test --as ana', { kind: 'control', verb: 'policy', what: 'test' }, 'ana', '`--json`'],
  ['policy explain ping --who ana', EXPLAIN, 'ana', '`--as`'],
  ['policy explain "ping -C web" -C web', QUOTED, 'web', 'inside the quotes'],
  ['approve 7f3a --preview', { kind: 'control', verb: 'approve', run }, '--preview', '`--json`'],
  ['reject 7f3a -q', { kind: 'control', verb: 'reject', run }, '-q', '`--json`'],
  ['withdraw 7f3a --canary 1', { kind: 'control', verb: 'withdraw', run }, '1', '`--json`'],
  ['retry 7f3a --preview', { kind: 'control', verb: 'retry', run, which: 'failed' }, '--preview', '`--nodes last`'],
  ['runs --preview', { kind: 'control', verb: 'runs', words: [] }, '--preview', '`--json`'],
  ['help --preview', { kind: 'tell', title: 'help', sections: [] }, '--preview', '`--json`'],
];

describe('options that mean nothing to a command', () => {
  for (const [text, plan] of TAKEN) {
    it(`are none of those in \`${text}\``, () => refuseOptions(parseCommandLine(text), plan));
  }

  for (const [text, plan, marked, hint] of REFUSED) {
    it(`are refused with a caret and a hint in \`${text}\``, () => {
      assert.throws(
        () => refuseOptions(parseCommandLine(text), plan),
        (error) => {
          assert.ok(error instanceof McoError);
          const { code, at } = error;
          assert.deepEqual([code, at?.text.slice(at.start, at.end)], ['usage/unexpected-option', marked]);
          assert.ok(error.hint?.includes(hint), error.hint);
          return true;
        },
      );
    });
  }
});
