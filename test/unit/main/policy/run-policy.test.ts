import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { McoError } from '../../../../src/core/errors.ts';
import { runPolicy } from '../../../../src/main/policy/run-policy.ts';
import { readBotPolicy, readNodePolicy } from '../../../../src/policy/read-policy.ts';

const SITE = 'test/vectors/action-policy/site';

let dir = '';
before(() => {
  dir = mkdtempSync(join(tmpdir(), 'mcobot-policy-'));
});
after(() => rmSync(dir, { recursive: true }));

async function run(args: readonly string[]): Promise<{ code: number; out: string; error: string }> {
  let out = '';
  try {
    const code = await runPolicy(args, (text) => {
      out += text;
    });
    return { code, out, error: '' };
  } catch (thrown) {
    if (!(thrown instanceof McoError)) throw thrown;
    return { code: 1, out, error: `${thrown.message} | ${thrown.hint}` };
  }
}

const EXPLAIN = ['explain', '--as', 'ana', '--in', 'console'];

describe('mcobot policy explain', () => {
  it('uses ./policies, begins with the outcome, and shows each rule as it stands in the file', async () => {
    const { code, out } = await run([...EXPLAIN, 'package update libc6 -C web']);
    assert.equal(code, 0);
    assert.match(out, /^(?:ALLOW|NEEDS APPROVAL).*: package\.update \(write\) for person:ana in console\n/);
    for (const [, file = '', line, text = ''] of out.matchAll(/^ {2}(\S+\.yaml):(\d+) {2}(.*)$/gm)) {
      const source = readFileSync(`policies/${file}`, 'utf8').split('\n')[Number(line) - 1] ?? '';
      assert.ok(text.startsWith(source.trim().replace(/^- /, '')), `${file}:${line}`);
    }
    assert.match(out, /^ {2}roles\.yaml:\d+ {2}\S/m);
  });

  it('knows people as whoami and the audit trail show them', async () => {
    const [plain, shown] = await Promise.all(
      ['ana', 'person:ana'].map(
        async (as) => await run(['explain', '--as', as, '--in', 'console', 'package status bash']),
      ),
    );
    assert.match(shown?.out ?? '', /^ALLOW: package\.status \(read\) for person:ana in console/, shown?.error);
    assert.deepEqual(shown, plain);
  });

  it('takes the policy of a directory or of a configuration', async () => {
    cpSync('policies', join(dir, 'here'), { recursive: true, dereference: true });
    const config = join(dir, 'mcobot.yaml');
    writeFileSync(config, readFileSync('deploy/mcobot.yaml', 'utf8').replace(/^#? ?policies:.*$/m, 'policies: here'));
    const command = 'package update libc6 -C web';
    const expected = (await run([...EXPLAIN, command])).out;
    assert.equal((await run([...EXPLAIN, '--policies', join(dir, 'here'), command])).out, expected);
    assert.match(readFileSync(config, 'utf8'), /^policies: here$/m);
    const { out, error } = await run([...EXPLAIN, '--config', config, command]);
    assert.equal(out, expected, error);
  });

  it('says so when chat groups are not known, and takes them from --groups', async () => {
    const policies = join(dir, 'groups');
    mkdirSync(policies);
    writeFileSync(
      join(policies, 'all.yaml'),
      `people: { ana: {} }
groups: { ops: { slack: [T1/S1, T1/S2] } }
roles: { op: { allow: [{ actions: ["package.*"], effect: write, require_filter: false }] } }
bindings: [{ role: op, who: ["group:ops"] }, { role: op, who: [ana], in: [console] }]
`,
    );
    const explain = async (...more: string[]) =>
      await run([
        'explain',
        '--policies',
        policies,
        '--as',
        'ana',
        '--in',
        'slack:T1/C1',
        ...more,
        'package update libc6',
      ]);
    assert.match((await explain()).out, /^DENY.*\n\nWhy\n {2}group `ops` could not be looked up in slack/);
    assert.match((await explain()).out, /slack:T1\/S2: what it would allow is left out/);
    assert.match((await explain('--groups', 'slack:T1/S2')).out, /^ALLOW: /);
    assert.match((await explain('--groups', '')).out, /^DENY.*\n\nWhy\n {2}no rule allows/);
    assert.match(
      (await explain('--groups', 'slack:T1/S3')).error,
      /no group `slack:T1\/S3`[\s\S]*did you mean `slack:T1/,
    );
  });

  const wrong: readonly (readonly [args: readonly string[], expected: RegExp])[] = [
    [['explan'], /no `explan`[\s\S]*did you mean `explain`/],
    [['explain', '--ass', 'ana', 'ping'], /no option `--ass`[\s\S]*did you mean `--as`/],
    [['explain', 'ping'], /`--as` is needed[\s\S]*mcobot policy explain --as ana/],
    [['explain', '--as', 'ana', 'ping'], /`--in` is needed/],
    [['explain', '--as', 'anna', '--in', 'console', 'ping'], /nobody `anna`[\s\S]*did you mean `ana`/],
    [['explain', '--as', 'person:anna', '--in', 'console', 'ping'], /nobody `anna`[\s\S]*did you mean `ana`/],
    [['explain', '--as', 'person:console:ana', '--in', 'unix', 'ping'], /`person:console:ana` is no account/],
    [[...EXPLAIN, '--as', 'bob', 'ping'], /^`--as` is given twice \| give it once$/],
    [['import', 'x', '--out', 'a', '--out=a'], /`--out` is given twice/],
    [['test', '--policies', 'a', '--policies', 'b'], /`--policies` is given twice/],
    [['explain', '--as', 'ana', '--in', 'slak', 'ping'], /`slak` is not a place/],
    [['explain', '--as', 'ana', '--in', 'slack:C0PUBLIC', 'ping'], /`slack:C0PUBLIC` is not a place/],
    [[...EXPLAIN, 'package', 'status'], /is one argument[\s\S]*quote it/],
    [[...EXPLAIN, 'package status', '-F', 'a=b'], /`-F` belongs to the command[\s\S]*quote it/],
    [[...EXPLAIN, 'package statsu bash'], /unknown action `statsu`[\s\S]*did you mean `status`/],
    [[...EXPLAIN, '--out', 'x', 'ping'], /`--out` means nothing to `mcobot policy explain`/],
    [[...EXPLAIN, '--config', 'a', '--policies', 'b', 'ping'], /both say where the policy is/],
    [['test', 'now'], /one word too many/],
    [['test', '--policies', '/nowhere'], /\/nowhere can't be read/],
    [['import'], /which directory/],
  ];
  for (const [args, expected] of wrong) {
    it(`refuses ${args.join(' ')}`, async () => {
      const { code, out, error } = await run(args);
      assert.deepEqual([code, out], [1, '']);
      assert.match(error, expected);
    });
  }

  it('explains itself by examples', async () => {
    for (const args of [['--help'], [], ['explain', '--help'], ['import', '-h']]) {
      const { code, out } = await run(args);
      assert.equal(code, 0);
      assert.match(out, /mcobot policy explain --as ana --in slack:T024BE7LD\/C0INC42 "package update libc6/);
    }
  });
});

describe('mcobot policy test', () => {
  it('is part of the program', () => {
    const program = fileURLToPath(new URL('../../../../src/main/bot.js', import.meta.url));
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'policy', 'tset'], { encoding: 'utf8' });
    assert.deepEqual([status, stdout], [1, '']);
    assert.match(stderr, /has no `tset`[\s\S]*did you mean `test`/);
  });

  it('is content with the policy that comes with the program', async () => {
    const { code, out } = await run(['test']);
    assert.match(out, /^OK: \d+ cases passed, 0 failed; every rule is reached\n$/);
    assert.equal(code, 0);
  });

  it('knows the actions of the program', async () => {
    const policies = join(dir, 'stray');
    cpSync('policies', policies, { recursive: true, dereference: true });
    writeFileSync(
      join(policies, 'extra.yaml'),
      'deny:\n  - { actions: ["package.*"], who: [everyone], inputs: { pakage: ["openafs*"] } }\n',
    );
    const cases = join(policies, 'cases/bot.yaml');
    const text = readFileSync(cases, 'utf8').replace('package.status, effect: read', 'package.status, effect: write');
    writeFileSync(cases, text);
    const { code, out } = await run(['test', '--policies', policies]);
    assert.equal(code, 1);
    assert.match(out, /^extra\.yaml:2: `package\.\*` has no input `pakage`; did you mean `package`\?$/m);
    assert.match(out, /^cases\/bot\.yaml:\d+: `package\.status` is a read, and no write$/m);
  });

  it('fails with file and line on a wrong case and on a rule that none reaches', async () => {
    const policies = join(dir, 'failing');
    cpSync('policies', policies, { recursive: true, dereference: true });
    writeFileSync(join(policies, 'extra.yaml'), 'deny:\n  - { actions: [nrpe.run], who: [everyone] }\n');
    const cases = join(policies, 'cases/bot.yaml');
    writeFileSync(cases, readFileSync(cases, 'utf8').replace('expect: allow', 'expect: deny'));
    const { code, out } = await run(['test', '--policies', policies]);
    assert.equal(code, 1);
    assert.match(out, /^cases\/bot\.yaml:\d+: expected deny, got allow/m);
    assert.match(out, /^extra\.yaml:2: no case reaches this rule$/m);
    assert.match(out, /^FAILED: \d+ cases passed, 1 failed; 1 rule that no case reaches; not built in: nrpe$/m);
  });
});

describe('mcobot policy import', () => {
  it('writes files that bot and node can read, and overwrites none', async () => {
    const out = join(dir, 'imported');
    const first = await run(['import', SITE, '--out', out]);
    assert.equal(first.code, 0, first.error);
    assert.match(first.out, /^OK: wrote people\.yaml, roles\.yaml, bindings\.yaml, node\/node\.yaml to /);
    const names = readdirSync(out).filter((name) => name.endsWith('.yaml'));
    readBotPolicy(names.map((name) => ({ name, text: readFileSync(join(out, name), 'utf8') })));
    readNodePolicy(readFileSync(join(out, 'node/node.yaml'), 'utf8'), 'node.yaml');
    assert.match((await run(['test', '--policies', out])).out, /no case reaches this rule/);
    rmSync(join(out, 'people.yaml'));
    const second = await run(['import', SITE, '--out', out]);
    assert.equal(second.code, 1);
    assert.match(second.error, /roles\.yaml is there already/);
    assert.equal(existsSync(join(out, 'people.yaml')), false, 'all or nothing');
  });

  it('shows them without --out, for the agents that were named too', async () => {
    const { code, out } = await run(['import', SITE, '--agents', 'nrpe, filemgr']);
    assert.equal(code, 0);
    assert.match(out, /^# ==> people\.yaml\n/);
    assert.match(
      out,
      /"rpcutil\.inventory", "rpcutil\.get_fact", "nrpe\.inventory", "nrpe\.get_fact", "filemgr\.inventory"/,
    );
    assert.doesNotMatch(out, /\t/);
  });

  it('writes nothing when a row can’t be imported, and lists every such row', async () => {
    const from = join(dir, 'broken');
    const out = join(dir, 'never');
    mkdirSync(from);
    writeFileSync(
      join(from, 'package.policy'),
      'alow\tcert=ana\t*\t*\t*\ndeny cert=bob * * *\nallow\tcert=\x1b[2J\t*\t*\t*\n',
    );
    const { code, out: shown } = await run(['import', from, '--out', out]);
    assert.equal(code, 1);
    assert.match(
      shown,
      /^package\.policy:1: .*\npackage\.policy:2: .*\npackage\.policy:3: .*\nFAILED: nothing was written; 3 problems/,
    );
    assert.equal(existsSync(out), false);
    assert.equal(shown.includes('\x1b'), false);
  });
});
