import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { readNodePolicy } from '../../src/policy/read-policy.ts';
import { reasonToSkip } from '../contract/openssh-tools.ts';
import { waitFor } from '../contract/wait-for.ts';
import { readRecords } from './audit-records.ts';
import { type ChatSite, startChatSite } from './chats/chat-site.ts';
import type { Person } from './chats/chat-world.ts';
import { type Ended, runProgram } from './programs.ts';

const IMPORTED = resolve('test/vectors/action-policy/site');

describe('mcobot policy', { timeout: 180_000 }, () => {
  let cwd = '';
  before(() => {
    cwd = mkdtempSync(join(tmpdir(), 'mco-policy-'));
  });
  after(() => rmSync(cwd, { recursive: true, force: true }));

  const mcobot = (...words: string[]): Promise<Ended> => runProgram('bot', ['policy', ...words], { cwd });

  describe('explain', { skip: reasonToSkip('ssh-keygen') }, () => {
    let site: ChatSite;
    before(async () => {
      site = await startChatSite();
      await site.start();
    });
    after(() => site?.remove());

    const cases: readonly (readonly [Person, 'work' | 'lobby', string, RegExp, string])[] = [
      ['ana', 'work', 'package update free-one -I web1', /^ALLOW/, 'OK'],
      ['ana', 'lobby', 'package update free-two -I web1', /^DENY/, 'deny'],
      ['bob', 'work', 'package update free-three -I web1', /^DENY/, 'deny'],
      ['bob', 'work', 'package status free-four -I web1', /^ALLOW/, 'OK'],
      ['ana', 'work', 'package update held-five -I web1', /^NEEDS APPROVAL/, 'needs-approval'],
      ['ana', 'work', 'package update other-six -I web1', /^DENY/, 'deny'],
      ['raj', 'work', 'audit --run ffff', /^ALLOW/, 'allow'],
      ['ana', 'work', 'audit --run eeee', /^DENY/, 'deny'],
    ];

    for (const [person, where, command, outcome, result] of cases) {
      it(`says of ${person}'s \`${command}\` in ${where} what then happens`, async () => {
        const channel = site[where].slack;
        const place = `slack:${site.slack.team}/${channel.id}`;
        const { exitCode, stdout, stderr } = await site.mcobot(
          'policy',
          'explain',
          '--as',
          person,
          '--in',
          place,
          command,
        );
        assert.equal(exitCode, 0, stdout + stderr);
        assert.match(stdout, outcome);
        const rules = [...stdout.matchAll(/^ +((?:roles|bindings)\.yaml:\d+) /gm)].map(([, rule = '']) => rule);
        assert.ok(rules.length > 0 || stdout.startsWith('DENY'), stdout);
        await channel.command(person, command);
        const records = () => readRecords(site.audit).filter((record) => record.command === command);
        await waitFor(() => records().some((record) => record.result === result));
        const counted = records().find((record) => record.rules !== undefined)?.rules ?? [];
        assert.deepEqual([...rules].sort(), [...counted].sort(), stdout);
      });
    }
  });

  it('test is content with the shipped policy, and not with a rule that no case reaches', async () => {
    const policies = join(cwd, 'policies');
    cpSync('policies', policies, { recursive: true, dereference: true });
    const good = await mcobot('test');
    assert.deepEqual([good.exitCode, good.stderr], [0, ''], good.stdout);
    writeFileSync(join(policies, 'deny.yaml'), 'deny:\n  - { actions: ["shell.*"], who: [bob] }\n');
    const bad = await mcobot('test');
    assert.equal(bad.exitCode, 1);
    assert.match(bad.stdout, /deny\.yaml:2: no case reaches this rule/);
  });

  it('import makes a policy that bot and node read, or nothing at all', async () => {
    const out = join(cwd, 'imported');
    const good = await mcobot('import', IMPORTED, '--out', out);
    assert.equal(good.exitCode, 0, good.stdout + good.stderr);
    readNodePolicy(readFileSync(join(out, 'node/node.yaml'), 'utf8'), 'node.yaml');
    const explained = await mcobot('explain', '--policies', out, '--as', 'nobody-such', '--in', 'console', 'ping');
    assert.equal(explained.exitCode, 1);
    assert.match(explained.stderr, /there is nobody `nobody-such`|nobody/);
    const from = join(cwd, 'spaces');
    mkdirSync(from);
    cpSync(IMPORTED, from, { recursive: true });
    writeFileSync(join(from, 'package.policy'), 'policy default deny\nallow cert=ana status * *\n');
    const bad = await mcobot('import', from, '--out', join(cwd, 'never'));
    assert.equal(bad.exitCode, 1);
    assert.match(bad.stdout, /^package\.policy:2: /m);
    assert.ok(!existsSync(join(cwd, 'never')));
  });
});
