import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { waitFor } from '../../contract/wait-for.ts';
import { checkStorm } from './check-storm.ts';
import { giveAtOnce } from './crowded.ts';
import { createFastClock } from './fast-clock.ts';
import { PLATFORMS, type Platform } from './storm-plan.ts';
import { openStormWorld, type StormWorld } from './storm-world.ts';
import { countBusiestMinute } from './watch-chat.ts';

const COMMANDS = 20;
/** Slack takes 50 edits a minute; final ones must find room among them. */
const MAX_PROGRESS = 30;

const NO_WEATHER = { deeds: new Map<string, number>(), calm: () => {} };

async function waitUntilDone({ bot, store, ledger, fleet }: StormWorld): Promise<void> {
  await waitFor(() => ledger.runs.size === COMMANDS);
  await waitFor(() => fleet.waiting() === 0);
  let open = COMMANDS;
  while (open > 0) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    open = (await store.runs.open()).length;
  }
  // Late answers are told five seconds after they came.
  await new Promise((resolve) => setTimeout(resolve, 5500));
  await waitFor(() => bot.conversations.outbox.waiting() === 0, 60_000);
}

/** How many posts or edits the service refused for being too many, and the edits of the busiest minute. */
function measure({ slack, mattermost }: StormWorld, platform: Platform): { refused: number; edits: number } {
  if (platform === 'mattermost') {
    const { calls } = mattermost;
    return { refused: calls.filter(({ status }) => status === 429).length, edits: 0 };
  }
  const edits = slack.calls.filter(({ method }) => method === 'chat.update');
  const refused = slack.calls.filter(({ status }) => status === 429);
  return { refused: refused.length, edits: countBusiestMinute(edits.map(({ at }) => at)) };
}

describe('twenty commands at once in five channels', { timeout: 120_000, concurrency: 2 }, () => {
  for (const platform of PLATFORMS) {
    test(`are all acknowledged and answered on ${platform}, and progress keeps to the quota`, async () => {
      const mattermostRateLimit = { perSec: 10, maxBurst: 100 };
      const world = await openStormWorld({ clock: createFastClock(1), seed: 'crowd', nodes: 8, mattermostRateLimit });
      try {
        const done = await giveAtOnce(world, platform, COMMANDS);
        assert.deepEqual(
          done.filter(({ sent }) => sent.state !== 'taken'),
          [],
        );
        await waitUntilDone(world);
        const weather = { slack: NO_WEATHER, mattermost: NO_WEATHER };
        const storm = { world, done, presses: new Map<never, number>(), weather, stormMs: 0, calmMs: 0 };
        assert.deepEqual(await checkStorm(storm), []);
        const { refused, edits } = measure(world, platform);
        assert.equal(refused, 0);
        assert.ok(edits <= 50, `${edits} edits in a minute`);
        const shown = world.progress[platform].filter(({ result }) => result === 'ok').length;
        // Mattermost's limiter leaves no room for progress when so many begin at once.
        if (platform === 'slack') assert.ok(shown > 0 && shown <= MAX_PROGRESS, `${shown} progress edits`);
      } finally {
        await world.close();
      }
    });
  }
});
