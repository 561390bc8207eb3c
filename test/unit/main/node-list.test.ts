import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readNodeList } from '../../../src/main/node-list.ts';

const dir = mkdtempSync(join(tmpdir(), 'mco-list-'));
after(() => rmSync(dir, { recursive: true }));

function write(text: string): string {
  const path = join(dir, 'nodes.txt');
  writeFileSync(path, text);
  return path;
}

test('a list has a node a line; what follows a `#` is passed over, and so is the second of two', async () => {
  assert.deepEqual(await readNodeList(write('web1\n\n# all of them\nweb2 # the other\nweb1\n')), ['web1', 'web2']);
});

test("a list that can't be used is told why, and what one is", async () => {
  const hint = /^a text with the name of one node on each line/;
  const code = 'usage/bad-file';
  await assert.rejects(readNodeList(join(dir, 'nosuch.txt')), { code, message: /there is no such file$/, hint });
  await assert.rejects(readNodeList(dir), { code, message: /EISDIR$/, hint });
  await assert.rejects(readNodeList(write('web1\nweb 2\n')), { code, message: /^line 2 of/, hint });
  await assert.rejects(readNodeList(write('# nobody\n')), { code, message: /lists 0 nodes/, hint });
});
