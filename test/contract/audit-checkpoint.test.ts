import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openAuditTrail } from '../../src/adapters/store/audit/open-audit-trail.ts';
import { runAudit } from '../../src/main/audit/run-audit.ts';
import { createKeyFolder, KEY_KINDS, type KeyFolder, reasonToSkip, runTool } from './openssh-tools.ts';

const PRINCIPAL = 'mco-read@example.org';

describe('checkpoints of the audit trail against the real ssh-keygen', { skip: reasonToSkip() }, () => {
  let keys: KeyFolder;
  before(() => {
    keys = createKeyFolder();
    for (const [kind, options] of Object.entries(KEY_KINDS)) keys.makeKey(kind, options);
    mkdirSync(join(keys.path, 'policies'));
  });
  after(() => keys.remove());

  function configure(kind: string): string {
    const config = {
      broker: { servers: [{ host: '127.0.0.1', port: 61_613 }] },
      keys: { read: { principal: PRINCIPAL, file: kind } },
      audit: { trail: `${kind}.db`, checkpoints: `${kind}.jsonl` },
      chat: {},
    };
    const path = join(keys.path, `${kind}.yaml`);
    writeFileSync(path, JSON.stringify(config));
    writeFileSync(join(keys.path, 'allowed'), `${PRINCIPAL} ${keys.publicKey(kind)}\n`);
    return path;
  }

  async function run(...argv: string[]): Promise<{ exitCode: number; text: string; warnings: string[] }> {
    let text = '';
    const warnings: string[] = [];
    const output = {
      write: (more: string) => {
        text += more;
      },
      warn: (line: string) => warnings.push(line),
    };
    return { exitCode: await runAudit(argv, output), text, warnings };
  }

  /** Whether `ssh-keygen -Y verify` takes FILE with FILE.sig. */
  function keygenAccepts(file: string, input = readFileSync(file, 'utf8'), namespace = 'mco-audit@v1'): boolean {
    const args = ['-Y', 'verify', '-f', 'allowed', '-I', PRINCIPAL, '-n', namespace, '-s', `${file}.sig`];
    return runTool('ssh-keygen', args, { input, cwd: keys.path }).status === 0;
  }

  for (const kind of Object.keys(KEY_KINDS)) {
    test(`one that is signed with ${kind} is accepted, and no other text is`, async () => {
      const config = configure(kind);
      const path = join(keys.path, `${kind}.db`);
      const trail = await openAuditTrail({ path, by: 'bot:mcobot', clock: Date, onProblem: () => {} });
      for (let n = 0; n < 5; n++)
        await trail.append({ at: new Date(n).toISOString(), by: 'bot:mcobot', event: 'started' });
      const head = await trail.head();
      await trail.close();

      const file = join(keys.path, `${kind}-kept.json`);
      assert.equal((await run('checkpoint', '--config', config, '--out', file)).exitCode, 0);
      assert.ok(keygenAccepts(file));
      assert.ok(!keygenAccepts(file, `${readFileSync(file, 'utf8')}\n`));
      assert.ok(!keygenAccepts(file, readFileSync(file, 'utf8').replace('"seq":5', '"seq":4')));
      assert.ok(!keygenAccepts(file, undefined, 'mco-request@v1'));
      const { seq, hash } = JSON.parse(readFileSync(file, 'utf8')) as { seq: number; hash: string };
      assert.deepEqual({ seq, hash }, head);

      const shown = (await run('checkpoint', '--config', config)).text;
      const [statement = '', ...armour] = shown.split('\n');
      writeFileSync(join(keys.path, 'shown.sig'), armour.join('\n'));
      assert.ok(keygenAccepts(join(keys.path, 'shown'), statement));

      const whole = await run('verify', '--config', config, '--checkpoint', file);
      assert.deepEqual([whole.exitCode, whole.warnings], [0, []], whole.text);
      assert.match(whole.text, /is whole: 7 records, 2 checkpoints\n/);
    });
  }

  test('one that can not be kept is neither signed nor recorded, and one that fails leaves no files', async () => {
    const config = configure('ed25519');
    const records = async (): Promise<number> =>
      (await run('export', '--config', config)).text.trimEnd().split('\n').length;
    const before = await records();
    const file = join(keys.path, 'taken.json');
    writeFileSync(`${file}.sig`, 'older');
    const refusal = { code: 'usage/bad-file', message: `${file}.sig is there already` };
    await assert.rejects(run('checkpoint', '--config', config, '--out', file), refusal);
    assert.ok(!existsSync(file));
    assert.equal(await records(), before);

    const nowhere = join(keys.path, 'nowhere.yaml');
    writeFileSync(nowhere, readFileSync(config, 'utf8').replace('ed25519.db', 'nowhere.db'));
    const free = join(keys.path, 'free.json');
    await assert.rejects(run('checkpoint', '--config', nowhere, '--out', free), { code: 'failed/audit' });
    assert.deepEqual([existsSync(free), existsSync(`${free}.sig`)], [false, false]);
  });

  test('one that ssh-keygen signed with the same key counts too, and one with another key does not', async () => {
    const config = configure('ed25519');
    const file = join(keys.path, 'made.json');
    const statement = readFileSync(join(keys.path, 'ed25519-kept.json'), 'utf8');
    for (const [kind, exitCode] of [
      ['ed25519', 0],
      ['p256', 1],
    ] as const) {
      writeFileSync(file, statement);
      rmSync(`${file}.sig`, { force: true });
      assert.equal(
        runTool('ssh-keygen', ['-q', '-Y', 'sign', '-f', kind, '-n', 'mco-audit@v1', file], { cwd: keys.path }).status,
        0,
      );
      const { text, exitCode: found } = await run('verify', '--config', config, '--checkpoint', file);
      assert.equal(found, exitCode, text);
      if (exitCode === 1) assert.match(text, /bad-checkpoint: the checkpoint in the file is not by the bot/);
    }
  });
});
