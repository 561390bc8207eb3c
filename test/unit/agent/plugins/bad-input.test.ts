import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AGENT_DESCRIPTIONS } from '../../../../agent/plugins/index.ts';
import type { Input, InputField, Scalar } from '../../../../src/core/agent-description.ts';
import { checkInput } from '../../../../src/core/check-input.ts';
import { INPUTS } from './host-agents.ts';

const RUN = '0198f0a0-0000-7000-8000-000000007f3a';

/** An input that is accepted, of the agents that start no program. */
const MORE: Readonly<Record<string, Input>> = {
  'job.show': { run: RUN },
  'job.tail': { run: RUN },
  'job.kill': { run: RUN },
  'rpcutil.get_fact': { fact: 'os' },
  'rpcutil.get_facts': { facts: 'os, kernel' },
  'rpcutil.describe': { agent: 'package' },
  'rpcutil.audit': { run: RUN },
};

/** Text of people: lines and leading hyphens belong to it, and it is never an argument of its own. */
const FREE_TEXT = new Set(['file.create content', 'process.list pattern', 'shell.run command', 'shell.start command']);
/** Names of facts and their values; no program ever sees them. */
const HYPHENS = new Set(['rpcutil.get_fact fact', 'rpcutil.get_facts facts']);

/** Values that a field of this type never takes. */
function* listBadValues(field: InputField, key: string): Generator<Scalar> {
  const { type, maxLength = 256, min, max, oneOf } = field;
  yield type === 'string' ? 17 : 'no such thing';
  if (type === 'integer') yield 1.5;
  if (min !== undefined) yield min - 1;
  if (max !== undefined) yield max + 1;
  if (type === 'integer' || type === 'number') yield* [Number.NaN, Number.POSITIVE_INFINITY];
  if (type !== 'string') return;
  yield* ['x\0y', 'x'.repeat(maxLength + 1)];
  if (oneOf !== undefined) yield 'none-of-them';
  if (FREE_TEXT.has(key)) return;
  yield* ['x\ny', '\x1b[31m', ''];
  if (!HYPHENS.has(key)) yield* ['-x', '--option=x'];
}

for (const { agent, actions } of AGENT_DESCRIPTIONS) {
  describe(`the input of ${agent}`, () => {
    for (const [name, action] of Object.entries(actions)) {
      const good = INPUTS[`${agent}.${name}`] ?? MORE[`${agent}.${name}`] ?? {};

      test(`${name} takes what is right, and nothing that is not declared`, () => {
        checkInput(action, good);
        assert.throws(() => checkInput(action, { ...good, nonsense: 'x' }), { code: 'usage/unknown-input' });
      });

      for (const [key, field] of Object.entries(action.input)) {
        test(`${name} refuses a ${key} that is missing, of another type, out of bounds, or could be an option`, () => {
          if (field.optional !== true && field.default === undefined) {
            const { [key]: _, ...rest } = good;
            assert.throws(() => checkInput(action, rest), { code: 'usage/missing-input' });
          }
          for (const value of listBadValues(field, `${agent}.${name} ${key}`)) {
            const bad = () => checkInput(action, { ...good, [key]: value });
            assert.throws(bad, { code: 'usage/invalid-input' }, JSON.stringify(value).slice(0, 80));
          }
        });
      }
    }
  });
}
