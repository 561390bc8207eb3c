import type { DoneErrand } from './run-storm.ts';
import { type Errand, OPERATORS, type Platform, VIEWERS } from './storm-plan.ts';
import type { StormWorld } from './storm-world.ts';

const CHANNELS_USED = 5;

/** A command that was given in a crowd, and how long its acknowledgement took; undefined where a service has none. */
export interface CrowdedErrand extends DoneErrand {
  readonly acknowledgedAfterMs: number | undefined;
}

/** So many people in five channels give a command at the same moment, every other one as a slash command. */
export function giveAtOnce(
  { crowds }: Pick<StormWorld, 'crowds'>,
  platform: Platform,
  count: number,
): Promise<CrowdedErrand[]> {
  const errands = Array.from({ length: count }, (_, index): Errand => {
    const tag = `pkg${String(index).padStart(5, '0')}`;
    return {
      ...{ tag, platform, kind: 'read', pauseMs: 0 },
      person: VIEWERS + (index % OPERATORS),
      second: VIEWERS,
      channel: index % CHANNELS_USED,
      way: index % 2 === 0 ? 'slash' : 'mention',
      text: `package status ${tag} --timeout 6`,
    };
  });
  return Promise.all(
    errands.map(async (errand) => {
      const startedAt = performance.now();
      const { person, channel, way, text } = errand;
      const sent = await crowds[platform].say({ person, channel, way, text });
      const hasNone = platform === 'mattermost' && errand.way === 'mention';
      return { ...errand, sent, acknowledgedAfterMs: hasNone ? undefined : performance.now() - startedAt };
    }),
  );
}
