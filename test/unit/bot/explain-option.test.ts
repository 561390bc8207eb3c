import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AGENT_DESCRIPTIONS } from '../../../agent/plugins/index.ts';
import { explainOption } from '../../../src/bot/explain-option.ts';
import { parse } from '../../../src/bot/handle-command.ts';
import type { AgentDescription } from '../../../src/core/agent-description.ts';
import { toMcoError } from '../../../src/core/errors.ts';
import { allowed, denied } from '../../fakes/decisions.ts';
import { createScene } from './scripted-fleet.ts';

const SECRETIVE: AgentDescription = {
  agent: 'vault',
  version: '1.0.0',
  about: 'keeps secrets',
  actions: {
    open: {
      about: 'opens',
      effect: 'read',
      timeoutMs: 1000,
      input: { token: { about: 'secret', type: 'string', secret: true } },
      output: {},
    },
  },
};

/** What somebody is told who may do everything, or nothing. */
async function explain(text: string, mayDoAnything = true): Promise<string | undefined> {
  const { bot } = createScene({}, () => (mayDoAnything ? allowed('roles.yaml:1') : denied('no')));
  const message = { text, account: 'console:ana', origin: { chat: 'console', channel: '' } };
  try {
    parse(message);
  } catch (error) {
    const agents = [...AGENT_DESCRIPTIONS, SECRETIVE];
    return (await explainOption({ ...bot, agents }, message, toMcoError(error))).hint;
  }
  return assert.fail(`${text} is understood`);
}

describe('an option that is an input of the action', () => {
  const cases: readonly (readonly [text: string, hint: string])[] = [
    ['puppet runonce --tags ssh', 'inputs are words: `tags=ssh`'],
    ['puppet runonce --tags=ssh,sudo -C web', 'inputs are words: `tags=ssh,sudo`'],
    ['puppet runonce --tags -C web', 'inputs are words: `tags=TAGS`'],
    ['/mco rpc package status --package bash', 'inputs are words: `package=bash`'],
    ['file /etc/hosts status --checksum sha256', 'inputs are words: `checksum=sha256`'],
    ['job kill 7f3a --force', 'inputs are words: `force=true`'],
  ];
  for (const [text, hint] of cases) it(text, async () => assert.equal(await explain(text), hint));

  it('is not repeated where it holds a secret', async () => {
    assert.equal(await explain('vault open --token hunter2'), 'inputs are words: `token=TOKEN`');
  });

  it('is not told to somebody who may not use the action', async () => {
    assert.doesNotMatch((await explain('puppet runonce --tags ssh', false)) ?? '', /tags=/);
  });

  it('is one of that action: another has its own', async () => {
    assert.doesNotMatch((await explain('puppet status --tags ssh')) ?? '', /tags=/);
    assert.match((await explain('ping --batchh 3')) ?? '', /`--batch`/);
  });
});
