import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { AGENT_DESCRIPTIONS } from '../../../agent/plugins/index.ts';
import { COMMANDS } from '../../../commands/index.ts';
import { planCommand } from '../../../src/bot/plan-command.ts';
import { DATA_FUNCTIONS } from '../../../src/core/data-function-table.ts';
import { parseCommandLine } from '../../../src/language/parse-command-line.ts';
import { drawAgentsPage } from './draw-agents-page.ts';

const PAGE = 'docs/agents.md';

test('docs/agents.md is what the descriptions say', () => {
  const page = drawAgentsPage(AGENT_DESCRIPTIONS, DATA_FUNCTIONS);
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(PAGE, page);
  assert.ok(existsSync(PAGE), 'write it with UPDATE_GOLDEN=1');
  assert.equal(readFileSync(PAGE, 'utf8'), page);
});

const world = { agents: AGENT_DESCRIPTIONS, commands: COMMANDS, caller: 'person:ana', roles: [], may: () => true };

for (const { agent, actions } of AGENT_DESCRIPTIONS) {
  for (const [name, { examples = [] }] of Object.entries(actions)) {
    test(`the examples of ${agent} ${name} ask just that`, () => {
      assert.notEqual(examples.length, 0);
      for (const example of examples) {
        const plan = planCommand(parseCommandLine(example), COMMANDS, world);
        assert.equal(plan.kind === 'ask' && `${plan.agent}.${plan.action}`, `${agent}.${name}`, example);
      }
    });
  }
}

for (const { name, example } of DATA_FUNCTIONS) {
  test(`the example of ${name} is a filter`, () => {
    const { filter } = parseCommandLine(`find -S "${example}"`);
    assert.equal(filter.where.length, 1);
  });
}
