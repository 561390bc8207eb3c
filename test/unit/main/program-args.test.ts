import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { McoError } from '../../../src/core/errors.ts';
import { readBotArgs } from '../../../src/main/bot-args.ts';
import { readClientArgs } from '../../../src/main/client-args.ts';
import { readPlaygroundArgs } from '../../../src/main/playground/playground-args.ts';

const PEOPLE = ['ana', 'bob', 'raj'];

function refusalOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof McoError) return `${error.code} | ${error.message} | ${error.hint}`;
    throw error;
  }
  throw new Error('it is accepted');
}

describe('the arguments of the playground', () => {
  const read = (...args: string[]) => readPlaygroundArgs(args, PEOPLE);

  it('have sensible defaults', () => {
    assert.deepEqual({ ...read() }, { once: undefined, person: 'ana', nodes: 200, json: false, help: false });
  });

  it('are read in any order', () => {
    const args = read('--json', '--as', '@bob', '--nodes=20', '--once', '/mco ping -F a=b');
    assert.deepEqual({ ...args }, { once: '/mco ping -F a=b', person: 'bob', nodes: 20, json: true, help: false });
  });

  const wrong: readonly (readonly [args: string[], expected: RegExp])[] = [
    [['--onse', 'x'], /unknown-option .*`--once`/],
    [['--as', 'bop'], /unknown\/person .*`bob`/],
    [['--nodes', '0'], /bad-number .*1 to 20000/],
    [['--nodes', 'many'], /bad-number/],
    [['--nodes', '20001'], /bad-number/],
    [['--as', 'ana', '--as=bob'], /repeated-option \| `--as` is given twice/],
    [['--json', '--json'], /repeated-option \| `--json` is given twice/],
    [['/mco', 'ping'], /stray-word .*quote the command/],
    [['--once'], /bad-option/],
  ];
  for (const [args, expected] of wrong) {
    it(`are refused when they are ${args.join(' ')}`, () =>
      assert.match(
        refusalOf(() => read(...args)),
        expected,
      ));
  }
});

describe('the arguments of mcobot', () => {
  it('say what to do', () => {
    assert.equal(readBotArgs([]).command, 'help');
    assert.equal(readBotArgs(['--version']).command, 'version');
    assert.equal(readBotArgs(['start', '--help']).command, 'help');
    assert.deepEqual(readBotArgs(['start', '--config', 'a.yaml', '--check']), {
      command: 'start',
      config: 'a.yaml',
      check: true,
    });
    const setup = ['setup', 'mattermost', '--admin-token-file', 'a.token', '--bot', 'mco', '--team', 'ops'];
    assert.deepEqual(readBotArgs([...setup, '--team', 'dev', '--channel', 'ops/town']), {
      command: 'setup',
      config: '/etc/mcobot/mcobot.yaml',
      setup: {
        adminTokenFile: 'a.token',
        bot: 'mco',
        teams: ['ops', 'dev'],
        channels: ['ops/town'],
        server: undefined,
      },
    });
  });

  it('are refused with the nearest match', () => {
    assert.match(
      refusalOf(() => readBotArgs(['setup', 'slack'])),
      /docs\/slack\.md/,
    );
    assert.match(
      refusalOf(() => readBotArgs(['setup', 'mattermost'])),
      /--admin-token-file/,
    );
    assert.match(
      refusalOf(() => readBotArgs(['strat'])),
      /unknown\/command .*`start`/,
    );
    assert.match(
      refusalOf(() => readBotArgs(['start', '--confg', 'x'])),
      /`--config`/,
    );
    assert.match(
      refusalOf(() => readBotArgs(['start', 'now'])),
      /one word too many/,
    );
  });
});

describe('the arguments of mco', () => {
  it('belong to the command from its first word on', () => {
    assert.deepEqual(readClientArgs(['--config', 'c.yaml', 'package', '--config', 'x']), {
      command: 'run',
      config: 'c.yaml',
      words: ['package', '--config', 'x'],
    });
    assert.deepEqual(readClientArgs(['--config=c.yaml', 'ping']), {
      command: 'run',
      config: 'c.yaml',
      words: ['ping'],
    });
    assert.deepEqual(readClientArgs(['ping']), { command: 'run', config: undefined, words: ['ping'] });
  });

  it('ask for help where there is no command', () => {
    for (const args of [[], ['--help'], ['-h'], ['--config', 'c.yaml']])
      assert.equal(readClientArgs(args).command, 'help');
    assert.equal(readClientArgs(['--version']).command, 'version');
  });

  it('take --config only before the command', () => {
    assert.match(
      refusalOf(() => readClientArgs(['ping', '--config', 'c.yaml'])),
      /stands before the command/,
    );
  });

  it('need a file after --config', () => {
    assert.match(
      refusalOf(() => readClientArgs(['--config'])),
      /missing-value/,
    );
  });
});
