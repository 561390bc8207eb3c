import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { makeCheckpointFiles } from '../../../../src/main/audit/checkpoint-files.ts';

describe('the files of a checkpoint', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mco-checkpoint-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const inFolder = (name: string): string => join(folder, name);

  it('are made before there is anything to write, and hold it afterwards', async () => {
    const files = await makeCheckpointFiles(inFolder('kept.json'));
    assert.deepEqual(readdirSync(folder), ['kept.json', 'kept.json.sig']);
    await files.write({ statement: '{"seq":1}', signature: 'c2ln', signer: 'SHA256:x' });
    assert.equal(readFileSync(inFolder('kept.json'), 'utf8'), '{"seq":1}');
    assert.match(readFileSync(inFolder('kept.json.sig'), 'utf8'), /^-----BEGIN SSH SIGNATURE-----\nc2ln\n/);
  });

  it('are both gone again when nothing came of it', async () => {
    await (await makeCheckpointFiles(inFolder('kept.json'))).discard();
    assert.deepEqual(readdirSync(folder), []);
  });

  for (const taken of ['kept.json', 'kept.json.sig']) {
    it(`are refused where ${taken} is there already, which stays as it is, alone`, async () => {
      writeFileSync(inFolder(taken), 'older');
      await assert.rejects(makeCheckpointFiles(inFolder('kept.json')), {
        code: 'usage/bad-file',
        message: `${inFolder(taken)} is there already`,
      });
      assert.deepEqual(readdirSync(folder), [taken]);
      assert.equal(readFileSync(inFolder(taken), 'utf8'), 'older');
    });
  }

  it('are refused where there is no such directory', async () => {
    await assert.rejects(makeCheckpointFiles(inFolder('no/kept.json')), {
      code: 'usage/bad-file',
      message: /can't be written \(ENOENT\)$/,
    });
  });
});
