import { tmpdir } from 'node:os';
import { type CrowdedErrand, giveAtOnce } from '../test/e2e/storm/crowded.ts';
import { createFastClock } from '../test/e2e/storm/fast-clock.ts';
import { PLATFORMS, type Platform } from '../test/e2e/storm/storm-plan.ts';
import { openStormWorld } from '../test/e2e/storm/storm-world.ts';
import type { Bench, Row } from './bench.ts';
import { spreadOf } from './measure.ts';

const COMMANDS = 20;
const ROUNDS = { full: 5, quick: 1 };

/** A new bot each time, so that no round finds the quota used up by the one before. */
async function measureRound(platform: Platform): Promise<CrowdedErrand[]> {
  const world = await openStormWorld({ clock: createFastClock(1), seed: 'bench', nodes: 8, storeIn: tmpdir() });
  try {
    return await giveAtOnce(world, platform, COMMANDS);
  } finally {
    await world.close();
  }
}

function describeWay(platform: Platform, way: 'slash' | 'mention', all: readonly CrowdedErrand[]): Row[] {
  const some = all.filter((errand) => errand.way === way);
  const times = some.flatMap(({ acknowledgedAfterMs }) => acknowledgedAfterMs ?? []);
  if (times.length === 0) return [];
  const { min, median, max } = spreadOf(times);
  const taken = some.filter(({ sent }) => sent.state === 'taken').length;
  return [{ service: platform, way, commands: some.length, taken, 'min ms': min, 'median ms': median, 'max ms': max }];
}

export const CHAT_ACKNOWLEDGEMENTS: Bench = {
  name: 'chat-acks',
  about: 'twenty commands at once in five channels: how long each service waits for the acknowledgement',
  async run({ quick, tell }) {
    const rows: Row[] = [];
    for (const platform of PLATFORMS) {
      const all: CrowdedErrand[] = [];
      const rounds = quick ? ROUNDS.quick : ROUNDS.full;
      for (let round = 0; round < rounds; round++) {
        tell(`${platform}, round ${round + 1} of ${rounds}`);
        all.push(...(await measureRound(platform)));
      }
      for (const way of ['slash', 'mention'] as const) rows.push(...describeWay(platform, way, all));
    }
    const notes = [
      `${COMMANDS} at once in 5 channels, a new bot each round; the store is on disk, service and bot are one process`,
      'Slack waits 3 s; Mattermost 30 s for a slash command, and for a mention there is no acknowledgement',
    ];
    return [{ title: 'acknowledgement of commands', notes, rows }];
  },
};
