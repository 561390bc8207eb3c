import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { EVERYBODY } from '../../../src/core/filter.ts';
import { matchFilter } from '../../../src/core/match-filter.ts';
import { decide } from '../../../src/policy/decide.ts';
import { decideOnNode } from '../../../src/policy/decide-on-node.ts';
import { type ActionPolicySource, importActionPolicy } from '../../../src/policy/import-action-policy.ts';
import type { PolicyFile } from '../../../src/policy/policy.ts';
import { readBotPolicy, readNodePolicy } from '../../../src/policy/read-policy.ts';
import {
  type Condition,
  isAllowedThere,
  type OracleFile,
  type OracleRequest,
  type OracleRow,
  type Test,
  writeOracleFile,
} from './import-oracle.ts';

const AGENTS = ['package', 'rpcutil', 'service'];

/** Two ids that would be one name, one that can't be a name, and one that no row names. */
const PEOPLE = { 'cert=ana': 'cert-ana', 'sshkey=ana': 'sshkey-ana', 'uid=500': 'uid-500', 'cert=zoe': 'zoe' };
const GROUPS = { all: Object.keys(PEOPLE), ops: ['cert=ana', 'uid=500'] };
const GROUP_FILE = { name: 'groups', text: 'all cert=ana sshkey=ana uid=500 cert=zoe\nops cert=ana uid=500\n' };

const site = (name: string): PolicyFile[] => {
  const dir = `test/vectors/action-policy/${name}`;
  return readdirSync(dir).map((file) => ({ name: file, text: readFileSync(`${dir}/${file}`, 'utf8') }));
};

const importFiles = (files: readonly PolicyFile[], options: Partial<ActionPolicySource> = {}) =>
  importActionPolicy({ files, allowUnconfigured: false, agents: AGENTS, ...options });

function importOne(text: string, options: Partial<ActionPolicySource> = {}) {
  return importFiles([{ name: 'package.policy', text }, GROUP_FILE], options);
}

/** What both of the imported policies say to a request on one node. */
function decideBoth(files: readonly PolicyFile[]) {
  const node = readNodePolicy(files.find(({ name }) => name === 'node/node.yaml')?.text ?? '', 'node.yaml');
  const bot = readBotPolicy(files.filter(({ name }) => name !== 'node/node.yaml'));
  return ({ caller, action, facts, classes }: OracleRequest, agent = 'package') => {
    const person = `person:${PEOPLE[caller as keyof typeof PEOPLE] ?? 'nobody'}`;
    const profile = { identity: 'web1', facts, classes: new Set(classes), agents: new Set<string>() };
    const question = { caller: person, agent, action, effect: 'write', input: {} } as const;
    const onNode = decideOnNode(node, { ...question, principal: 'mco-write', profile, issuedAt: 0 });
    const onBot = decide(bot, { ...question, place: 'console' });
    const isMet = (where: NonNullable<Parameters<typeof matchFilter>[0]>['where'][number] | undefined): boolean =>
      where === undefined || matchFilter({ ...EVERYBODY, where: [where] }, profile);
    const isBotAllowed =
      onBot.outcome === 'allow' &&
      !onBot.excluded.some(({ expression }) => isMet(expression)) &&
      onBot.grants.some(({ nodes }) => isMet(nodes?.expression));
    return { onNode: onNode.outcome === 'allow', onBot: isBotAllowed };
  };
}

const WORLD: readonly OracleRequest[] = [...Object.keys(PEOPLE), 'cert=stranger'].flatMap((caller) =>
  ['status', 'update', 'purge'].flatMap((action) =>
    [{}, { env: 'dev' }, { env: 'prod', os: 'Debian' }].flatMap((facts) =>
      [[], ['role::web'], ['db', 'role::web']].map((classes) => ({ caller, action, facts, classes })),
    ),
  ),
);

const some = (...words: string[]) => fc.uniqueArray(fc.constantFrom(...words), { minLength: 1, maxLength: 2 });
const facts = ['env=dev', 'env=prod', 'os=Debian'];
const classes = ['role::web', 'db', '/^role::/', '/b$/'];
const { test: anyTest } = fc.letrec<{ test: Test }>((tie) => ({
  test: fc.oneof(
    { depthSize: 'small', maxDepth: 2 },
    fc.constantFrom<Test>(...facts, ...classes),
    fc.record({ not: tie('test') }),
    fc.record({ and: fc.array(tie('test'), { minLength: 2, maxLength: 3 }) }),
    fc.record({ or: fc.array(tie('test'), { minLength: 2, maxLength: 3 }) }),
  ),
}));
const compound = anyTest.filter((test) => typeof test !== 'string').map((expression) => ({ expression }));
const column = (...words: string[]): fc.Arbitrary<'*' | Condition> =>
  fc.oneof(
    fc.constant('*' as const),
    some(...words).map((list) => ({ list })),
    compound,
  );
const anyRow: fc.Arbitrary<OracleRow> = fc.record({
  verb: fc.constantFrom('allow', 'deny'),
  callers: fc.oneof(fc.constant('*' as const), some('cert=ana', 'sshkey=ana', 'uid=500', 'ops', 'all')),
  actions: fc.oneof(fc.constant('*' as const), some('status', 'update')),
  facts: column(...facts),
  classes: fc.option(column(...classes), { nil: undefined }),
});
const anyFile: fc.Arbitrary<OracleFile> = fc.record({
  rows: fc.array(anyRow, { maxLength: 5 }),
  otherwise: fc.constantFrom('allow', 'deny'),
});

describe('an imported ActionPolicy', () => {
  it('decides like the one it was made from, on the bot and on the node, or is refused', () => {
    let imported = 0;
    fc.assert(
      fc.property(anyFile, (file) => {
        const { files, problems } = importOne(writeOracleFile(file));
        if (problems.length > 0) {
          for (const problem of problems) assert.match(problem, /comes after the allowance/);
          return;
        }
        imported++;
        const decideHere = decideBoth(files);
        for (const request of WORLD) {
          const expected = isAllowedThere(file, GROUPS, request);
          const about = `${writeOracleFile(file)}\n${JSON.stringify(request)}`;
          assert.deepEqual(decideHere(request), { onNode: expected, onBot: expected }, about);
        }
      }),
      { numRuns: 200 },
    );
    assert.ok(imported > 50, `only ${imported} could be imported`);
  });

  it('of a whole site can be read by bot and node', () => {
    const { files, problems } = importFiles(site('site'));
    assert.deepEqual(problems, []);
    assert.deepEqual(
      files.map(({ name }) => name),
      ['people.yaml', 'roles.yaml', 'bindings.yaml', 'node/node.yaml'],
    );
    decideBoth(files);
    const [people, roles, bindings, node] = files.map(({ text }) => text);
    assert.match(people ?? '', /^ {2}bob\.mcollective: \{\} # choria=bob\.mcollective$/m);
    assert.match(people ?? '', /^ {2}night-shift: \{ members: \["sshkey-ana"\] \} # night-shift$/m);
    assert.match(people ?? '', /^ {2}cert-ana: \{\} # cert=ana, under a name of its own/m);
    assert.match(roles ?? '', /nodes: "-F environment=staging", require_filter: false/);
    assert.match(roles ?? '', /MCollective knows no effects/);
    assert.match(
      bindings ?? '',
      /^ {2}# left out, as nothing after it allows that: package\.policy:7: deny \* \* \* \*$/m,
    );
    assert.match(node ?? '', /callers: \["person:\*"\]/);
    assert.match(node ?? '', /who: \["person:cert-ana"\]/);
    assert.match(
      node ?? '',
      /actions: \["rpcutil\.inventory", "rpcutil\.get_fact"\]/,
      'the default is for rpcutil alone',
    );
  });

  it('leaves discovery to everybody, as it was', () => {
    const { files } = importOne('policy default deny\nallow\tcert=zoe\tstatus\t*\t*\n');
    const ping = { caller: 'cert=stranger', action: 'ping', facts: {}, classes: [] };
    const node = readNodePolicy(files.find(({ name }) => name === 'node/node.yaml')?.text ?? '', 'node.yaml');
    const question = { caller: 'person:zoe', agent: 'rpcutil', action: 'ping', effect: 'read', input: {} } as const;
    const profile = { identity: 'web1', facts: {}, classes: new Set<string>(), agents: new Set<string>() };
    assert.equal(decideOnNode(node, { ...question, principal: 'mco-read', profile, issuedAt: 0 }).outcome, 'allow');
    const bot = readBotPolicy(files.filter(({ name }) => name !== 'node/node.yaml'));
    for (const caller of ['person:zoe', 'slack:T1/U0STRANGER']) {
      assert.equal(decide(bot, { ...question, caller, place: 'console' }).outcome, 'allow', caller);
    }
    assert.equal(decide(bot, { ...question, effect: 'write', place: 'console' }).outcome, 'deny');
    assert.deepEqual(decideBoth(files)(ping, 'service'), { onNode: false, onBot: false });
  });

  it('never takes one caller for another', () => {
    const text =
      'policy default deny\nallow\tcert=ana\t*\t*\t*\nallow\tcert=anabel cert=Ana sshkey=everyone uid=0\tstatus\t*\t*\n';
    const { files, problems } = importFiles([{ name: 'package.policy', text }]);
    assert.deepEqual(problems, []);
    const people = files[0]?.text.match(/^ {2}\S+: \{\} # \S+?(?=,|$)/gm)?.map((line) => line.trim());
    assert.deepEqual(people, [
      'cert-ana: {} # cert=ana',
      'anabel: {} # cert=anabel',
      'cert-ana-2: {} # cert=Ana',
      'sshkey-everyone: {} # sshkey=everyone',
      'uid-0: {} # uid=0',
    ]);
  });

  it('allows what nothing decides only where that was configured', () => {
    const text = 'deny\tcert=ana\tpurge\t*\t*\n';
    const request = { caller: 'cert=zoe', action: 'purge', facts: {}, classes: [] };
    const { files } = importOne(text, { allowUnconfigured: true });
    const decideHere = decideBoth(files);
    assert.deepEqual(decideHere(request), { onNode: true, onBot: true });
    assert.deepEqual(decideHere({ ...request, caller: 'cert=ana' }), { onNode: false, onBot: false });
    assert.deepEqual(decideHere(request, 'service'), { onNode: true, onBot: true }, 'an agent without a file');
    assert.deepEqual(decideHere(request, 'shell'), { onNode: false, onBot: false }, 'an agent that nobody named');
    assert.deepEqual(decideBoth(importOne(text).files)(request), { onNode: false, onBot: false }, 'left out: denied');
  });
});
