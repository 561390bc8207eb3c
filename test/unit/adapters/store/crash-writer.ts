import { writeSync } from 'node:fs';
import { openStore } from '../../../../src/adapters/store/open-store.ts';
import type { Store } from '../../../../src/core/store.ts';
import { makeId, makeItem, makeReport, makeResult, makeRun, makeSeen } from './samples.ts';

export const BATCH_ITEMS = 3;
export const BATCH_RESULTS = 40;

/** Says on standard output what is safe: one line each, written at once. */
const say = (what: string, n: number) => writeSync(1, `${what} ${n}\n`);

/** The whole life of a message and its run. */
async function live(store: Store, n: number): Promise<void> {
  const run = makeId(n);
  await store.inbox.claim(makeSeen(`m${n}`));
  say('claimed', n);
  await store.runs.begin(makeRun(n, { message: `m${n}` }));
  say('begun', n);
  const [root] = await store.outbox.add(Array.from({ length: BATCH_ITEMS }, () => makeItem(run)));
  say('added', n);
  await store.runs.setTargets(run, ['web1']);
  await store.runs.addRequests([{ id: `q${n}`, run, nodes: ['web1'], sentAt: n, waitUntil: n }]);
  say('asked', n);
  await store.outbox.noteAttempt(root?.id ?? 0, n);
  await store.outbox.noteDelivered(root?.id ?? 0, { run, post: { channel: 'C1', id: `p${n}` } });
  say('delivered', n);
  await store.runs.addResults(
    run,
    Array.from({ length: BATCH_RESULTS }, (_, i) => makeResult(`node${i}`)),
  );
  say('answered', n);
  await store.runs.finish(makeReport(n, { results: [makeResult('silent')] }), [makeItem(run, 'end')]);
  say('finished', n);
}

/** `crash-writer PATH FIRST`: writes without end, from that number on. `crash-writer PATH idle`: opens and ends. */
async function main(path: string, first: string): Promise<void> {
  const store = await openStore({ path });
  await store.check();
  if (first === 'idle') return;
  for (let n = Number(first); ; n++) await live(store, n);
}

if (process.argv[1]?.endsWith('crash-writer.js')) {
  main(process.argv[2] ?? '', process.argv[3] ?? 'idle').catch((error: unknown) => {
    writeSync(1, `${String(error)}\n`);
    process.exitCode = 1;
  });
}
