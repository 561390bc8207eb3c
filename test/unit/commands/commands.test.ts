import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AGENT_DESCRIPTIONS } from '../../../agent/plugins/index.ts';
import { COMMANDS } from '../../../commands/index.ts';
import { planCommand } from '../../../src/bot/plan-command.ts';
import type { Ask, CommandWorld, Plan } from '../../../src/core/command.ts';
import { McoError } from '../../../src/core/errors.ts';
import { parseCommandLine } from '../../../src/language/parse-command-line.ts';

const WORLD: CommandWorld = {
  agents: AGENT_DESCRIPTIONS,
  commands: COMMANDS,
  caller: 'person:bob',
  roles: ['viewer'],
  may: (agent, action) => AGENT_DESCRIPTIONS.find((one) => one.agent === agent)?.actions[action]?.effect === 'read',
};

const plan = (text: string, world = WORLD): Plan => planCommand(parseCommandLine(text), COMMANDS, world);

function ask(text: string): Ask {
  const planned = plan(text);
  if (planned.kind !== 'ask') throw new Error(`${text} asks nothing`);
  return planned;
}

function textOf(text: string, world = WORLD): string {
  const planned = plan(text, world);
  if (planned.kind !== 'tell') throw new Error(`${text} tells nothing`);
  return [planned.title, ...planned.sections.flatMap(({ heading, lines }) => [heading ?? '', ...lines])].join('\n');
}

function refusal(text: string): { error: McoError; marked: string } {
  try {
    plan(text);
  } catch (error) {
    if (!(error instanceof McoError)) throw error;
    const { at } = error;
    return { error, marked: at === undefined ? '' : at.text.slice(at.start, at.end) };
  }
  throw new Error(`${text} is accepted`);
}

describe('every command', () => {
  for (const command of COMMANDS) {
    it(`${command.name} has examples that it understands`, () => {
      assert.ok(command.examples.length > 0);
      for (const example of command.examples) assert.doesNotThrow(() => plan(example), example);
    });
  }

  for (const { agent, actions } of AGENT_DESCRIPTIONS) {
    for (const [name, action] of Object.entries(actions)) {
      it(`${agent}.${name} has examples that ask just that`, () => {
        for (const example of action.examples ?? []) {
          const asked = ask(example);
          const effect = example.includes('--noop') ? action.dryRun : action.effect;
          assert.deepEqual([asked.agent, asked.action, asked.effect], [agent, name, effect], example);
        }
      });
    }
  }
});

describe('a question to an agent', () => {
  it('may put the object before the verb, as people know it', () => {
    const expected = {
      kind: 'ask',
      agent: 'package',
      action: 'status',
      effect: 'read',
      input: { package: 'bash' },
      view: 'results',
    };
    for (const text of [
      'package status bash',
      'package bash status',
      'rpc package status package=bash',
      'rpc package status bash',
    ]) {
      assert.deepEqual(ask(text), expected, text);
    }
    assert.deepEqual(ask('service sshd status').input, ask('service status sshd').input);
  });

  it('takes an object that is called like an action', () => {
    assert.deepEqual(ask('package status count').input, { package: 'count' });
  });

  const wrong: readonly (readonly [text: string, code: string, marked: string, hint: RegExp])[] = [
    ['packge status bash', 'unknown/command', 'packge', /`package`/],
    ['package staus bash', 'unknown/action', 'staus', /`status`/],
    ['package status', 'usage/missing-input', 'status', /for example `package status/],
    ['package', 'usage/missing-action', '', /status/],
    ['package status bash zsh', 'usage/stray-word', 'zsh', /^usage: `package status PACKAGE`; nodes go by/],
    ['package status pakage=bash', 'usage/unknown-input', 'pakage=bash', /`package`/],
    ['package status bash package=zsh', 'usage/stray-word', 'package=zsh', /^give it once$/],
    ['package status "no such; rm -rf"', 'usage/invalid-input', 'no such; rm -rf', /^$/],
    ['rpc', 'usage/missing-agent', '', /rpcutil/],
    ['rpc rpcutl ping', 'unknown/agent', 'rpcutl', /`rpcutil`/],
    ['rpc rpcutil ping now', 'usage/stray-word', 'now', /^usage: `rpcutil ping`; nodes go by/],
    ['facts', 'usage/missing-input', '', /lsbmajdistrelease/],
    ['facts a b', 'usage/stray-word', 'b', /^`facts a` takes no more words; nodes go by/],
    ['inventory', 'usage/missing-input', '', /atlas01/],
    ['inventory Not_A_Node', 'usage/invalid-input', 'Not_A_Node', /^$/],
    ['find webservers', 'usage/stray-word', 'webservers', /^`find` takes no more words; nodes go by .*`-C CLASS`/],
    ['ping all', 'usage/stray-word', 'all', /nodes go by/],
    ['whoami really', 'usage/stray-word', 'really', /^`whoami` takes no more words$/],
    ['help nonsense', 'unknown/command', 'nonsense', /known/],
    ['frobnicate ls', 'unknown/command', 'frobnicate', /known/],
    ['nodes', 'unknown/command', 'nodes', /`find` or `ping`/],
    ['toString', 'unknown/command', 'toString', /known/],
    ['package __proto__ x', 'unknown/action', '__proto__', /known/],
    ['', 'usage/no-command', '', /help/],
  ];
  for (const [text, code, marked, hint] of wrong) {
    it(`refuses \`${text}\` with ${code}`, () => {
      const found = refusal(text);
      assert.equal(found.error.code, code);
      if (marked !== '') assert.equal(found.marked.replaceAll('"', ''), marked);
      assert.match(found.error.hint ?? '', hint);
    });
  }
});

describe('commands with a view of their own', () => {
  it('ask what discovery asks', () => {
    assert.deepEqual([ask('find').view, ask('ping').view], ['names', 'ping']);
    assert.deepEqual([ask('find').action, ask('ping').action], ['ping', 'ping']);
  });

  it('ask one node for its inventory', () => {
    assert.deepEqual(ask('inventory atlas01').identities, ['atlas01']);
  });

  it('ask for a fact by its path', () => {
    assert.deepEqual(ask('facts os.release.major').input, { fact: 'os.release.major' });
  });
});

describe('help', () => {
  it('shows examples first', () => {
    const text = textOf('help');
    assert.ok(text.indexOf('/mco package -F') < text.indexOf('Commands'));
  });

  it('of a word that only a command knows tells what it does, skips and takes', () => {
    const told = textOf('help puppet runall', { ...WORLD, may: () => true });
    assert.match(told, /^puppet runall: runs Puppet on every node that matches/);
    assert.match(told, /`skipped`[\s\S]*--max-fail/);
    assert.match(textOf('help job watch', { ...WORLD, may: () => true }), /^job watch: asks/);
  });

  it('has a page on filters, by the names that people give it', () => {
    for (const name of ['filters', 'filter']) assert.match(textOf(`help ${name}`), /package\('openssl'\)\.version/);
  });

  it('shows a filter by what a node looks up itself', () => {
    assert.match(textOf('help find'), /find -S "package\('libc6'\)\.version </);
  });

  it('leaves out what this person may not use', () => {
    assert.doesNotMatch(textOf('help package'), /package update \(write\)/);
    assert.match(textOf('help package'), /package status \(read\)/);
  });

  it('knows agents that have no command of their own', () => {
    assert.match(textOf('help rpcutil'), /rpcutil ping \(read\)/);
  });
});
