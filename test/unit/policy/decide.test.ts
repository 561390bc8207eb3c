import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decide, may, rolesOf } from '../../../src/policy/decide.ts';
import type { BotPolicy } from '../../../src/policy/policy.ts';
import { parseAction, readSite, reasonOf } from './policy-fixtures.ts';

const site = readSite();
const PUBLIC = 'slack:T024BE7LD/C0PUBLIC';
const INCIDENT = 'slack:T024BE7LD/C0INC42';

const VIEW = 'roles.yaml:3';
const OPERATE = 'roles.yaml:7';
const RESTART = 'roles.yaml:8';
const LEAD = 'roles.yaml:11';
const PING = 'roles.yaml:13';

/** caller, place, action (`!`: a write), outcome, rules that counted. */
const TABLE: readonly (readonly [string, string, string, 'allow' | 'deny', readonly string[]])[] = [
  // A role by name, in some places.
  ['person:bob', 'console', 'package.status', 'allow', [VIEW, 'bindings.yaml:3']],
  ['person:bob', INCIDENT, 'package.status', 'allow', [VIEW, 'bindings.yaml:3']],
  ['person:bob', PUBLIC, 'package.status', 'deny', []],
  ['person:bob', 'slack:T024BE7LD/C0INC42X', 'package.status', 'deny', []],
  ['person:bob', 'slack:T024BE7LD/C0INC4', 'package.status', 'deny', []],
  ['person:bob', 'slack:T999/C0INC42', 'package.status', 'deny', []],
  ['person:bob', 'slack:t024be7ld/c0inc42', 'package.status', 'deny', []],
  ['person:bob', 'console:tty1', 'package.status', 'deny', []],
  ['person:bob', 'consoles', 'package.status', 'deny', []],
  ['person:bob', 'mattermost:chat.example.org/abc', 'package.status', 'deny', []],
  ['person:bob', 'unix', 'package.status', 'deny', []],
  // Reading is not writing.
  ['person:bob', 'console', 'package.status!', 'deny', [VIEW, 'bindings.yaml:3']],
  ['person:bob', 'console', 'package.update!', 'deny', [VIEW, 'bindings.yaml:3']],
  ['person:bob', PUBLIC, 'package.update!', 'deny', []],
  // Includes, and a role over part of a chat.
  ['person:ana', 'console', 'package.status', 'allow', [VIEW, 'bindings.yaml:4']],
  ['person:ana', 'console', 'package.update', 'allow', [OPERATE, VIEW, 'bindings.yaml:4']],
  ['person:ana', 'console', 'package.update!', 'allow', [OPERATE, 'bindings.yaml:4']],
  ['person:ana', 'console', 'package.install!', 'allow', [OPERATE, 'bindings.yaml:4']],
  ['person:ana', 'console', 'package.purge!', 'deny', [VIEW, 'bindings.yaml:4']],
  ['person:ana', 'console', 'package.updates!', 'deny', [VIEW, 'bindings.yaml:4']],
  ['person:ana', 'console', 'package.updat!', 'deny', [VIEW, 'bindings.yaml:4']],
  ['person:ana', 'console', 'xpackage.update!', 'deny', [VIEW, 'bindings.yaml:4']],
  ['person:ana', PUBLIC, 'package.update!', 'allow', [OPERATE, 'bindings.yaml:4']],
  ['person:ana', 'slack:T024BE7LDX/C0', 'package.update!', 'deny', []],
  ['person:ana', 'slack:T024BE7LD', 'package.update!', 'deny', []],
  ['person:ana', 'slack', 'package.update!', 'deny', []],
  // Globs.
  ['person:ana', 'console', 'service.restart!', 'allow', [RESTART, 'bindings.yaml:4']],
  ['person:ana', 'console', 'service.re!', 'allow', [RESTART, 'bindings.yaml:4']],
  ['person:ana', 'console', 'service.start!', 'deny', [VIEW, 'bindings.yaml:4']],
  ['person:ana', 'console', 'services.restart!', 'deny', [VIEW, 'bindings.yaml:4']],
  ['person:value-of', 'mattermost:a/b', 'chef.cook!', 'allow', ['roles.yaml:15', 'bindings.yaml:7']],
  ['person:value-of', 'mattermost:127.0.0.1:8065/x1', 'chef.cook!', 'allow', ['roles.yaml:15', 'bindings.yaml:7']],
  ['person:value-of', 'mattermost:a/b', 'chef.cooks!', 'deny', []],
  ['person:value-of', 'mattermost:a/b', 'package.status', 'allow', ['roles.yaml:15', 'bindings.yaml:7']],
  ['person:value-of', 'mattermost:a/b', 'package.status!', 'deny', ['roles.yaml:15', 'bindings.yaml:7']],
  ['person:value-of', 'mattermost:a/b', 'pe.ss', 'allow', ['roles.yaml:15', 'bindings.yaml:7']],
  ['person:value-of', 'mattermost:a/b', 'pe.s', 'deny', []],
  ['person:value-of', 'console', 'chef.cook!', 'deny', []],
  // Groups.
  ['person:raj', 'console', 'chef.run!', 'allow', [LEAD, 'bindings.yaml:5']],
  ['person:raj', 'console', 'shell.run!', 'deny', []],
  ['person:raj', 'unix', 'package.update!', 'allow', [LEAD, OPERATE, 'bindings.yaml:5']],
  ['person:raj', 'mattermost:a/b', 'facts.get', 'allow', [LEAD, VIEW, 'bindings.yaml:5']],
  ['person:anna', 'console', 'package.update!', 'allow', [LEAD, OPERATE, 'bindings.yaml:5']],
  // A denial wins over any allow.
  ['person:raj', PUBLIC, 'shell.run!', 'deny', ['bindings.yaml:9']],
  ['person:raj', PUBLIC, 'shell.list', 'deny', ['bindings.yaml:9']],
  ['person:raj', PUBLIC, 'shells.run!', 'allow', [LEAD, 'bindings.yaml:5']],
  ['person:raj', INCIDENT, 'shells.run!', 'allow', [LEAD, 'bindings.yaml:5']],
  ['person:bob', PUBLIC, 'shell.run!', 'deny', ['bindings.yaml:9']],
  ['person:anna', PUBLIC, 'package.update!', 'deny', ['bindings.yaml:11']],
  ['person:anna', 'slack:T024BE7LD/D1', 'package.update!', 'deny', ['bindings.yaml:11']],
  ['person:anna', PUBLIC, 'package.update', 'deny', ['bindings.yaml:11']],
  ['person:anna', PUBLIC, 'package.install!', 'allow', [LEAD, OPERATE, 'bindings.yaml:5']],
  ['person:mallory', 'console', 'rpcutil.ping', 'deny', ['bindings.yaml:10']],
  ['person:mallory', 'console', 'package.update!', 'deny', ['bindings.yaml:10']],
  ['person:mallory', PUBLIC, 'shell.run!', 'deny', ['bindings.yaml:9', 'bindings.yaml:10']],
  // Everyone, known or not.
  ['person:bob', 'console', 'rpcutil.ping', 'allow', [PING, VIEW, 'bindings.yaml:2', 'bindings.yaml:3']],
  ['person:bob', 'unix', 'rpcutil.ping', 'allow', [PING, 'bindings.yaml:2']],
  ['slack:T024BE7LD/U999', PUBLIC, 'rpcutil.ping', 'allow', [PING, 'bindings.yaml:2']],
  ['slack:T024BE7LD/U999', PUBLIC, 'rpcutil.ping!', 'deny', [PING, 'bindings.yaml:2']],
  ['slack:T024BE7LD/U999', PUBLIC, 'package.status', 'deny', []],
  ['console:zoe', 'console', 'package.update!', 'deny', []],
  // Look-alike and odd callers.
  ['person:Ana', 'console', 'package.update!', 'deny', []],
  ['person:an', 'console', 'package.update!', 'deny', []],
  ['person:ana.', 'console', 'package.update!', 'deny', []],
  ['person:\u0430na', 'console', 'rpcutil.ping', 'deny', []],
  ['person:ana\u200b', 'console', 'rpcutil.ping', 'deny', []],
  ['person:ana\n', 'console', 'rpcutil.ping', 'deny', []],
  [' person:ana', 'console', 'rpcutil.ping', 'deny', []],
  ['ana', 'console', 'rpcutil.ping', 'deny', []],
  ['', 'console', 'rpcutil.ping', 'deny', []],
  ['unix:ana', 'console', 'package.update!', 'deny', []],
  ['console:ana', 'console', 'package.update!', 'deny', []],
  ['group:ops', 'console', 'rpcutil.ping', 'deny', []],
  ['everyone', 'console', 'rpcutil.ping', 'deny', []],
  ['person:toString', 'console', 'package.update!', 'deny', []],
  ['person:__proto__', 'console', 'package.update!', 'deny', []],
  ['person:constructor', 'console', 'package.update!', 'deny', []],
  ['__proto__', 'console', 'rpcutil.ping', 'deny', []],
  // Odd actions and places.
  ['person:raj', 'console', 'package.', 'deny', []],
  ['person:raj', 'console', '.update', 'deny', []],
  ['person:raj', 'console', 'Package.update', 'deny', []],
  ['person:raj', 'console', '*.*', 'deny', []],
  ['person:raj', 'console', 'package.update\n!', 'deny', []],
  ['person:raj', 'console', '__proto__.x', 'deny', []],
  ['person:raj', '', 'rpcutil.ping', 'deny', []],
  ['person:raj', '*', 'rpcutil.ping', 'deny', []],
  ['person:raj', 'slack:*', 'rpcutil.ping', 'deny', []],
  ['person:raj', `${PUBLIC} `, 'shell.run!', 'deny', []],
  ['person:raj', `${PUBLIC}\n`, 'shell.run!', 'deny', []],
  ['person:raj', 'irc:here', 'rpcutil.ping', 'deny', []],
];

const ask = (caller: string, place: string, short: string) => decide(site, { caller, place, ...parseAction(short) });

describe('decide', () => {
  for (const [caller, place, short, outcome, rules] of TABLE) {
    it(`${JSON.stringify(caller)} in ${JSON.stringify(place)}: ${JSON.stringify(short)} is ${outcome}`, () => {
      const decision = ask(caller, place, short);
      assert.deepEqual([decision.outcome, decision.rules], [outcome, rules]);
      assert.equal(reasonOf(decision) === undefined, outcome === 'allow', 'a denial has a reason, an allow none');
      assert.equal(may(site, { caller, place, ...parseAction(short) }), outcome === 'allow');
    });
  }

  it('holds at least sixty decisions, and both outcomes', () => {
    assert.ok(TABLE.length >= 60);
    assert.ok(TABLE.filter((row) => row[3] === 'allow').length >= 20);
  });

  it('says in words why something is denied', () => {
    const reasons = {
      lesser: reasonOf(ask('person:bob', 'console', 'package.update!')),
      nothing: reasonOf(ask('person:bob', PUBLIC, 'package.update!')),
      given: reasonOf(ask('person:raj', PUBLIC, 'shell.run!')),
      plain: reasonOf(ask('person:anna', PUBLIC, 'package.update!')),
      mixed: reasonOf(ask('person:mallory', PUBLIC, 'shell.run!')),
      place: reasonOf(ask('person:raj', 'irc:here', 'rpcutil.ping')),
    };
    assert.deepEqual(reasons, {
      lesser: '`package.update` needs write; you have read here',
      nothing: 'no rule allows `package.update` to person:bob here',
      given: 'no shells in the public channel',
      plain: '`package.update` is denied to person:anna here',
      mixed: 'no shells in the public channel',
      place: 'commands are not taken from this place',
    });
  });

  it('takes an effect that is neither read nor write for a write', () => {
    const effect = 'READ' as 'read';
    const question = { caller: 'person:bob', place: 'console', agent: 'package', action: 'status', effect };
    assert.equal(decide(site, question).outcome, 'deny');
  });

  it('denies when deciding fails', () => {
    const broken = {
      ...site,
      get deny(): BotPolicy['deny'] {
        throw new Error('broken');
      },
    };
    const question = { caller: 'person:raj', place: 'console', ...parseAction('rpcutil.ping') };
    assert.equal(decide(site, question).outcome, 'allow');
    assert.deepEqual(decide(broken, question), {
      outcome: 'deny',
      rules: [],
      reason: 'the policy failed while deciding',
    });
  });

  it('never throws and never allows a write that no rule gives, whatever is asked', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('person:bob', 'console', 'package', '__proto__'),
    );
    fc.assert(
      fc.property(fc.record({ caller: text, place: text, agent: text, action: text }), (asked) => {
        fc.pre(!['person:raj', 'person:anna', 'person:ana'].includes(asked.caller));
        assert.equal(decide(site, { ...asked, effect: 'write' }).outcome, 'deny');
      }),
      { numRuns: 200 },
    );
  });
});

describe('rolesOf', () => {
  it('names the roles that bindings give here, each once', () => {
    assert.deepEqual(rolesOf(site, { caller: 'person:ana', place: 'console' }), ['pinger', 'package-operator']);
    assert.deepEqual(rolesOf(site, { caller: 'person:ana', place: 'unix' }), ['pinger']);
    assert.deepEqual(rolesOf(site, { caller: 'person:raj', place: PUBLIC }), ['pinger', 'lead']);
    assert.deepEqual(rolesOf(site, { caller: 'console:zoe', place: 'console' }), ['pinger']);
    assert.deepEqual(rolesOf(site, { caller: 'person:raj', place: 'nowhere at all' }), []);
  });
});
