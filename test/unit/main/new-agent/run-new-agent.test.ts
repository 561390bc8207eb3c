import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { AGENT_DESCRIPTIONS } from '../../../../agent/plugins/index.ts';
import { COMMANDS } from '../../../../commands/index.ts';
import { parse } from '../../../../src/bot/handle-command.ts';
import { planCommand } from '../../../../src/bot/plan-command.ts';
import { readDescription } from '../../../../src/core/description-schema.ts';
import { composeFiles, runNewAgent } from '../../../../src/main/new-agent/run-new-agent.ts';

const dir = mkdtempSync(join(tmpdir(), 'mco-new-'));
after(() => rmSync(dir, { recursive: true }));

test('a new agent is three files with the modes they need', async () => {
  const told = await runNewAgent(['disk_probe', '--dir', dir]);
  const path = join(dir, 'disk_probe');
  assert.match(told, new RegExp(`^${path} is an agent`));
  assert.deepEqual(readdirSync(path).sort(), ['README.md', 'agent.json', 'run']);
  const modes = readdirSync(path)
    .sort()
    .map((name) => (statSync(join(path, name)).mode & 0o777).toString(8));
  assert.deepEqual(modes, ['644', '644', '755']);
  for (const name of readdirSync(path)) assert.doesNotMatch(readFileSync(join(path, name), 'utf8'), /\bhello\b/, name);
});

test('what is there already stays as it is', async () => {
  await runNewAgent(['twice', '--dir', dir]);
  await assert.rejects(runNewAgent(['twice', '--dir', dir]), {
    code: 'failed/not-written',
    message: /is there already/,
    hint: /another name/,
  });
  await assert.rejects(runNewAgent(['x', '--dir', '/no/such/place']), {
    code: 'failed/not-written',
    message: /is not there \(ENOENT\)/,
    hint: /--dir/,
  });
});

test('help is help, and nothing is made', async () => {
  for (const args of [['--help'], ['-h'], ['some_probe', '--help', '--dir', dir]]) {
    assert.match(await runNewAgent(args), /--language python\|sh/);
  }
  assert.ok(!readdirSync(dir).includes('some_probe'));
});

test('a name that looks like one of ours mistyped is told how it is reached', async () => {
  assert.match(await runNewAgent(['slow', '--dir', dir]), /looks like `show` mistyped: .*`rpc slow ACTION`/);
  assert.match(await runNewAgent(['shel', '--dir', dir]), /looks like `shell` mistyped: .*configuration/);
  assert.doesNotMatch(await runNewAgent(['smart_probe', '--dir', dir]), /mistyped/);
});

test('a name that is taken is refused with one that is not', async () => {
  await assert.rejects(runNewAgent(['package', '--dir', dir]), { code: 'usage/bad-name', hint: /`my_package`/ });
});

test('names that a node or the bot would refuse are refused at once', async () => {
  for (const name of ['Hello', '-x', 'a b', 'package', 'help', 'mcobot', 'data', '../x', '']) {
    await assert.rejects(runNewAgent([name, '--dir', dir]), { family: 'usage' }, name);
  }
  await assert.rejects(runNewAgent([]), { code: 'usage/missing-name' });
  await assert.rejects(runNewAgent(['a', 'b']), { code: 'usage/stray-word' });
  await assert.rejects(runNewAgent(['a', '--language', 'pyton']), { hint: 'did you mean `python`?' });
  await assert.rejects(runNewAgent(['a', '--lang', 'sh']), { hint: 'did you mean `--language`?' });
});

for (const [language, folder] of [
  ['python', 'python'],
  ['sh', 'shell'],
] as const) {
  test(`the example in ${folder} is what is made`, () => {
    for (const { name, text, mode } of composeFiles({ name: 'hello', language })) {
      const path = `deploy/agents/${folder}/hello/${name}`;
      assert.equal(readFileSync(path, 'utf8'), text, path);
      assert.equal(statSync(path).mode & 0o111, mode & 0o111, path);
    }
  });
}

test('each example of the new agent is a command that is understood', () => {
  const [file] = composeFiles({ name: 'hello', language: 'sh' });
  const hello = readDescription(new TextEncoder().encode(file?.text));
  const world = {
    agents: [...AGENT_DESCRIPTIONS, hello],
    commands: COMMANDS,
    caller: 'person:ana',
    roles: [],
    may: () => true,
  };
  for (const action of Object.values(hello.actions)) {
    assert.ok((action.examples ?? []).length > 0);
    for (const text of action.examples ?? []) {
      const message = { text, account: 'console:ana', origin: { chat: 'console', channel: '' } };
      assert.equal(planCommand(parse(message), COMMANDS, world).kind, 'ask', text);
    }
  }
});
