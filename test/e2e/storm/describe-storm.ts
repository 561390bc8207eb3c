import type { SlackCall } from '../../servers/slack/slack-types.ts';
import { countRepeatedWhispers } from './check-whispers.ts';
import type { Storm } from './run-storm.ts';
import { PLATFORMS } from './storm-plan.ts';
import { countBusiestMinute, type ProgressEdit } from './watch-chat.ts';

/** What of the services' quotas was used, and how often they said that it was too much by themselves. */
export interface Quota {
  /** 429s to `chat.update` that the storm did not make. */
  readonly slackEdits: number;
  readonly slackOthers: number;
  readonly mattermost: number;
  readonly mattermostProgress: number;
  /** Progress edits that arrived, in the busiest minute. */
  readonly slackProgressPerMinute: number;
}

export function measureQuota({ world, weather }: Storm): Quota {
  const limited = world.slack.calls.filter(({ status }) => status === 429);
  const injected = (method: string): number => weather.slack.deeds.get(`429 ${method}`) ?? 0;
  const own = (list: readonly SlackCall[]): number =>
    [...new Set(list.map(({ method }) => method))].reduce(
      (sum, method) => sum + list.filter((call) => call.method === method).length - injected(method),
      0,
    );
  const injectedOnMattermost = [...weather.mattermost.deeds].reduce(
    (sum, [deed, count]) => sum + (deed.startsWith('429 ') ? count : 0),
    0,
  );
  return {
    slackEdits: own(limited.filter(({ method }) => method === 'chat.update')),
    slackOthers: own(limited.filter(({ method }) => method !== 'chat.update')),
    mattermost: world.mattermost.calls.filter(({ status }) => status === 429).length - injectedOnMattermost,
    mattermostProgress: world.progress.mattermost.filter(({ result }) => result === 'ok').length,
    slackProgressPerMinute: countBusiestMinute(timesOf(world.progress.slack)),
  };
}

const timesOf = (edits: readonly ProgressEdit[]): number[] =>
  edits.filter(({ result }) => result === 'ok').map(({ at }) => at);

const tally = (words: Iterable<string>): string => {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => `${count} ${word}`).join(', ');
};

/** One line for each thing that one may want to know of a storm. */
export function describeStorm(storm: Storm): string[] {
  const { world, done, presses, weather, stormMs, calmMs } = storm;
  const { ledger, progress, crowds } = world;
  const entries = [...ledger.entries.values()];
  const seconds = (ms: number): number => Math.round(ms / 1000);
  return [
    `${done.length} commands in ${seconds(stormMs)} s of the clock, quiet ${seconds(calmMs)} s later`,
    `sent: ${tally(done.map(({ sent, platform, way }) => `${sent.state} ${way} on ${platform}`))}`,
    `kinds: ${tally(done.map(({ kind }) => kind))}; presses: ${[...presses].map(([what, count]) => `${count} ${what}`).join(', ')}`,
    `taken: ${ledger.claims.size}, known already: ${ledger.repeats}, runs: ${ledger.runs.size}`,
    `deliveries: ${tally(entries.map(({ item, state }) => `${item.delivery.kind} ${state}`))}`,
    `attempts: ${tally(entries.map(({ attempts }) => String(attempts)))}`,
    ...PLATFORMS.map((platform) => `${platform} weather: ${summarise(weather[platform].deeds)}`),
    ...PLATFORMS.map((platform) => `${platform} progress: ${tally(progress[platform].map(({ result }) => result))}`),
    ...PLATFORMS.map((name) => `${name} whispers told twice: ${countRepeatedWhispers(storm, crowds[name])}`),
    `quota: ${JSON.stringify(measureQuota(storm))}`,
    `problems: ${tally(world.problems.map(({ code }) => code))}`,
  ];
}

function summarise(deeds: ReadonlyMap<string, number>): string {
  const sums = new Map<string, number>();
  for (const [deed, count] of deeds) {
    const word = deed.replace(/^(\d{3}|drop \w+|delay) .*$/, '$1');
    sums.set(word, (sums.get(word) ?? 0) + count);
  }
  return [...sums].map(([word, count]) => `${count} ${word}`).join(', ');
}
