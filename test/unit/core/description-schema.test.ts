import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AGENT_DESCRIPTIONS } from '../../../agent/plugins/index.ts';
import type { AgentDescription } from '../../../src/core/agent-description.ts';
import { digestDescription } from '../../../src/core/description-digest.ts';
import { checkDescription, MAX_DESCRIPTION_BYTES, readDescription } from '../../../src/core/description-schema.ts';
import { McoError } from '../../../src/core/errors.ts';
import { DESCRIPTION_TEMPLATE } from '../../../src/main/new-agent/description-template.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const hello = (): AgentDescription => readDescription(bytes(DESCRIPTION_TEMPLATE));

/** A description of one action, with some of it replaced. */
function withAction(changes: object, input: object = {}): unknown {
  const text = { about: 'a word', type: 'string', ...input };
  const action = {
    about: 'does it',
    effect: 'read',
    timeoutMs: 1000,
    input: { word: text },
    output: { answer: { about: 'an answer', label: 'Answer' } },
    ...changes,
  };
  return { agent: 'probe', version: '1.0.0', about: 'a probe', actions: { look: action } };
}

const refused = (value: unknown, message: RegExp): void =>
  assert.throws(() => checkDescription(value), { code: 'usage/bad-description', message });

describe('a description of an agent', () => {
  it('is read as it stands', () => {
    const { agent, actions } = hello();
    assert.equal(agent, 'hello');
    assert.deepEqual(Object.keys(actions), ['greet', 'note', 'count']);
    assert.equal(actions.note?.dryRun, 'read');
    assert.equal(actions.count?.isJob, true);
  });

  it('of each agent that comes with mco-agent survives the way over the wire', () => {
    for (const description of AGENT_DESCRIPTIONS) {
      const { actions, ...rest } = JSON.parse(JSON.stringify(description)) as AgentDescription;
      // Their examples are commands of any kind.
      const plain = Object.entries(actions).map(([name, { examples: _, ...action }]) => [name, action]);
      const value = { ...rest, actions: Object.fromEntries(plain) };
      assert.deepEqual(checkDescription(value), value, description.agent);
    }
  });

  it('is refused with the place of the mistake', () => {
    refused(
      withAction({ effects: 'read' }),
      /^`actions\.look\.effects`: there is no such key; did you mean `effect`\?$/,
    );
    refused(withAction({ effect: 'reed' }), /^`actions\.look\.effect`: must be one of `read`, `write`$/);
    refused(
      withAction({ effect: undefined, efect: 'read' }),
      /^`actions\.look\.efect`: there is no such key; did you mean `effect`\?$/,
    );
    refused(withAction({ timeoutMs: undefined }), /^`actions\.look\.timeoutMs`: is missing$/);
    refused(withAction({ timeoutMs: 99_999_999 }), /timeoutMs`: is more than 86400000$/);
    refused(withAction({ about: 'two\nlines' }), /about`: holds a control character/);
    refused(withAction({ input: { Word: {} } }), /is not a plain lower-case name/);
    refused(withAction({ input: [] }), /^`actions\.look\.input`: a section with keys is expected$/);
    refused({ ...(withAction({}) as object), actions: {} }, /at least one action/);
    refused({ ...(withAction({}) as object), version: 'new' }, /version/);
    refused('text', /section/);
    refused(undefined, /not JSON/);
  });

  it('says why the text is not JSON', () => {
    const broken = DESCRIPTION_TEMPLATE.replace('"effect": "read",', '"effect": read,');
    assert.throws(() => readDescription(bytes(broken)), { message: /^it is not JSON: unexpected token 'r'/ });
    assert.throws(() => readDescription(bytes(DESCRIPTION_TEMPLATE.slice(0, 300))), { message: /not JSON/ });
    assert.throws(() => readDescription(Uint8Array.of(0x22, 0xff, 0x22)), { message: 'it is not UTF-8' });
  });

  it('refers to what is there', () => {
    refused(withAction({ words: ['wort'] }), /words`: there is no input `wort`/);
    refused(withAction({ words: ['word', 'word'] }), /stands there twice/);
    refused(withAction({ line: '{answr}' }), /line`: there is no output `answr`/);
    refused(withAction({ aggregate: [{ function: 'sum', output: 'word' }] }), /aggregate`: there is no output `word`/);
    refused(withAction({ examples: ['package uninstall libc6'] }), /does not begin with `probe`/);
    refused(
      { ...(withAction({}) as object), actions: { help: (withAction({}) as AgentDescription).actions.look } },
      /can not be called `help`/,
    );
    checkDescription(withAction({ words: ['word'], line: '{answer}', examples: ['probe look x', 'rpc probe look x'] }));
  });

  it('has units for the columns of a list only, and only some', () => {
    const answering = (output: object) => withAction({ output: { answer: { about: 'x', label: 'X', ...output } } });
    checkDescription(answering({ type: 'list', units: { age_s: 'seconds', size: 'bytes', rss: 'kibibytes' } }));
    refused(answering({ type: 'integer', units: { age_s: 'seconds' } }), /`units` are for a `list`/);
    refused(answering({ type: 'list', units: { age_s: 'parsecs' } }), /units\.age_s`: must be one of/);
  });

  it('has inputs that accept what they name themselves', () => {
    refused(withAction({}, { pattern: '(' }), /pattern`/);
    refused(withAction({}, { pattern: '(?=x)' }), /pattern`/);
    refused(withAction({}, { pattern: '(?:.?){900}' }), /pattern`/);
    refused(withAction({}, { isPattern: true, default: '(' }), /default`: the input itself does not accept it/);
    refused(withAction({}, { type: 'integer', isPattern: true }), /`isPattern`/);
    refused(withAction({}, { type: 'integer', isPath: true }), /`isPath`/);
    refused(withAction({}, { isPath: true, default: '/a/../b' }), /default`: the input itself does not accept it/);
    refused(withAction({}, { pattern: '[a-z]+', default: 'A' }), /default`: the input itself does not accept it/);
    refused(withAction({}, { oneOf: ['a', 1] }), /oneOf`: the input itself does not accept it/);
    refused(withAction({}, { min: 1 }), /`min` and `max` are for numbers/);
    refused(withAction({}, { type: 'integer', min: 2, max: 1 }), /`min` is more than `max`/);
    refused(withAction({}, { type: 'integer', maxLength: 2 }), /are for text/);
    refused(withAction({ words: ['word'] }, { secret: true }), /the secret input `word`/);
  });

  it('is bounded', () => {
    const many = (count: number) =>
      Object.fromEntries([...Array(count).keys()].map((n) => [`a${n}`, { about: 'x', label: 'x' }]));
    refused(withAction({ output: many(101) }), /at most 100 are allowed/);
    checkDescription(withAction({ output: many(100) }));
    refused(withAction({ about: 'x'.repeat(301) }), /longer than 300 characters/);
    const padded = `${DESCRIPTION_TEMPLATE}${' '.repeat(MAX_DESCRIPTION_BYTES)}`;
    assert.throws(() => readDescription(bytes(padded)), { message: `it has more than ${MAX_DESCRIPTION_BYTES} bytes` });
  });

  it('has no names that every object has', () => {
    const text = DESCRIPTION_TEMPLATE.replace('"greet": {', '"constructor": {');
    assert.throws(() => readDescription(bytes(text)), { code: 'usage/bad-description', message: /constructor/ });
    assert.throws(() => readDescription(bytes('{"__proto__": {}}')), { code: 'usage/bad-description' });
  });

  it('is never anything but read or refused', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        try {
          checkDescription(value);
        } catch (thrown) {
          assert.ok(thrown instanceof McoError && thrown.code === 'usage/bad-description', String(thrown));
        }
      }),
      { numRuns: 300 },
    );
  });
});

it('the digest is that of what is said, not of how it is written', () => {
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
  const { agent, ...rest } = hello();
  const { version, about, actions } = rest;
  assert.equal(digestDescription(hash, { actions, about, version, agent }), digestDescription(hash, hello()));
  assert.notEqual(digestDescription(hash, { ...hello(), version: '1.0.1' }), digestDescription(hash, hello()));
  assert.match(digestDescription(hash, hello()), /^[0-9a-f]{64}$/);
});
