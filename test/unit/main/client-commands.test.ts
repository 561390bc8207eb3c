import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AGENT_DESCRIPTIONS } from '../../../agent/plugins/index.ts';
import { COMMANDS } from '../../../commands/index.ts';
import { createClientCommands } from '../../../src/main/client-commands.ts';
import { createNodesAuthority } from '../../../src/main/policy/policy-authority.ts';
import { alive, createScene } from '../bot/scripted-fleet.ts';

const commands = createClientCommands(COMMANDS);
const authority = createNodesAuthority('person:ana');
const ask = (text: string) =>
  createScene({ web1: alive() }).run(text, { authority, commands, agents: AGENT_DESCRIPTIONS });

test('help of the terminal client tells nothing that needs an earlier run', async () => {
  const { answer } = await ask('help');
  const text = JSON.stringify(answer);
  assert.match(text, /"ping +/);
  assert.match(text, /"job +/);
  assert.doesNotMatch(text, /"(?:runs|show|cancel|retry|approve|reject|withdraw|audit|policy) /);
});

test('whoever asks the terminal client for a run hears that it keeps none', async () => {
  for (const text of ['runs', 'show', 'show 7f3a', 'retry last', 'ping --nodes last', 'job', 'job show 7f3a']) {
    const { refusal } = await ask(text);
    assert.equal(refusal?.error.code, 'usage/no-runs', text);
    assert.match(refusal.error.message, /this program keeps no runs/);
  }
});

test('help of the terminal client shows commands as they are typed in a terminal', async () => {
  for (const text of ['help', 'help package', 'help filters', 'agents', 'package help']) {
    const told = JSON.stringify((await ask(text)).answer);
    assert.match(told, /"mco [a-z]/, text);
    assert.doesNotMatch(told, /\/mco|--nodes last/, text);
  }
});
