import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AGENT_DESCRIPTIONS } from '../../../agent/plugins/index.ts';
import { COMMANDS } from '../../../commands/index.ts';
import { planCommand } from '../../../src/bot/plan-command.ts';
import type { ActionDescription } from '../../../src/core/agent-description.ts';
import type { Plan } from '../../../src/core/command.ts';
import { McoError } from '../../../src/core/errors.ts';
import { parseCommandLine } from '../../../src/language/parse-command-line.ts';
import { makeWorld } from './person-world.ts';

type Allowed = (action: string) => boolean;

const planFor = (isAllowed: Allowed, text: string): Plan =>
  planCommand(parseCommandLine(text), COMMANDS, makeWorld(isAllowed));

/** What somebody is told: an answer's text, or an error's message and hint. */
function toldTo(isAllowed: Allowed, text: string): string {
  try {
    const plan = planFor(isAllowed, text);
    if (plan.kind !== 'tell') throw new Error(`${text} tells nothing`);
    return [plan.title, ...plan.sections.flatMap(({ heading = '', lines }) => [heading, ...lines])].join('\n');
  } catch (error) {
    if (!(error instanceof McoError)) throw error;
    return `${error.code} ${error.message} ${error.hint ?? ''}`;
  }
}

const everything: Allowed = () => true;
const nothing: Allowed = () => false;
const only =
  (...actions: string[]): Allowed =>
  (action) =>
    actions.includes(action);
const noUpdate: Allowed = (action) => action !== 'package.update';

describe('a suggestion names only what this person may use here', () => {
  const cases: readonly (readonly [text: string, isAllowed: Allowed, named: RegExp, hidden: RegExp])[] = [
    ['package udpate bash', noUpdate, /known: status, count/, /\bupdate\b/],
    ['package udpate bash', everything, /`update`/, /known/],
    ['package udpate bash', nothing, /`whoami`/, /update|status|count/],
    ['package', noUpdate, /one of status, count, .*; for example `package status/, /\bupdate\b/],
    ['package', only('package.update'), /one of update; for example `package update/, /status|count/],
    ['package', nothing, /`whoami`/, /status/],
    ['pakage status bash', only('service.status'), /known: service/, /`?package`?[ ,]/],
    ['pakage status bash', only('package.update'), /`package`/, /known/],
    ['serivce status nginx', noUpdate, /`service`/, /known/],
    ['pingg', only('package.status'), /known/, /`ping`|ping,/],
    ['rpcutl ping', only('package.status'), /known/, /rpcutil/],
    ['rpc rpcutl ping', only('package.status'), /package/, /rpcutil/],
    ['rpc', only('package.status'), /agents: package$/, /service|rpcutil/],
    ['rpc', nothing, /`whoami`/, /package/],
    ['rpc package udpate bash', noUpdate, /known: status, count/, /\bupdate\b/],
    ['retyr', only('package.count'), /`retry`/, /known/],
    ['retyr', nothing, /known: whoami, help$/, /`?retry`?[ ,]/],
    ['help pakage', only('service.status'), /known/, /`package`|package,/],
    ['help package', only('service.status'), /nothing that you may use here/, /status NAME/],
    ['package update', noUpdate, /missing-input/, /for example/],
    ['package update', everything, /for example/, /known/],
  ];
  for (const [text, isAllowed, named, hidden] of cases) {
    it(`of \`${text}\`: ${named.source}, not ${hidden.source}`, () => {
      const told = toldTo(isAllowed, text);
      const [, said = ''] = /^\S+ .*?` ?(.*)$/.exec(told) ?? [];
      assert.match(told, named);
      assert.doesNotMatch(said === '' ? told : said, hidden);
    });
  }

  it('and yet what was typed in full is still asked, for the policy to deny and the audit to keep', () => {
    const plan = planFor(nothing, 'package update bash');
    assert.deepEqual([plan.kind, plan.kind === 'ask' && plan.action], ['ask', 'update']);
  });
});

const AGENTS_WITHOUT_COMMAND = AGENT_DESCRIPTIONS.map(({ agent }) => agent).filter((agent) =>
  COMMANDS.every(({ name }) => name !== agent),
);

describe('help tells only what this person may use here', () => {
  const commandsIn = (told: string): string[] =>
    (/Commands\n([\s\S]*?)\n\n?(?:Which nodes|You may)/.exec(`${told}\n`)?.[1] ?? '')
      .split('\n')
      .map((line) => line.split(' ', 1)[0] ?? '')
      .filter((name) => name !== '');

  it('everything, to somebody who may do everything', () => {
    assert.deepEqual(commandsIn(toldTo(everything, 'help')), [
      ...COMMANDS.map(({ name }) => name),
      ...AGENTS_WITHOUT_COMMAND,
    ]);
  });

  it('the commands about runs, to everybody who may use one action at least', () => {
    assert.deepEqual(commandsIn(toldTo(only('package.count'), 'help')), [
      'package',
      ...['agents', 'runs', 'show', 'cancel', 'retry', 'approve', 'reject', 'withdraw', 'whoami', 'health', 'help'],
    ]);
  });

  it('the audit only to somebody who may see it', () => {
    const told = (isAllowed: Allowed) => commandsIn(toldTo(isAllowed, 'help'));
    assert.ok(told(only('package.count', 'mcobot.audit')).includes('audit'));
    assert.ok(!told((name) => name !== 'mcobot.audit').includes('audit'));
  });

  it('nothing but help and whoami, to somebody who may use nothing', () => {
    const told = toldTo(nothing, 'help');
    assert.deepEqual(commandsIn(told), ['whoami', 'help']);
    assert.match(told, /You may use no action here/);
    assert.doesNotMatch(told, /--batch/);
  });

  it('no example and no usage of an action that would be denied', () => {
    for (const { agent, actions } of AGENT_DESCRIPTIONS) {
      // Jobs have no rights of their own: who may begin one may look after it.
      for (const [index, action] of (agent === 'job' ? [] : Object.keys(actions)).entries()) {
        const isAllowed: Allowed = (name) => name !== `${agent}.${action}`;
        // All that there is costs half a second: once for each agent.
        const names = index === 0 ? COMMANDS.map(({ name }) => name) : ['rpc', agent];
        const told = ['help', ...names.map((name) => `help ${name}`), `help ${agent}`].map((text) =>
          toldTo(isAllowed, text),
        );
        const examples = told.join('\n').matchAll(/^\/mco ((?!help COMMAND).*)$/gm);
        for (const [, example = ''] of examples) {
          const plan = planFor(everything, example);
          assert.notDeepEqual(plan.kind === 'ask' && [plan.agent, plan.action], [agent, action], example);
        }
        assert.doesNotMatch(told.join('\n'), new RegExp(`${agent} ${action}\\b`), `${agent}.${action}`);
      }
    }
  });

  it('usage and examples of the actions they may use', () => {
    const told = toldTo(noUpdate, 'help package');
    assert.match(told, /package NAME status/);
    assert.doesNotMatch(told, /\bupdate\b/);
    assert.match(toldTo(everything, 'package help'), /package update NAME/);
  });

  it('examples of the agent where the command has none for them', () => {
    const told = toldTo(only('rpcutil.ping'), 'help rpcutil');
    assert.match(told, /rpcutil ping \(read\)/);
    assert.doesNotMatch(told, /get_fact/);
  });

  it('the option `--nodes`', () => assert.match(toldTo(everything, 'help'), /--nodes last\|RUN/));
});

describe('help for one action', () => {
  it('shows that action alone, with the ways to write it', () => {
    const told = toldTo(everything, 'help package update');
    assert.match(told, /package update NAME VERSION/);
    assert.match(told, /package update \(write\)/);
    assert.doesNotMatch(told, /package (?:status|count|install)|purge/);
    assert.match(toldTo(everything, 'help rpcutil get_fact'), /\nrpcutil get_fact FACT\n/);
    assert.match(toldTo(everything, 'help puppet runall'), /puppet runall/);
  });

  it('is not given to who may not use it, and other words stay errors', () => {
    assert.match(toldTo(noUpdate, 'help package update'), /^unknown\/action .*known: status, count/);
    assert.match(toldTo(noUpdate, 'help package updat'), /^unknown\/action (?!.*`update`)/);
    assert.match(toldTo(everything, 'help package udpate'), /did you mean `update`/);
    assert.match(toldTo(everything, 'help package update bash'), /^usage\/stray-word `bash`/);
    assert.match(toldTo(everything, 'help ping update'), /^usage\/stray-word `update`/);
    assert.match(toldTo(everything, 'help package NAME'), /^unknown\/action/);
  });

  it('tells of inputs what they may be', () => {
    const told = toldTo(everything, 'help process list');
    assert.match(told, / {2}limit \(integer from 1 to 500; optional; default 30\): how many are listed/);
    assert.match(told, / {2}sort \(one of memory, cpu, age; optional; default memory\): /);
    assert.match(told, / {2}pattern \(regular expression; optional\): /);
    assert.match(toldTo(everything, 'help package update'), / {2}package \(string\): /);
  });

  it('tells the words of an agent that no command is made for', () => {
    const greet: ActionDescription = {
      about: 'greets',
      effect: 'read',
      timeoutMs: 1000,
      output: {},
      words: ['name', 'salute'],
      input: {
        name: { about: 'whom', type: 'string' },
        salute: { about: 'how', type: 'string', optional: true },
        pin: { about: 'a secret', type: 'string', secret: true },
        times: { about: 'how often', type: 'integer', default: 1 },
      },
    };
    const hello = { agent: 'hello', version: '1.0.0', about: 'greets', actions: { greet } };
    const world = { ...makeWorld(everything), agents: [...AGENT_DESCRIPTIONS, hello] };
    const plan = planCommand(parseCommandLine('help hello'), COMMANDS, world);
    assert.ok(plan.kind === 'tell');
    const usage = plan.sections.find(({ heading }) => heading === 'Usage');
    assert.deepEqual(usage?.lines, ['hello greet NAME [SALUTE] pin=PIN [key=value ...]']);
  });
});

describe('what asks no node takes no options for nodes', () => {
  const refused: readonly (readonly [text: string, option: string])[] = [
    ['help -F a=b', '-F'],
    ['help package --limit 5', '--limit'],
    ['package help --batch 5', '--batch'],
    ['whoami -1', '-1'],
    ['whoami -v', '-v'],
    ['help --csv', '--csv'],
    ['runs -C web', '-C'],
    ['runs --nodes last', '--nodes'],
    ['health --timeout 5', '-t'],
    ['show 7f3a --limit 5', '--limit'],
    ['show 7f3a -I web1', '-I'],
    ['show 7f3a -T other', '-T'],
    ['cancel 7f3a --csv', '--csv'],
    ['retry 7f3a --batch 5', '--batch'],
    ['retry 7f3a -S a', '-S'],
    ['retry 7f3a --ttl 5', '--ttl'],
    ['retry 7f3a --json', '-j'],
    ['retry 7f3a --nodes last', '--nodes'],
  ];
  for (const [text, option] of refused) {
    it(`\`${text}\` is refused`, () => {
      const told = toldTo(everything, text);
      assert.ok(told.startsWith(`usage/unexpected-option \`${option}\` means nothing to `), told);
    });
  }

  it('and the caret stands at the value', () => {
    assert.throws(
      () => planFor(everything, 'whoami -F a=b'),
      (error) => error instanceof McoError && error.at?.start === 10 && error.at.end === 13,
    );
  });

  for (const text of [
    'help --json',
    'whoami -j',
    'runs --json',
    'health --json',
    'cancel last --json',
    'show 7f3a --json -v',
    'show 7f3a --csv --display all',
    'retry 7f3a silent',
  ]) {
    it(`\`${text}\` is taken`, () => void planFor(everything, text));
  }
});
