import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Entry } from '../../../../../src/adapters/exec/spool/job-index.ts';
import { requirePlace } from '../../../../../src/adapters/exec/spool/require-place.ts';
import type { JobExit } from '../../../../../src/core/jobs.ts';
import { makeJob } from '../../../../contract/spool-rig.ts';

function makeEntries(caller: string, count: number, exit?: JobExit): Entry[] {
  const job = makeJob();
  const record = { ...job, request: { ...job.request, caller } };
  const rest = { isIdle: false, directory: '/', isStarting: false, isUnwritten: false, bytes: 0 };
  return Array.from({ length: count }, () => ({ ...rest, record, exit }));
}

for (const [places, share] of [
  [1, 1],
  [2, 1],
  [3, 2],
  [4, 3],
  [16, 12],
  [256, 192],
] as const) {
  test(`of ${places} places one caller gets ${share}`, () => {
    requirePlace(makeEntries('person:ana', share - 1), 'person:ana', places);
    assert.throws(() => requirePlace(makeEntries('person:ana', share), 'person:ana', places), {
      code: 'failed/busy',
      message: `\`person:ana\` has ${share} of this node's ${places} jobs running already`,
      hint: /job list.*job kill/,
    });
    if (places > share) requirePlace(makeEntries('person:ana', share), 'person:raj', places);
  });
}

test('when all places are taken the message says that, to whoever has few of them', () => {
  const full = [...makeEntries('person:ana', 12), ...makeEntries('person:raj', 4)];
  const busy = { code: 'failed/busy', message: 'this node runs 16 jobs already' };
  for (const caller of ['person:raj', 'person:eve']) assert.throws(() => requirePlace(full, caller, 16), busy);
});

test('what has ended takes no place, and callers are compared whole', () => {
  const entries = [
    ...makeEntries('person:ana', 100, { state: 'exited', exitCode: 0 }),
    ...makeEntries('person:anabel', 12),
    ...makeEntries('host:ana', 3),
  ];
  requirePlace(entries, 'person:ana', 16);
});
