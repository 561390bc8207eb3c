import { writeSync } from 'node:fs';
import { openAuditTrail } from '../../../../../src/adapters/store/audit/open-audit-trail.ts';
import { createFakeSigner } from '../../../../fakes/fake-keys.ts';

const TOGETHER = 5;

/** `trail-writer FOLDER FIRST`: writes without end, from that number on, and says on standard output what is safe. */
async function main(folder: string, first: number): Promise<void> {
  const trail = await openAuditTrail({
    path: `${folder}/audit.db`,
    checkpointsPath: `${folder}/checkpoints.jsonl`,
    signer: createFakeSigner('mco-read'),
    by: 'bot:mcobot',
    clock: Date,
    onProblem: ({ message }) => writeSync(1, `${message}\n`),
  });
  for (let n = first; ; n += TOGETHER) {
    const numbers = Array.from({ length: TOGETHER }, (_, i) => n + i);
    const append = async (number: number) => {
      const at = new Date(number).toISOString();
      await trail.append({ at, by: 'bot:mcobot', event: 'intent', command: `${number}`, nodes: ['web1', 'web2'] });
      writeSync(1, `${number}\n`);
    };
    await Promise.all(numbers.map(append));
    if (n % (TOGETHER * 4) === 0) await trail.checkpoint();
  }
}

if (process.argv[1]?.endsWith('trail-writer.js')) {
  main(process.argv[2] ?? '', Number(process.argv[3])).catch((error: unknown) => {
    writeSync(1, `${String(error)}\n`);
    process.exitCode = 1;
  });
}
