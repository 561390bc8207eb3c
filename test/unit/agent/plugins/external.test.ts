import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MAX_ANSWER_BYTES } from '../../../../agent/plugins/external/read-answer.ts';
import { createExternalAgent } from '../../../../agent/plugins/index.ts';
import { readDescription } from '../../../../src/core/description-schema.ts';
import { McoError } from '../../../../src/core/errors.ts';
import type { Facts } from '../../../../src/core/facts.ts';
import type { JobCommand } from '../../../../src/core/jobs.ts';
import type { Finished, ProcessRequest } from '../../../../src/core/ports.ts';
import { DESCRIPTION_TEMPLATE } from '../../../../src/main/new-agent/description-template.ts';
import { type CallOptions, callAction } from '../../../fakes/call-action.ts';

const SECRET = DESCRIPTION_TEMPLATE.replace('"words": ["text"],', '').replace('"maxLength": 200,', '"secret": true,');

interface Scene {
  readonly answer?: Partial<Finished>;
  readonly error?: McoError;
  readonly user?: string;
  readonly facts?: Facts;
  readonly description?: string;
}

/** The example agent over a program that answers as it is told. */
function createScene({ answer = {}, error, user, facts = { os: 'x' }, description = DESCRIPTION_TEMPLATE }: Scene) {
  const asked: ProcessRequest[] = [];
  const runner = {
    stuck: () => 0,
    async run(request: ProcessRequest): Promise<Finished> {
      asked.push(request);
      if (error !== undefined) throw error;
      return { exitCode: 0, signal: undefined, stdout: '{}', stderr: '', truncated: false, ...answer };
    },
  };
  const agent = createExternalAgent(
    {
      description: readDescription(new TextEncoder().encode(description)),
      directory: '/etc/mco/agents/hello',
      program: '/etc/mco/agents/hello/run',
    },
    { runner, user, identity: 'web1', facts: () => facts },
  );
  return { agent, asked, call: (name: string, options: CallOptions = {}) => callAction(agent, name, options) };
}

const greet = (answer: Partial<Finished>) => createScene({ answer }).call('greet', { input: { name: 'ana' } });

describe('an external agent', () => {
  it('is asked with one document, and its data is the answer', async () => {
    const scene = createScene({ answer: { stdout: '{"status":"ok","data":{"greeting":"good day"}}\n' } });
    assert.deepEqual(await scene.call('greet', { input: { name: 'ana' } }), { greeting: 'good day' });
    const [asked] = scene.asked;
    assert.deepEqual([asked?.file, asked?.args], ['/etc/mco/agents/hello/run', ['greet']]);
    assert.deepEqual(JSON.parse(asked?.input ?? ''), {
      protocol: 1,
      agent: 'hello',
      action: 'greet',
      input: { name: 'ana' },
      caller: 'person:ana',
      run: '0198f0a0-0000-7000-8000-000000007f3a',
      node: { identity: 'web1', facts: { os: 'x' } },
      noop: false,
      timeout_ms: 10_000,
    });
    assert.deepEqual(asked?.env, {
      MCO_PROTOCOL: '1',
      MCO_AGENT: 'hello',
      MCO_ACTION: 'greet',
      MCO_CALLER: 'person:ana',
      MCO_RUN: '0198f0a0-0000-7000-8000-000000007f3a',
      MCO_NODE: 'web1',
      MCO_NOOP: '0',
      MCO_DIRECTORY: '/etc/mco/agents/hello',
      MCO_INPUT_NAME: 'ana',
    });
  });

  it('is told of a dry run, and not of more facts than it can take', async () => {
    const scene = createScene({ facts: { long: 'x'.repeat(300_000) } });
    await scene.call('note', { input: { text: 'x'.repeat(5000) }, isDryRun: true });
    const [asked] = scene.asked;
    const document = JSON.parse(asked?.input ?? '');
    assert.deepEqual([document.noop, asked?.env?.MCO_NOOP, document.node], [true, '1', { identity: 'web1' }]);
    assert.equal(document.input.text.length, 5000);
    assert.equal(asked?.env?.MCO_INPUT_TEXT, undefined);
  });

  it('is told a secret on its standard input only', async () => {
    const scene = createScene({ description: SECRET });
    await scene.call('note', { input: { text: 's3cret' } });
    const [asked] = scene.asked;
    assert.match(asked?.input ?? '', /s3cret/);
    assert.doesNotMatch(JSON.stringify([asked?.args, asked?.env]), /s3cret/);
  });

  it('runs as another account where the node says so', async () => {
    const scene = createScene({ user: 'nobody' });
    await scene.call('greet', { input: { name: 'ana' } });
    assert.equal(scene.asked[0]?.file, 'runuser');
    assert.deepEqual(scene.asked[0]?.args, ['-u', 'nobody', '--', '/etc/mco/agents/hello/run', 'greet']);
  });

  it('fails with its own words', async () => {
    const answer = greet({ stdout: '{"status":"failed","message":"the disk is full"}' });
    await assert.rejects(answer, { code: 'failed/external', message: 'the disk is full' });
    await assert.rejects(greet({ stdout: '{"status":"failed"}' }), { message: '`hello.greet` failed' });
  });

  it('that ends badly fails with the first lines of its standard error', async () => {
    const stderr = 'Traceback\n\n  in line 3\nValueError: \u001b[31mbad\nmore\n';
    await assert.rejects(greet({ exitCode: 3, stderr, stdout: '{}' }), {
      code: 'failed/external',
      message: '`hello.greet` ended with 3: Traceback / in line 3 / ValueError: \\x1b[31mbad',
    });
    await assert.rejects(greet({ exitCode: undefined, signal: 'SIGSEGV' }), {
      message: '`hello.greet` was ended by SIGSEGV',
    });
  });

  it('that answers otherwise than the protocol says fails, and it is said what is wrong', async () => {
    const wrong: readonly (readonly [string, RegExp])[] = [
      ['', /wrote nothing/],
      ['good day', /is not one JSON document; it begins with `good day`/],
      ['{"data":{}}\n{"data":{}}', /not one JSON document/],
      ['[]', /no JSON object/],
      ['{"status":"done"}', /neither `ok` nor `failed`/],
      ['{"message":1}', /no text/],
      ['{"data":[]}', /no JSON object/],
      ['{"greeting":"x"}', /has the key `greeting`; known are status, message, data/],
      ['{"data":{"greting":"x"}}', /the output `greting`, which is not described/],
      ['{"data":{"greeting":1}}', /the output `greeting` it answered is not of type string/],
      ['{"__proto__":{}}', /__proto__/],
      [`${'['.repeat(100)}${']'.repeat(100)}`, /its answer is nested deeper/],
    ];
    for (const [stdout, message] of wrong) {
      await assert.rejects(greet({ stdout }), { code: 'failed/bad-answer', message }, stdout);
    }
    await assert.rejects(greet({ stdout: '{"data":', truncated: true }), { message: /wrote more than \d+ bytes/ });
  });

  it('whose program can not be started, says too much or takes too long fails and says so', async () => {
    const missing = createScene({ error: new McoError('failed/not-installed', 'gone') });
    await assert.rejects(missing.call('greet', { input: { name: 'x' } }), {
      code: 'failed/not-started',
      message: /run` could not be started$/,
      hint: /first line/,
    });
    const flood = createScene({ error: new McoError('failed/too-much-output', 'too much') });
    await assert.rejects(flood.call('greet', { input: { name: 'x' } }), {
      code: 'failed/bad-answer',
      message: /wrote more than \d+ bytes/,
    });
    const slow = createScene({ error: new McoError('failed/timeout', 'too long') });
    await assert.rejects(slow.call('greet', { input: { name: 'x' } }), { code: 'failed/timeout' });
  });
});

describe('a job of an external agent', () => {
  const count = (ended: Awaited<ReturnType<NonNullable<CallOptions['runCommand']>>>, commands: JobCommand[] = []) =>
    createScene({ user: 'nobody' }).call('count', {
      input: { seconds: 3 },
      async runCommand(command) {
        commands.push(command);
        return ended;
      },
    });

  it('is a command with the document as its input', async () => {
    const commands: JobCommand[] = [];
    const ok = { exit: { state: 'exited', exitCode: 0 }, stdout: '{"data":{"seconds":3}}' } as const;
    assert.deepEqual(await count(ok, commands), { seconds: 3 });
    const [command] = commands;
    assert.deepEqual([command?.file, command?.args, command?.user], ['/etc/mco/agents/hello/run', ['count'], 'nobody']);
    assert.equal(JSON.parse(command?.input ?? '').input.seconds, 3);
    assert.equal(command?.env?.MCO_INPUT_SECONDS, '3');
  });

  it('is concluded by how it ended and what it left', async () => {
    await assert.rejects(count({ exit: { state: 'exited', exitCode: 1 }, stderr: 'oh no\n' }), {
      message: '`hello.count` ended with 1: oh no',
    });
    await assert.rejects(count({ exit: { state: 'killed', signal: 'SIGKILL' } }), { message: /was ended by SIGKILL/ });
    await assert.rejects(count({ exit: { state: 'lost' }, stdout: '{}' }), { message: /is gone and left no word/ });
    const flood = 'x'.repeat(MAX_ANSWER_BYTES + 1);
    await assert.rejects(count({ exit: { state: 'exited', exitCode: 0 }, stdout: flood }), {
      message: /wrote more than/,
    });
  });
});
