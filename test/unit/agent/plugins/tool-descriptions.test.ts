import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AGENT_DESCRIPTIONS } from '../../../../agent/plugins/index.ts';
import { COMMANDS } from '../../../../commands/index.ts';
import { parse } from '../../../../src/bot/handle-command.ts';
import { planCommand } from '../../../../src/bot/plan-command.ts';

const TOOLS = ['process', 'file', 'nettest', 'facter', 'shell'];
const world = { agents: AGENT_DESCRIPTIONS, commands: COMMANDS, caller: 'person:ana', roles: [], may: () => true };

for (const { agent, actions } of AGENT_DESCRIPTIONS.filter((one) => TOOLS.includes(one.agent))) {
  for (const [name, action] of Object.entries(actions)) {
    test(`${agent}.${name}: each example is a command that asks for it`, () => {
      assert.ok((action.examples ?? []).length > 0);
      for (const text of action.examples ?? []) {
        const message = { text, account: 'console:ana', origin: { chat: 'console' as const, channel: '' } };
        const plan = planCommand(parse(message), COMMANDS, world);
        assert.ok(plan.kind === 'ask', text);
        assert.deepEqual([plan.agent, plan.action, plan.effect], [agent, name, action.effect], text);
      }
    });

    test(`${agent}.${name}: what it shows and counts is described`, () => {
      const outputs = Object.keys(action.output);
      const shown = [...(action.line ?? '').matchAll(/\{(\w+)\}/g)].map(([, output]) => output ?? '');
      for (const output of [...shown, ...(action.aggregate ?? []).map((one) => one.output)]) {
        assert.ok(outputs.includes(output), output);
      }
      for (const word of action.words ?? []) assert.ok(Object.hasOwn(action.input, word), word);
      for (const { label } of Object.values(action.output)) assert.match(label, /^[A-Z]/);
    });
  }
}

/** Who is there is what `ping` is about, and how many are well what `stale` is about. */
const NOT_LISTED = ['rpcutil.ping', 'puppet.stale'];

test('what a read tells is shown: of each node, or summed up', () => {
  const hidden = AGENT_DESCRIPTIONS.flatMap(({ agent, actions }) =>
    Object.entries(actions).flatMap(([name, { effect, display, aggregate = [] }]) =>
      effect === 'read' && display !== 'always' && aggregate.length === 0 ? [`${agent}.${name}`] : [],
    ),
  );
  assert.deepEqual(
    hidden.filter((name) => !NOT_LISTED.includes(name)),
    [],
  );
});

test('only file and shell write, and every write of files can be tried before', () => {
  const writes = AGENT_DESCRIPTIONS.filter((one) => TOOLS.includes(one.agent)).flatMap(({ agent, actions }) =>
    Object.entries(actions).flatMap(([name, { effect, dryRun }]) =>
      effect === 'write' ? [`${agent}.${name} ${dryRun ?? 'none'}`] : [],
    ),
  );
  const expected = ['file.create read', 'file.touch read', 'file.remove read', 'shell.run none', 'shell.start none'];
  assert.deepEqual(writes, expected);
});
