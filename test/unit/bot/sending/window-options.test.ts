import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PUPPET_DESCRIPTION } from '../../../../agent/plugins/puppet/description.ts';
import { RPCUTIL_DESCRIPTION } from '../../../../agent/plugins/rpcutil/description.ts';
import { decodeRequest } from '../../../../src/core/request.ts';
import { alive, createScene } from '../scripted-fleet.ts';

const agents = [PUPPET_DESCRIPTION, RPCUTIL_DESCRIPTION];
const fleet = () => createScene({ w1: alive(), w2: alive(), w3: alive() });

describe('what says by itself how many are at work', () => {
  for (const option of ['--batch 2', '--canary 2 --batch-sleep 3', '--canary 1']) {
    it(`goes in no waves: ${option} is refused`, async () => {
      const { run, bus } = fleet();
      const { refusal } = await run(`puppet runall 2 ${option}`, { agents });
      assert.equal(refusal?.error.code, 'usage/conflicting-options');
      assert.match(refusal.error.message, /`puppet runall` knows no waves/);
      const { at } = refusal.error;
      assert.equal(at?.text.slice(at.start, at.end), option.split(' ').at(-1));
      assert.equal(bus.published.length, 0);
    });
  }

  it('keeps its thresholds, and gets no waves with them', async () => {
    const { run } = fleet();
    const { report } = await run('puppet runall 2 --max-fail 1', { agents });
    assert.deepEqual([report?.outcome, report?.header.options.batch, report?.counts.ok], ['OK', undefined, 3]);
    assert.equal(report?.header.command, 'puppet runall 2 --max-fail 1');
  });

  it('says it once: `--at-once` beside it is refused', async () => {
    const { run, bus } = fleet();
    const { refusal } = await run('puppet runall 3 --at-once 1', { agents });
    assert.equal(refusal?.error.code, 'usage/conflicting-options');
    const { at } = refusal.error;
    assert.equal(at?.text.slice(at.start, at.end), '1');
    assert.equal(bus.published.length, 0);
  });

  it('asks each node alone, reads too', async () => {
    const { run, bus } = fleet();
    await run('rpcutil daemon_stats --at-once 2', { agents });
    const asked = bus.published.slice(1).map(({ body }) => decodeRequest(body).audience);
    assert.deepEqual([...asked].sort(), ['w1', 'w2', 'w3']);
  });
});
