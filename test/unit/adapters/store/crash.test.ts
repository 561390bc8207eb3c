import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '../../../../src/adapters/store/database.ts';
import { openStore } from '../../../../src/adapters/store/open-store.ts';
import type { Store } from '../../../../src/core/store.ts';
import { BATCH_ITEMS, BATCH_RESULTS } from './crash-writer.ts';
import { makeFolder, makeId, makeSeen } from './samples.ts';

const WRITER = fileURLToPath(new URL('./crash-writer.js', import.meta.url));
const ROUNDS = 20;
const MAX_LIFE_MS = 60;

/** Lets it write for a random time and kills it. Returns what it said was safe: the numbers by their word. */
async function writeAndKill(path: string, first: number): Promise<Map<string, number[]>> {
  const child = spawn(process.execPath, [WRITER, path, String(first)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    if (text === '') setTimeout(() => child.kill('SIGKILL'), Math.random() * MAX_LIFE_MS);
    text += chunk;
  });
  const [, signal] = (await once(child, 'close')) as [number | null, string | null];
  assert.equal(signal, 'SIGKILL', text);
  const said = new Map<string, number[]>();
  for (const line of text.split('\n').slice(0, -1)) {
    const [what = '', n] = line.split(' ');
    said.set(what, [...(said.get(what) ?? []), Number(n)]);
  }
  return said;
}

async function checkSaid(store: Store, said: ReadonlyMap<string, readonly number[]>): Promise<void> {
  const numbers = (what: string) => said.get(what) ?? [];
  const pending = await store.outbox.pending();
  const items = (n: number) => pending.filter(({ lane }) => lane === makeId(n)).length;
  const find = (n: number) => store.runs.find(makeId(n));
  for (const n of numbers('claimed')) assert.equal(await store.inbox.claim(makeSeen(`m${n}`)), false);
  for (const n of numbers('begun')) assert.ok(await find(n));
  for (const n of numbers('added')) assert.ok(items(n) >= BATCH_ITEMS - 1);
  for (const n of numbers('asked')) assert.equal((await store.runs.requestsOf(makeId(n))).length, 1);
  for (const n of numbers('delivered')) assert.equal((await find(n))?.root?.id, `p${n}`);
  for (const n of numbers('answered')) assert.ok((await store.runs.resultsOf(makeId(n))).length >= BATCH_RESULTS);
  for (const n of numbers('finished')) assert.deepEqual([(await find(n))?.end?.outcome, items(n)], ['OK', BATCH_ITEMS]);
}

/** What was being written when the blow fell is there wholly or not at all. */
async function checkWhole(store: Store, first: number, last: number): Promise<void> {
  const open = new Set((await store.inbox.open()).map(({ message }) => message.id));
  const pending = await store.outbox.pending();
  for (let n = first; n <= last; n++) {
    const run = await store.runs.find(makeId(n));
    const items = pending.filter(({ lane }) => lane === makeId(n)).length;
    const results = (await store.runs.resultsOf(makeId(n))).length;
    if (run !== undefined) assert.ok(!open.has(`m${n}`));
    const waiting = BATCH_ITEMS - (run?.root === undefined ? 0 : 1) + (run?.end === undefined ? 0 : 1);
    assert.ok(items === waiting || (items === 0 && run?.root === undefined), `${items} of ${waiting} items of ${n}`);
    if (run?.end === undefined) assert.ok(results === 0 || results === BATCH_RESULTS);
    else assert.equal(results, BATCH_RESULTS + 1);
  }
}

function checkIntegrity(path: string): void {
  const database = openDatabase(path);
  const sql = "SELECT count(*) AS n, sum(integrity_check = 'ok') AS ok FROM pragma_integrity_check";
  assert.deepEqual({ ...database.rows(sql)[0] }, { n: 1, ok: 1 });
  assert.equal(database.rows('SELECT count(*) AS n FROM pragma_foreign_key_check')[0]?.n, 0);
  database.close();
}

test(`what was safe is there after each of ${ROUNDS} kills, and nothing is there by half`, async () => {
  const path = join(makeFolder(), 'crash.db');
  let next = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const first = next;
    const said = await writeAndKill(path, first);
    const last = Math.max(...(said.get('claimed') ?? []));
    assert.ok(last >= first);
    next = last + 2;
    checkIntegrity(path);
    const store = await openStore({ path });
    await checkSaid(store, said);
    await checkWhole(store, first, next);
    store.close();
  }
});
