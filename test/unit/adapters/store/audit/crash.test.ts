import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeFolder, openTestTrail, readAll } from './trail-samples.ts';

const WRITER = fileURLToPath(new URL('./trail-writer.js', import.meta.url));
const ROUNDS = 20;
const MAX_LIFE_MS = 60;

/** Lets it write for a random time and kills it. Returns the numbers that it said were safe. */
async function writeAndKill(folder: string, first: number): Promise<number[]> {
  const child = spawn(process.execPath, [WRITER, folder, String(first)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    if (text === '') setTimeout(() => child.kill('SIGKILL'), Math.random() * MAX_LIFE_MS);
    text += chunk;
  });
  const [, signal] = (await once(child, 'close')) as [number | null, string | null];
  assert.equal(signal, 'SIGKILL', text);
  return text.split('\n').slice(0, -1).map(Number);
}

test(`after each of ${ROUNDS} kills what was safe is there once, in its order, and the chain is whole`, async () => {
  const folder = makeFolder();
  let first = 0;
  const safe: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const said = await writeAndKill(folder, first);
    assert.ok(said.length > 0);
    assert.ok(said.every(Number.isInteger), said.join(' '));
    safe.push(...said);
    first = Math.max(...said) + 1000;
    const trail = await openTestTrail({}, folder);
    assert.deepEqual((await trail.verify()).faults, []);
    const kept = (await readAll(trail)).flatMap(({ record }) =>
      record.event === 'intent' ? [Number(record.command)] : [],
    );
    assert.deepEqual(
      kept,
      [...new Set(kept)].sort((a, b) => a - b),
    );
    const there = new Set(kept);
    assert.deepEqual(
      safe.filter((number) => !there.has(number)),
      [],
    );
    const found = await trail.find({ node: 'web2', max: 10_000 });
    assert.equal(found.length, Math.min(kept.length, 10_000));
    await trail.close();
  }
});

test('two processes write at the same time, and the chain does not fork', async () => {
  const folder = makeFolder();
  const both = await Promise.all([writeAndKill(folder, 0), writeAndKill(folder, 1_000_000)]);
  const trail = await openTestTrail({}, folder);
  assert.deepEqual((await trail.verify()).faults, []);
  const there = new Set((await readAll(trail)).map(({ record }) => Number(record.command)));
  for (const said of both) assert.ok(said.every((number) => there.has(number)));
  await trail.close();
});
