import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { GOLDEN_CASES } from './golden-cases.ts';

const FOLDER = path.resolve('test/golden');
const update = process.env.UPDATE_GOLDEN === '1';

for (const [name, draw] of Object.entries(GOLDEN_CASES)) {
  test(`${name} reads as its golden file says`, () => {
    const file = path.join(FOLDER, `${name}.txt`);
    const text = `${draw()}\n`;
    if (update) writeFileSync(file, text);
    assert.ok(existsSync(file), `${file} is missing: UPDATE_GOLDEN=1 writes it`);
    assert.equal(text, readFileSync(file, 'utf8'));
  });
}

test('every golden text belongs to a case', () => {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.txt'));
  assert.deepEqual(
    files.sort(),
    Object.keys(GOLDEN_CASES)
      .map((name) => `${name}.txt`)
      .sort(),
  );
});
