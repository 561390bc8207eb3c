import { execFileSync } from 'node:child_process';
import { createDpkgBackend } from '../agent/plugins/package/dpkg.ts';
import { createProcessRunner } from '../src/adapters/exec/process-runner.ts';
import { compareVersions } from '../src/core/version-order.ts';
import { createSpoolRig, makeJob } from '../test/contract/spool-rig.ts';
import type { Bench, Row } from './bench.ts';
import { type Spread, timeCalls } from './measure.ts';

const OLD = '2.19-0ubuntu6.4';
const NEW = '2.19-0ubuntu6.5';

const rowOf = (what: string, { min, median, max }: Spread, base?: Spread): Row => ({
  what,
  'min µs': min,
  'median µs': median,
  'max µs': max,
  ratio: base === undefined ? '' : `${Math.round(base.median / median).toLocaleString('en')} times faster`,
});

/** What a node does beside signatures: versions, one question to dpkg, a program, and the same program as a job. */
export const NODE_WORK: Bench = {
  name: 'node-work',
  about: 'on a node: comparing versions, asking dpkg, running a program, and spooling it as a job',
  async run({ quick, tell, onEnd }) {
    const batches = quick ? 3 : 9;
    tell('versions');
    const ours = await timeCalls({ calls: 10_000, batches }, (calls) => {
      for (let i = 0; i < calls; i++) compareVersions('deb', OLD, NEW);
    });
    const dpkg = await timeCalls({ calls: 20, batches }, (calls) => {
      for (let i = 0; i < calls; i++) execFileSync('dpkg', ['--compare-versions', OLD, 'lt', NEW]);
    });
    const runner = createProcessRunner();
    const { signal } = new AbortController();
    const packages = createDpkgBackend(runner);
    tell('packages and programs');
    const status = await timeCalls({ calls: 10, batches }, async (calls) => {
      for (let i = 0; i < calls; i++) await packages.status('bash', signal);
    });
    const program = await timeCalls({ calls: 20, batches }, async (calls) => {
      for (let i = 0; i < calls; i++) await runner.run({ file: 'true', args: [], signal });
    });
    const rig = createSpoolRig();
    onEnd(rig.remove);
    const spool = await rig.open();
    tell('jobs');
    const job = await timeCalls({ calls: 5, batches }, async (calls) => {
      for (let i = 0; i < calls; i++) {
        const { id, request } = makeJob();
        await spool.start({ ...makeJob(), id, request }, { file: 'true', args: [] });
        await spool.waitForEnd(id, signal);
        await spool.conclude(id, { status: 'ok', message: '', data: {}, endedAt: 0 }, request);
      }
    });
    return [
      {
        title: 'node-work: what a node does, a call',
        notes: ['`dpkg` is a process of its own for each comparison: what a node would do without an order of its own'],
        rows: [
          rowOf('compare two versions', ours, dpkg),
          rowOf('the same with dpkg', dpkg),
          rowOf('package status bash', status),
          rowOf('run `true`', program),
          rowOf('`true` as a job, from start to concluded', job),
        ],
      },
    ];
  },
};
