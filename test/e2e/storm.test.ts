import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { checkStorm } from './storm/check-storm.ts';
import { describeStorm, measureQuota } from './storm/describe-storm.ts';
import { runStorm, type Storm } from './storm/run-storm.ts';

const { STORM_SEED: seed = '1', STORM_COMMANDS = '1000', STORM_SPEED = '12' } = process.env;

describe('a storm of 429s, dropped sockets, 5xx, slow answers and duplicate deliveries', { timeout: 600_000 }, () => {
  let storm: Storm | undefined;
  after(() => storm?.world.close());

  test('each command ran at most once and got one root and one final message with correct counts', async (t) => {
    const startedAt = performance.now();
    storm = await runStorm({ seed, commands: Number(STORM_COMMANDS), speed: Number(STORM_SPEED) });
    t.diagnostic(`seed ${seed}, ${Math.round((performance.now() - startedAt) / 1000)} s on the wall`);
    for (const line of describeStorm(storm)) t.diagnostic(line);
    assert.deepEqual(await checkStorm(storm), []);
  });

  test('progress kept to the quota', () => {
    assert.ok(storm);
    const { slackEdits, slackProgressPerMinute } = measureQuota(storm);
    assert.ok(slackEdits <= 10, `Slack limited ${slackEdits} edits`);
    assert.ok(slackProgressPerMinute <= 30, `${slackProgressPerMinute} progress edits in a minute`);
  });
});
