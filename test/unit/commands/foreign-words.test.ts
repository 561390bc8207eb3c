import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AGENT_DESCRIPTIONS } from '../../../agent/plugins/index.ts';
import { COMMANDS } from '../../../commands/index.ts';
import { planCommand } from '../../../src/bot/plan-command.ts';
import { McoError } from '../../../src/core/errors.ts';
import { FOREIGN_ACTIONS, FOREIGN_COMMANDS, FOREIGN_OPTIONS } from '../../../src/core/foreign-words.ts';
import { parseCommandLine } from '../../../src/language/parse-command-line.ts';
import { makeWorld } from './person-world.ts';

/** The hint that somebody gets who may use these actions. */
function hintFor(text: string, isAllowed: (action: string) => boolean = () => true): string {
  try {
    planCommand(parseCommandLine(text), COMMANDS, { ...makeWorld(isAllowed), origins: new Map() });
  } catch (error) {
    if (!(error instanceof McoError)) throw error;
    return error.hint ?? '';
  }
  return 'nothing is wrong';
}

describe('a word too many is told where it belongs', () => {
  const cases: readonly (readonly [text: string, hint: string])[] = [
    ['find osfamily=RedHat', 'a fact goes by `-F osfamily=RedHat`'],
    ['find "cpus>=8"', "a fact goes by `-F 'cpus>=8'`"],
    ['ping it-web01', 'nodes go by `-I it-web01`'],
    ['ping Web.Example.ORG', 'nodes go by `-I web.example.org`'],
    ['puppet runonce it-web01', 'nodes go by `-I it-web01`'],
    ['service nginx restart it-web01', 'nodes go by `-I it-web01`'],
    ['package status bash osfamily=RedHat', 'known: package; a fact goes by `-F osfamily=RedHat`'],
    ['rpcutil ping osfamily=RedHat', 'it takes none; a fact goes by `-F osfamily=RedHat`'],
    ['inventory a b', '`inventory a` takes no more words'],
    [
      'package status bash libc6',
      'usage: `package status PACKAGE`; nodes go by `-F FACT=VALUE`, `-C CLASS` or `-I NODE`',
    ],
    [
      'service status nginx sshd.service',
      'usage: `service status SERVICE`; nodes go by `-F FACT=VALUE`, `-C CLASS` or `-I NODE`',
    ],
    ['policy test now', '`policy test` takes no more words'],
    ['retry last failed silent', 'give one of them'],
  ];
  for (const [text, hint] of cases) it(text, () => assert.equal(hintFor(text), hint));
});

describe("other tools' words", () => {
  const cases: readonly (readonly [text: string, hint: string])[] = [
    ['filemgr status /etc/hosts', 'did you mean `file status /etc/hosts`?'],
    ['plugin doc package', 'did you mean `help package`?'],
    ['plugin doc', 'did you mean `help`?'],
    ['restart nginx', 'did you mean `service restart nginx`?'],
    ['status nginx', 'did you mean `file status`, `package status`, `puppet status` or `service status`?'],
    ['remove bash', 'did you mean `package uninstall` or `file remove`?'],
    ['jobs', 'did you mean `job list`?'],
    ['package remove bash', 'did you mean `package uninstall` or `package purge`?'],
    ['package install bash=4.3', 'did you mean `package install bash 4.3`?'],
    ['package libstdc++6=4.8-1 install', 'did you mean `package install libstdc++6 4.8-1`?'],
    ['package status bash=4.3', 'did you mean `package status bash`?'],
    ['shell list', 'did you mean `job list`?'],
    ['shell tail 7f3a', 'did you mean `job tail`?'],
    ['shell watch 7f3a', 'did you mean `job watch`?'],
    ['shell kill 7f3a', 'did you mean `job kill`?'],
    ['shell show 7f3a', 'did you mean `job show`?'],
    ['inventory --list-collectives', '`collectives` lists them'],
    ['package update bash --dry-run', '`--noop` is a dry run; `--preview` asks no node and shows whom it would ask'],
    ['filemgr -f /etc/hosts status', '`filemgr` is `file` here: `file status /PATH`'],
    ['rpc rpcutil get_fact --arg fact=x', 'inputs are words: `rpc AGENT ACTION key=value`'],
  ];
  for (const [text, hint] of cases) it(`\`${text}\`: ${hint}`, () => assert.equal(hintFor(text), hint));

  it('are never suggested to somebody who may not use what they mean', () => {
    const isRead = (action: string) => action === 'package.status';
    for (const text of ['restart nginx', 'remove bash', 'upgrade bash', 'package remove bash', 'shell kill 7f3a']) {
      assert.doesNotMatch(hintFor(text, isRead), /did you mean `(?:service|file|job|package (?:un|up|pu))/, text);
    }
  });

  it('are words that mean nothing here themselves', () => {
    for (const words of FOREIGN_COMMANDS.keys()) {
      const [name] = words.split(' ');
      assert.ok(!COMMANDS.some((command) => command.name === name), words);
      assert.ok(!AGENT_DESCRIPTIONS.some(({ agent }) => agent === name), words);
    }
    for (const words of FOREIGN_ACTIONS.keys()) {
      const [name, action = ''] = words.split(' ');
      const agent = AGENT_DESCRIPTIONS.find((one) => one.agent === name);
      assert.ok(agent !== undefined && !Object.hasOwn(agent.actions, action), words);
    }
    for (const words of FOREIGN_OPTIONS.keys()) {
      const [name = '', option = ''] = words.split(' ');
      const dashes = option.length === 1 ? '-' : '--';
      assert.throws(() => parseCommandLine(`${name} ${dashes}${option}`), { code: 'usage/unknown-option' });
    }
  });

  it('are called what there is here', () => {
    for (const target of [...FOREIGN_COMMANDS.values(), ...FOREIGN_ACTIONS.values()].flat()) {
      const [name, action] = target.split(' ');
      const command = COMMANDS.find((one) => one.name === name);
      assert.ok(command !== undefined, target);
      assert.ok(action === undefined || command.usage.some((usage) => usage.includes(`${name} ${action}`)), target);
    }
  });
});

describe('an agent that is called almost like a command', () => {
  it('is reached by `rpc`, which the hint says', () => {
    assert.equal(hintFor('slow look'), 'did you mean `show`?; an agent of that name is `rpc slow look`');
  });

  it('is none where the name is almost that of another agent, or no action follows', () => {
    assert.equal(hintFor('pakage look'), 'did you mean `package`?');
    assert.equal(hintFor('slow'), 'did you mean `show`?');
  });
});
