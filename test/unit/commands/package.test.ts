import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AGENT_DESCRIPTIONS } from '../../../agent/plugins/index.ts';
import { COMMANDS } from '../../../commands/index.ts';
import { planCommand } from '../../../src/bot/plan-command.ts';
import type { Ask } from '../../../src/core/command.ts';
import { parseCommandLine } from '../../../src/language/parse-command-line.ts';
import { makeWorld } from './person-world.ts';

function ask(text: string): Ask {
  const plan = planCommand(
    parseCommandLine(text),
    COMMANDS,
    makeWorld(() => true),
  );
  if (plan.kind !== 'ask') throw new Error(`${text} asks nothing`);
  return plan;
}

describe('package', () => {
  const spellings: readonly [string, string, Record<string, string>][] = [
    ['package md5', 'checksum', {}],
    ['package checksum', 'checksum', {}],
    ['package apt_update', 'refresh', {}],
    ['package yum_clean', 'refresh', {}],
    ['package apt_checkupdates', 'checkupdates', {}],
    ['package yum_checkupdates', 'checkupdates', {}],
    ['package install nginx', 'install', { package: 'nginx' }],
    ['package nginx install', 'install', { package: 'nginx' }],
    ['package install nginx 1.18.0-6', 'install', { package: 'nginx', version: '1.18.0-6' }],
    ['package nginx update 1:1.18', 'update', { package: 'nginx', version: '1:1.18' }],
    ['package update nginx version=1.18', 'update', { package: 'nginx', version: '1.18' }],
    ['package nginx purge', 'purge', { package: 'nginx' }],
    // The action's place is taken: it is the name of a package.
    ['package status md5', 'status', { package: 'md5' }],
    ['package install count', 'install', { package: 'count' }],
  ];
  for (const [text, action, input] of spellings) {
    it(`\`${text}\` means ${action}`, () => {
      const asked = ask(text);
      assert.deepEqual([asked.agent, asked.action, asked.input], ['package', action, input]);
    });
  }

  it('of what changes packages each but a refresh can be rehearsed without changing anything', () => {
    const actions = AGENT_DESCRIPTIONS.find(({ agent }) => agent === 'package')?.actions ?? {};
    const writes = Object.entries(actions).filter(([, { effect }]) => effect === 'write');
    assert.deepEqual(
      writes.map(([name, { dryRun, isJob }]) => [name, dryRun, isJob]),
      [
        ...['install', 'update', 'uninstall', 'purge'].map((name) => [name, 'read', true]),
        ['refresh', undefined, true],
      ],
    );
    assert.equal(ask('package update nginx --noop').effect, 'read');
    assert.throws(() => ask('package refresh --noop'), { code: 'usage/no-dry-run' });
  });
});
